#include "oauth_batch/journal/JournalWriter.h"

#include "RecordCodec.h"
#include "RecordFrame.h"

#include <cassert>
#include <cerrno>
#include <new>

namespace oauth_batch {

JournalWriter::JournalWriter(AppendFile& file, const Clock& clock, SyncPolicy policy)
    : file_(file),
      clock_(clock),
      schedule_(policy, clock.now()),
      recordedEnd_(file.size()),
      writtenEnd_(recordedEnd_),
      syncedEnd_(recordedEnd_)
{}

void JournalWriter::start(const JournalHeader& header)
{
    assert(size() == 0);
    appendAndSync(headerPayload(header));
}

void JournalWriter::resume(const JournalSession& session)
{
    appendAndSync(sessionPayload(session));
}

void JournalWriter::intend(RowNumber row, std::uint32_t attempt)
{
    const std::string payload = attemptPayload(kIntentWord, row, attempt);
    std::unique_lock lock(mutex_);
    append(lock, payload);
    schedule_.countIntent(clock_.now());
}

void JournalWriter::withdraw(RowNumber row, std::uint32_t attempt)
{
    const std::string payload = attemptPayload(kWithdrawnWord, row, attempt);
    std::unique_lock lock(mutex_);
    append(lock, payload);
}

std::uint64_t JournalWriter::endAttempt(RowNumber row, const AttemptEnd& end)
{
    const std::string payload = attemptEndPayload(row, end);
    std::unique_lock lock(mutex_);
    schedule_.countOutcome(clock_.now());
    return append(lock, payload);
}

std::uint64_t JournalWriter::conclude(RowNumber row, const Outcome& outcome)
{
    const std::string payload = outcomePayload(row, outcome);
    std::unique_lock lock(mutex_);
    schedule_.countOutcome(clock_.now());
    return append(lock, payload);
}

void JournalWriter::recordResults(const std::string& digest)
{
    appendAndSync(resultsPayload(digest));
}

void JournalWriter::commit()
{
    std::unique_lock lock(mutex_);
    settle(lock, Goal::written);
}

void JournalWriter::sync()
{
    std::unique_lock lock(mutex_);
    settle(lock, Goal::synced);
}

bool JournalWriter::syncIfDue()
{
    std::unique_lock lock(mutex_);
    throwIfFailed();
    if (syncedEnd_ == writtenEnd_ || !schedule_.isOverdue(clock_.now())) return false;
    settle(lock, Goal::synced);
    return true;
}

std::uint64_t JournalWriter::size() const
{
    const std::scoped_lock lock(mutex_);
    return recordedEnd_;
}

std::uint64_t JournalWriter::append([[maybe_unused]] std::unique_lock<std::mutex>& lock,
                                    std::string_view payload)
{
    assert(lock.owns_lock());
    throwIfFailed();
    const std::uint64_t offset = recordedEnd_;
    const std::size_t before = pending_.size();
    appendRecord(pending_, offset, payload);
    recordedEnd_ += pending_.size() - before;
    return offset;
}

void JournalWriter::appendAndSync(std::string_view payload)
{
    std::unique_lock lock(mutex_);
    append(lock, payload);
    settle(lock, Goal::synced);
}

void JournalWriter::settle(std::unique_lock<std::mutex>& lock, Goal goal)
{
    const std::uint64_t end = recordedEnd_;
    const std::uint64_t& reached = goal == Goal::synced ? syncedEnd_ : writtenEnd_;
    throwIfFailed();
    while (reached < end) {
        if (writing_)
            settled_.wait(lock);
        else
            writeBatch(lock, goal);
        throwIfFailed();
    }
}

void JournalWriter::writeBatch(std::unique_lock<std::mutex>& lock, Goal goal)
{
    const std::uint64_t end = recordedEnd_;
    const Instant now = clock_.now();
    const bool withSync = goal == Goal::synced || schedule_.isDue(now);
    batch_.swap(pending_);
    writing_ = true;
    lock.unlock();
    auto failure = writeToFile(withSync);
    lock.lock();
    writing_ = false;
    if (failure) {
        failure_.emplace(*failure);
    } else {
        writtenEnd_ = end;
        if (withSync) {
            syncedEnd_ = end;
            schedule_.synced(now);
        }
    }
    settled_.notify_all();
}

std::optional<IoError> JournalWriter::writeToFile(bool withSync)
{
    try {
        file_.append(batch_);
        batch_.clear();
        file_.flush();
        if (withSync) file_.sync();
        return std::nullopt;
    } catch (const IoError& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return IoError("write", file_.path(), ENOMEM);
    }
}

void JournalWriter::throwIfFailed() const
{
    if (failure_) throw IoError(*failure_);
}

} // namespace oauth_batch
