#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/journal/JournalRecord.h"

#include <string>
#include <vector>

namespace oauth_batch {

/// What shapes the requests of a run besides the input's content, as the journal records it: an
/// unfinished run goes on only with the same.
std::vector<JournalSetting> runShape(const Settings& settings);

/// `settings` with the command, the input and the options that a journal records in place of its
/// own: what the unfinished run or retry was begun with.
Settings settingsOfJournal(const Settings& settings, const JournalHeader& header);

/// `settings` of a retry, turned into those of the unfinished run whose journal stands beside the
/// results: its input and the options that shaped it. Everything else stays as it was given.
/// Throws UsageError for --only, DataError where an option that shapes the rows differs.
Settings settingsOfUnfinishedRun(const Settings& settings, const JournalHeader& header);

/// The command that continues an unfinished retry whose results are to stand at `results`.
std::string retryToContinue(const JournalHeader& header, const std::string& results);

} // namespace oauth_batch
