#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/model/Verdict.h"
#include "oauth_batch/schedule/Lanes.h"
#include "oauth_batch/schedule/OutageBreaker.h"
#include "oauth_batch/schedule/Plan.h"
#include "oauth_batch/schedule/RetryPolicy.h"
#include "oauth_batch/schedule/StopRules.h"
#include "oauth_batch/schedule/ThrottleGate.h"
#include "oauth_batch/schedule/WaitingRows.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace oauth_batch {

struct SchedulerOptions
{
    std::uint32_t maxAttempts = 5; ///< per row and run, from 1
    bool block = true;             ///< false: --no-block
    bool isRetry = false;          ///< look for superseded rows
    std::chrono::milliseconds maxWait = std::chrono::hours(1);
    std::chrono::milliseconds outageTimeout = std::chrono::minutes(15);
    std::optional<std::chrono::milliseconds> maxDuration;
    std::optional<FailureLimit> maxFailures;
};

/// Send this row. Exactly one of conclude() and giveBack() must follow.
struct Start
{
    RowIndex row = kNoRow;
    std::uint32_t attempt = 1; ///< its number over all runs, from 1
};

/// This row has just ended without being sent: record it and ask again.
struct Settled
{
    RowIndex row = kNoRow;
    RowStatus status = RowStatus::blocked;
    ErrorCode code = ErrorCode::blocked; ///< or superseded
    RowIndex related = kNoRow;           ///< the row because of which
};

enum class WaitCause : std::uint8_t
{
    backoff,   ///< rows wait for their next attempt
    throttled, ///< 429
    outage,
    busy ///< every customer that has rows left has one in flight, or no rows are left
};

/// Nothing to start before `until`, or before something happens: ask again after each conclude(),
/// giveBack() and stop() of anybody. Instant::max(): only such an event changes anything.
struct Wait
{
    Instant until = Instant::max();
    WaitCause cause = WaitCause::busy;
};

/// Nothing will ever start again and nothing is in flight.
struct Finished
{};

using Decision = std::variant<Start, Settled, Wait, Finished>;

/// What an attempt means for its row and for the run.
struct Conclusion
{
    /// True: the row has its end, the plan knows it. False: it stays pending, to be tried again at
    /// `retryAt` or, if the run has stopped, left with the code `stopped`.
    bool final = false;
    RowStatus status = RowStatus::pending;
    ErrorCode code = ErrorCode::none;
    int httpStatus = 0;  ///< of the row's last answer, which may be that of an earlier attempt
    std::string message; ///< safe
    bool attemptCounts = false; ///< against --max-attempts
    std::uint32_t attempts = 0; ///< requests sent for the row, over all runs, this one included
    Instant retryAt = Instant::max(); ///< not before; max() where it is not tried again
    /// After a 429: the moment that everybody, other processes too, is to wait for.
    std::optional<Instant> pauseUntil;

    // For one log line per episode.
    bool throttleBegan = false;
    bool throttleEnded = false;
    bool outageBegan = false;
    bool outageEnded = false;
};

/// Decides what to send and when, and what an attempt's verdict means: order, blocking, retries,
/// throttling, outages, stop rules. Knows nothing of threads, time or pace: the caller holds a
/// mutex around each call, passes the time, and reserves a slot at a Pacer between next() and
/// mayStillStart(). Nothing blocks or throws (but for memory).
///
///     next() → Start → connect, reserve a slot, wait for it → mayStillStart()?
///         yes → send → conclude()        no → giveBack()
///
/// Memory beside the plan: what is in flight, and at most kMostWaiting rows that wait for a retry
/// (plus those in flight when that number was reached).
class Scheduler
{
public:
    static constexpr std::size_t kMostWaiting = 1024;
    /// In a row for one row; then it counts as a failed attempt with the code `reset`.
    static constexpr std::uint32_t kMostStaleConnections = 3;

    /// REQUIRES: the plan is filled, restored and settled as far as known, and lives longer.
    /// `begin` is where --max-duration counts from. `random` spreads the retries.
    Scheduler(Plan& plan, const SchedulerOptions& options, Random random, Instant begin);

    Decision next(Instant now);

    /// To be asked right before a row's first byte: false when a pause, an outage or a stop came
    /// since its Start. Then giveBack() is to follow.
    bool mayStillStart(RowIndex row, Instant now);

    /// The row was not sent after all; no attempt. It is offered again.
    void giveBack(RowIndex row, Instant now);

    Conclusion conclude(RowIndex row, const Verdict& given, Instant now);

    /// From now on nothing starts. The first reason stays, but journalFailed replaces any.
    void stop(StopReason reason);
    StopReason stopReason() const noexcept { return stopReason_; }

    std::size_t inFlight() const noexcept { return inFlight_; }
    std::size_t waiting() const noexcept { return waiting_.size(); }
    /// The pause that holds everybody up now, for the progress line.
    std::optional<Wait> pause() const;

private:
    bool isStopped() const noexcept { return stopReason_ != StopReason::none; }
    bool isPaused() const noexcept { return throttle_.isClosed() || outage_.isOpen(); }
    Instant pauseEnd() const;
    Instant nextStopTime() const;
    void stopIfTimeIsUp(Instant now);

    Decision choose(Instant now);
    Decision chooseProbe(Instant now);
    Decision startOrSettle();
    Decision settle(RowIndex row, ErrorCode code, RowIndex related);
    Start start(RowIndex row);
    Wait waitUntil(Instant until, WaitCause cause) const;

    struct Attempt;
    void readSigns(const Attempt& attempt, Conclusion& conclusion);
    void readThrottle(const Attempt& attempt, Conclusion& conclusion);
    void countAttempt(const Attempt& attempt, Conclusion& conclusion);
    bool isEnd(const Attempt& attempt) const;
    void finish(const Attempt& attempt, Conclusion& conclusion);
    void tryAgain(const Attempt& attempt, Conclusion& conclusion);
    bool isStaleTooOften(RowIndex row);

    // Constant after construction.
    const SchedulerOptions options_;
    const Instant begin_;
    const RetryPolicy policy_;

    Plan& plan_;
    Lanes lanes_;
    WaitingRows waiting_;
    ThrottleGate throttle_;
    OutageBreaker outage_;
    StopRules rules_;
    StopReason stopReason_ = StopReason::none;
    std::size_t inFlight_ = 0;
    RowIndex probe_ = kNoRow;     // the only row that may be sent while paused, if it is chosen
    RowIndex lastProbe_ = kNoRow; // each probe of an outage takes another row
    std::map<RowIndex, std::uint32_t> stale_; // connections found stale in a row, per row
};

} // namespace oauth_batch
