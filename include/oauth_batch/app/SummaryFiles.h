#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/report/Summary.h"

namespace oauth_batch {

/// Writes what --summary and --metrics-file ask for, each file atomically. Throws Error 73 or 74.
void writeSummaryFiles(const Settings& settings, const Summary& summary);

} // namespace oauth_batch
