#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/base/ExitCode.h"

namespace oauth_batch {

/// `check`: reads and plans as `run` would, sends nothing, prints what it found to standard output
/// (with --plan, the plan alone goes there and the rest to standard error). Throws DataError and
/// IoError for a file that cannot be used.
ExitCode checkInput(const Settings& settings);

} // namespace oauth_batch
