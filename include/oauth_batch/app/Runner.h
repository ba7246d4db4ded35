#pragma once

#include "oauth_batch/api/Transport.h"
#include "oauth_batch/app/Batch.h"
#include "oauth_batch/base/Clock.h"
#include "oauth_batch/journal/JournalWriter.h"
#include "oauth_batch/journal/OutcomeIndex.h"
#include "oauth_batch/report/LatencyHistogram.h"
#include "oauth_batch/schedule/Pacer.h"
#include "oauth_batch/schedule/Scheduler.h"

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace oauth_batch {

/// The worker pool: threads that take rows from the scheduler, send them and hand back what came of
/// it. All decisions are the scheduler's; the runner only waits, sends and records, in this order
/// for each attempt: connection ready, pacer slot reserved, (where the slot is a while away:
/// connection still ready,) intent in the journal, slot come, request, outcome in the journal.
///
/// When the rate is limited, one worker at a time stands "on deck" with its connection ready and
/// its slot reserved, so that the pace is even and no more connections are used than needed; of the
/// idle workers the one that worked last goes first.
class Runner
{
public:
    struct Limits
    {
        unsigned workers = 1;
        std::chrono::nanoseconds timeout = std::chrono::seconds(45); ///< of a whole attempt
        /// Between two starts; zero for no limit.
        std::chrono::nanoseconds interval{0};
    };

    /// What the runner works with. All must outlive it; those that are not thread-safe are used
    /// under the runner's lock only.
    struct Services
    {
        Clock& clock;
        Batch& batch;
        Scheduler& scheduler;
        Pacer& pacer;
        JournalWriter& journal;
        OutcomeIndex& outcomes;
        TransportFactory& transports;
    };

    /// A moment of the run, for progress and summary.
    struct Snapshot
    {
        StatusCounts counts{};
        std::uint64_t requests = 0; ///< sent in this run
        unsigned inFlight = 0;
        std::optional<Wait> pause;
        std::string lastFailure; ///< what the latest failed attempt said
        StopReason stopReason = StopReason::none;
        std::vector<std::string> events; ///< since the last snapshot, for the log
    };

    /// What the run took, besides what became of the rows.
    struct Statistics
    {
        std::uint64_t requests = 0; ///< sent in this run
        std::uint64_t retries = 0;  ///< of them those that were not the first of their row
        std::uint64_t throttledEpisodes = 0;
        LatencyHistogram latency;
    };

    Runner(Services services, Limits limits);

    /// Runs until nothing is left or the scheduler has stopped and what was in flight has ended.
    /// `onTick` is called by this thread some five times a second, and once at the end.
    /// Rethrows what ended a worker: the journal's IoError, or a bug.
    void run(const std::function<void(const Snapshot&)>& onTick);

    /// Starts nothing more; what is in flight ends. Thread-safe.
    void stop(StopReason reason);

    /// REQUIRES: not running.
    const Statistics& statistics() const { return statistics_; }

private:
    struct Worker
    {
        std::condition_variable wake;
        std::unique_ptr<Transport> transport;
        bool uncommitted = false; ///< it appended to the journal and has not committed yet
        std::jthread thread;
    };
    using Lock = std::unique_lock<std::mutex>;

    void startThreads();
    void work(Worker& self);
    void fail(std::exception_ptr failure);

    std::optional<Start> take(Worker& self);
    std::optional<Start> tryTake(Worker& self, Instant& waitUntil, bool& ended);
    void waitIdle(Lock& lock, Worker& self, Instant until);
    void wakeNextIdle();
    void wakeAll();
    bool isDeckFree(Instant now) const;
    void leaveDeck();
    void keepDeckUntil(Instant slot);

    void attempt(Worker& self, const Start& start);
    bool prepare(Worker& self, const Start& start, std::chrono::nanoseconds& spent);
    bool waitForTurn(Worker& self, const Start& start, std::chrono::nanoseconds& spent);
    bool waitUntilSlot(Worker& self, RowIndex row, Instant slot);
    void giveBack(RowIndex row);
    void commit(Worker& self);

    Verdict judge(const Start& start, const AttemptResult& result) const;
    void conclude(Worker& self, const Start& start, const Verdict& verdict,
                  std::chrono::nanoseconds duration);
    void count(RowIndex row, const Verdict& verdict, const Conclusion& conclusion,
               std::chrono::milliseconds duration);
    void noteEpisodes(const Conclusion& conclusion, const Verdict& verdict);
    void noteStop(const std::string& lastMessage);
    void record(RowIndex row, const Conclusion& conclusion, const Verdict& verdict,
                std::chrono::milliseconds duration);
    void recordSettled(const Settled& settled);
    Snapshot snapshot();

    // Constant after construction.
    Services services_;
    const Limits limits_;

    // Guards all below, and of the services the batch, the scheduler and the outcome index.
    std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<Worker*> idle_;          // the last one has worked last
    unsigned running_ = 0;               // worker threads that have not ended
    unsigned onDeck_ = 0;                // workers between their Start and their request
    Instant deckSince_ = Instant::min(); // or its slot, once that is known
    unsigned inFlight_ = 0;
    Statistics statistics_;
    std::vector<bool> sent_; // rows of which this run has sent a request
    std::string lastFailure_;
    std::vector<std::string> events_;
    bool stopNoted_ = false;
    std::exception_ptr failure_;
    bool hasFailed_ = false; // workers end at once

    std::vector<std::unique_ptr<Worker>> workers_;
};

} // namespace oauth_batch
