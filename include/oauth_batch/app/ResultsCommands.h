#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/base/ExitCode.h"

namespace oauth_batch {

/// `status`: counts by status and error code of a finished, unfinished or running run, from the
/// journal where there is one, else from the results file. Takes no lock and writes nothing.
ExitCode showStatus(const Settings& settings);

/// `undo`: writes the input CSV that reverses every succeeded row, last row first. Rows that may
/// have been applied are listed on standard error, and the exit code is then 1.
ExitCode writeUndo(const Settings& settings);

} // namespace oauth_batch
