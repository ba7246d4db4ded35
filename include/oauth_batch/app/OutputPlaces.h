#pragma once

#include "oauth_batch/app/Settings.h"

namespace oauth_batch {

/// Finds out before the first request what would go wrong after the last one. Throws UsageError
/// where two of the files that a command reads and writes are the same one (however their names are
/// written), and Error 73 where the summary or the metrics cannot be written.
void checkOutputPlaces(const Settings& settings);

} // namespace oauth_batch
