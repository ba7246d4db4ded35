#pragma once

#include "oauth_batch/base/AppendFile.h"
#include "oauth_batch/base/Clock.h"
#include "oauth_batch/journal/JournalRecord.h"
#include "oauth_batch/journal/SyncSchedule.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Appends records to a journal. Each verb but commit() and sync() only puts its record into
/// memory and does not block; commit() makes everything recorded so far, by any thread, outlive the
/// process, and the machine when the SyncPolicy says so. Of several threads that commit at once one
/// writes for all (one write(2), at most one fdatasync(2)).
///
/// A request may leave only after the commit() that followed its intend() has returned.
///
/// A failed write or sync throws IoError 74; from then on every call in every thread throws it
/// again and nothing more is written. A record that the reader would refuse (a bug of the caller's)
/// throws Error 70 and is not appended.
///
/// Thread-safe. The destructor writes nothing: what was not committed is lost, as by a death.
class JournalWriter
{
public:
    /// Appends at file.size(). File and clock must outlive the writer; while it lives nobody else
    /// may use the file (reading what was committed through its descriptor is fine).
    JournalWriter(AppendFile& file, const Clock& clock, SyncPolicy policy);

    /// The first record, synced. REQUIRES: the file is empty. Blocks.
    void start(const JournalHeader& header);

    /// A session that goes on, synced. REQUIRES: the journal ends with a complete record. Blocks.
    void resume(const JournalSession& session);

    /// `attempt` is the row's next request, over all runs, from 1: its `result_attempts` if it is
    /// the last one.
    void intend(RowNumber row, std::uint32_t attempt);

    /// Nothing of the intended request left.
    void withdraw(RowNumber row, std::uint32_t attempt);

    /// Both return the record's offset, for the OutcomeIndex.
    std::uint64_t endAttempt(RowNumber row, const AttemptEnd& end);
    std::uint64_t conclude(RowNumber row, const Outcome& outcome);

    /// To be called between AtomicFile::prepare() and commit() of the results. Synced. Blocks.
    void recordResults(const std::string& digest);

    /// Blocks on the system, and on the disk where the policy wants a sync.
    void commit();

    /// Everything recorded so far is on the disk afterwards, whatever the policy. Blocks.
    void sync();

    /// For a moment of rest: syncs if committed records have waited for a second, and returns
    /// whether it did. Under SyncPolicy::always there is never anything to do. May block.
    bool syncIfDue();

    /// The length of the journal with everything recorded.
    std::uint64_t size() const;

private:
    enum class Goal : std::uint8_t
    {
        written,
        synced
    };

    std::uint64_t append(std::unique_lock<std::mutex>& lock, std::string_view payload);
    void appendAndSync(std::string_view payload);
    void settle(std::unique_lock<std::mutex>& lock, Goal goal);
    void writeBatch(std::unique_lock<std::mutex>& lock, Goal goal);
    std::optional<IoError> writeToFile(bool withSync);
    void throwIfFailed() const;

    AppendFile& file_; ///< used by the thread that set writing_, or before there are others
    const Clock& clock_;
    std::string batch_; ///< as file_

    mutable std::mutex mutex_;
    std::condition_variable settled_;
    // Protected by mutex_:
    SyncSchedule schedule_;
    std::string pending_;           ///< recorded, not yet taken by a writing thread
    std::uint64_t recordedEnd_ = 0; ///< offsets: of all records,
    std::uint64_t writtenEnd_ = 0;  ///< of those that outlive the process,
    std::uint64_t syncedEnd_ = 0;   ///< and the machine
    bool writing_ = false;
    std::optional<IoError> failure_;
};

} // namespace oauth_batch
