#include "oauth_batch/journal/ResumeState.h"

#include <algorithm>

namespace oauth_batch {

void ResumeState::onHeader(const JournalHeader& header)
{
    header_ = header;
    lastSession_ = header.session;
    statuses_.assign(header.rows, RowStatus::pending);
    index_ = OutcomeIndex(header.rows);
}

void ResumeState::onSession(const JournalSession& session)
{
    finish();
    lastSession_ = session;
}

void ResumeState::onIntent(RowNumber row, std::uint32_t attempt)
{
    latestResults_.clear();
    Unfinished& state = begun(row);
    state.sent = attempt;
    state.inFlight = true;
}

void ResumeState::onWithdrawn(RowNumber row, std::uint32_t attempt)
{
    Unfinished& state = begun(row);
    state.sent = attempt == 0 ? 0 : attempt - 1;
    state.inFlight = false;
}

void ResumeState::onAttemptEnded(RowNumber row, const AttemptEnd& end, std::uint64_t offset)
{
    latestResults_.clear();
    Unfinished& state = begun(row);
    state.sent = end.outcome.attempts;
    state.counted += end.counted ? 1 : 0;
    if (end.outcome.httpStatus != 0) state.httpStatus = end.outcome.httpStatus;
    state.mayBeApplied |= end.mayBeApplied;
    state.inFlight = false;
    index_.set(row, offset);
}

void ResumeState::onOutcome(RowNumber row, const Outcome& outcome, std::uint64_t offset)
{
    latestResults_.clear();
    index_.set(row, offset);
    statuses_[row - 1] = outcome.status;
    if (outcome.status != RowStatus::pending) {
        unfinished_.erase(row);
        return;
    }
    // A row that the run's end left pending keeps what its attempts have shown; one that was never
    // begun is none of this run's.
    const auto open = unfinished_.find(row);
    if (open == unfinished_.end()) return;
    open->second.sent = outcome.attempts;
    open->second.inFlight = false;
}

void ResumeState::onResults(const std::string& digest)
{
    const auto known = std::find(resultsDigests_.begin(), resultsDigests_.end(), digest);
    if (known == resultsDigests_.end()) resultsDigests_.push_back(digest);
    latestResults_ = digest;
}

void ResumeState::finish()
{
    for (auto& [row, state] : unfinished_) {
        if (!state.inFlight) continue;
        state.inFlight = false;
        state.wasCutShort = true;
        state.mayBeApplied = true;
    }
}

ResumeState::Binding ResumeState::bindingOf(const std::string& digest) const
{
    if (header_ && header_->inputDigest == digest) return Binding::input;
    const auto known = std::find(resultsDigests_.begin(), resultsDigests_.end(), digest);
    return known == resultsDigests_.end() ? Binding::none : Binding::results;
}

const ResumeState::Unfinished* ResumeState::unfinished(RowNumber row) const
{
    const auto found = unfinished_.find(row);
    return found == unfinished_.end() ? nullptr : &found->second;
}

ResumeState::Unfinished& ResumeState::begun(RowNumber row)
{
    statuses_[row - 1] = RowStatus::pending;
    return unfinished_[row];
}

} // namespace oauth_batch
