#pragma once

#include "oauth_batch/base/AtomicFile.h"

#include <string>

namespace oauth_batch {

/// The files beside a results file, all derived from its name:
///
///     onboarding.results.csv                 results     what a run leaves
///     onboarding.results.csv.tmp             temporary   the results while they are rendered
///     onboarding.results.csv.journal         journal     while a row is pending; also the lock
///     onboarding.results.csv.journal.input   inputCopy   of `run -`: what standard input held
struct JournalPaths
{
    explicit JournalPaths(const std::string& resultsPath)
        : results(resultsPath),
          temporary(AtomicFile::temporaryOf(resultsPath)),
          journal(resultsPath + ".journal"),
          inputCopy(journal + ".input")
    {}

    std::string results;
    std::string temporary;
    std::string journal;
    std::string inputCopy;
};

} // namespace oauth_batch
