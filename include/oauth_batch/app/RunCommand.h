#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/base/ExitCode.h"

namespace oauth_batch {

/// `run` and `retry`: everything from the token to the exit code. Prints the summary to standard
/// output, progress and problems to standard error. Blocks for as long as the run takes. Throws
/// Error where the run cannot begin or cannot be recorded.
ExitCode runOperations(const Settings& settings);

} // namespace oauth_batch
