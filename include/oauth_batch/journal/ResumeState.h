#pragma once

#include "oauth_batch/journal/JournalScanner.h"
#include "oauth_batch/journal/OutcomeIndex.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oauth_batch {

/// What a journal says of its rows: read it with this as the visitor, then call finish().
/// 9 bytes a row, and a little more for each row that was begun and not concluded.
/// Not thread-safe.
class ResumeState final : public JournalVisitor
{
public:
    /// A row that was begun and is not concluded.
    struct Unfinished
    {
        std::uint32_t sent = 0; ///< requests sent, over all runs; one in flight at a death counts
        std::uint32_t counted = 0; ///< of these, attempts of this journal that used up one of the
                                   ///< row's (neither a 429 nor one cut short by a death does)
        int httpStatus = 0;        ///< of the last answer, 0 when there was none
        bool mayBeApplied = false; ///< an attempt got no verdict
        bool wasCutShort = false;  ///< a process died while an attempt was in flight
        bool inFlight = false;     ///< after finish() never true
    };

    /// What a file's digest says about the file.
    enum class Binding : std::uint8_t
    {
        none,   ///< another file, or changed since
        input,  ///< what the journal was begun with
        results ///< results rendered from this journal
    };

    void onHeader(const JournalHeader& header) override;
    void onSession(const JournalSession& session) override;
    void onIntent(RowNumber row, std::uint32_t attempt) override;
    void onWithdrawn(RowNumber row, std::uint32_t attempt) override;
    void onAttemptEnded(RowNumber row, const AttemptEnd& end, std::uint64_t offset) override;
    void onOutcome(RowNumber row, const Outcome& outcome, std::uint64_t offset) override;
    void onResults(const std::string& digest) override;

    /// After the last record: what is still open was in flight when the process ended. Leave it out
    /// for a look at a run that is alive.
    void finish();

    /// Nothing for a journal in which nothing was recorded.
    const std::optional<JournalHeader>& header() const { return header_; }
    /// The process that wrote last. REQUIRES: header().
    const JournalSession& lastSession() const { return lastSession_; }
    Binding bindingOf(const std::string& digest) const;
    /// The digest of the results that were rendered last, if they hold all that the journal does;
    /// else empty.
    const std::string& latestResults() const { return latestResults_; }
    bool hasResults() const { return !resultsDigests_.empty(); }

    /// As the last record has it; pending for a row that was begun again after it.
    RowStatus status(RowNumber row) const { return statuses_[row - 1]; }
    /// Nothing for rows that are concluded or were never begun.
    const Unfinished* unfinished(RowNumber row) const;
    std::size_t unfinishedCount() const { return unfinished_.size(); }
    /// Where the last outcome of each row stands, of unfinished rows too.
    const OutcomeIndex& index() const { return index_; }
    /// Gives the index away, to go on with.
    OutcomeIndex takeIndex() { return std::move(index_); }

private:
    Unfinished& begun(RowNumber row);

    std::optional<JournalHeader> header_;
    JournalSession lastSession_;
    std::vector<std::string> resultsDigests_;
    std::string latestResults_;
    std::vector<RowStatus> statuses_;
    OutcomeIndex index_;
    std::unordered_map<RowNumber, Unfinished> unfinished_;
};

} // namespace oauth_batch
