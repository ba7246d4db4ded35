#pragma once

#include "oauth_batch/app/Batch.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/journal/OutcomeIndex.h"
#include "oauth_batch/journal/OutcomeReader.h"
#include "oauth_batch/report/Tally.h"

#include <string>

namespace oauth_batch {

/// Renders the results CSV: each input row byte for byte, then its result cells, in input order.
/// The input is read once more, as a stream; outcomes come from the journal, so memory does not
/// grow with the rows.
class ResultsFile
{
public:
    /// What a rendering draws on; all must outlive it.
    struct Sources
    {
        const Settings& settings;
        const std::string& inputPath;
        const Batch& batch;
        const OutcomeIndex& outcomes;
        OutcomeReader& journal;
        StopReason stopReason = StopReason::none; ///< why rows are pending
    };

    explicit ResultsFile(const Sources& sources) : sources_(sources) {}

    /// Appends the whole file to `file`, without committing it, and counts its rows. Throws
    /// DataError where the input is not what it was when the run began, IoError 74, and Error 70
    /// where the rows do not add up.
    Tally render(AtomicFile& file);

private:
    Outcome outcomeOf(const InputRow& row);
    Outcome undecided(const InputRow& row) const;
    std::string requestOf(const InputRow& row, const Outcome& outcome) const;
    bool keepsPrior(const InputRow& row) const;

    const Sources sources_;
};

} // namespace oauth_batch
