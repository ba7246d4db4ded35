#include "oauth_batch/schedule/Scheduler.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace oauth_batch {

namespace {

constexpr int kForbidden = 403;

/// What is reported where connections were stale too often in a row.
Verdict resetVerdict()
{
    Verdict verdict;
    verdict.next = NextStep::retry;
    verdict.kind = FailureKind::transport;
    verdict.status = RowStatus::failed;
    verdict.code = ErrorCode::reset;
    verdict.message = "the server closed each connection before the request could be sent";
    return verdict;
}

std::string sentAgain(const std::string& message)
{
    const std::string note = "sent again after an interrupted run";
    return safeMessage(message.empty() ? note : note + "; " + message);
}

} // namespace

Scheduler::Scheduler(Plan& plan, const SchedulerOptions& options, Random random, Instant begin)
    : options_(options),
      begin_(begin),
      policy_(options.maxWait, std::move(random)),
      plan_(plan),
      lanes_(plan),
      throttle_(options.maxWait),
      outage_(options.outageTimeout),
      rules_(options.maxFailures)
{
    if (options.isRetry) plan_.markSuperseded();
}

Decision Scheduler::next(Instant now)
{
    const bool workLeft = !waiting_.empty() || lanes_.peek().has_value();
    if (workLeft) stopIfTimeIsUp(now);
    if (workLeft && !isStopped()) return isPaused() ? chooseProbe(now) : choose(now);
    if (inFlight_ == 0) return Finished{};
    return Wait{Instant::max(), WaitCause::busy};
}

Decision Scheduler::choose(Instant now)
{
    if (const auto row = waiting_.takeDue(now)) return start(*row);
    if (waiting_.size() < kMostWaiting && lanes_.peek()) return startOrSettle();
    return waitUntil(waiting_.nextDue(), waiting_.empty() ? WaitCause::busy : WaitCause::backoff);
}

Decision Scheduler::chooseProbe(Instant now)
{
    const WaitCause cause = outage_.isOpen() ? WaitCause::outage : WaitCause::throttled;
    if (probe_ != kNoRow) return waitUntil(Instant::max(), cause);
    if (now < pauseEnd()) return waitUntil(pauseEnd(), cause);
    if (!outage_.isOpen()) return choose(now);
    // Rows that have not been tried go first, so that no row loses its attempts to the outage.
    if (waiting_.size() < kMostWaiting && lanes_.peek()) return startOrSettle();
    if (const auto row = waiting_.takeDue(now, lastProbe_)) return start(*row);
    return waitUntil(waiting_.nextDue(), cause);
}

Decision Scheduler::startOrSettle()
{
    const RowIndex row = lanes_.take();
    if (plan_.isSuperseded(row)) return settle(row, ErrorCode::superseded, plan_.related(row));
    if (options_.block) {
        const RowIndex blocker = lanes_.blockerOf(row);
        if (blocker != kNoRow) return settle(row, ErrorCode::blocked, blocker);
    }
    return start(row);
}

Decision Scheduler::settle(RowIndex row, ErrorCode code, RowIndex related)
{
    plan_.settle(row, RowStatus::blocked, code, related);
    lanes_.concluded(row);
    return Settled{row, RowStatus::blocked, code, related};
}

Start Scheduler::start(RowIndex row)
{
    ++inFlight_;
    if (isPaused()) probe_ = row;
    return {row, plan_.attempts(row) + 1};
}

Wait Scheduler::waitUntil(Instant until, WaitCause cause) const
{
    return {std::min(until, nextStopTime()), cause};
}

bool Scheduler::mayStillStart(RowIndex row, Instant now)
{
    stopIfTimeIsUp(now);
    if (isStopped()) return false;
    if (!isPaused()) return true;
    if (now < pauseEnd() || (probe_ != kNoRow && probe_ != row)) return false;
    // It has its connection and its slot already: as good a probe as any.
    probe_ = row;
    return true;
}

void Scheduler::giveBack(RowIndex row, Instant /*now*/)
{
    assert(inFlight_ > 0);
    --inFlight_;
    if (probe_ == row) probe_ = kNoRow;
    lanes_.giveBack(row);
}

void Scheduler::stop(StopReason reason)
{
    if (!isStopped() || reason == StopReason::journalFailed) stopReason_ = reason;
}

std::optional<Wait> Scheduler::pause() const
{
    if (!isPaused() || isStopped()) return std::nullopt;
    return Wait{pauseEnd(), outage_.isOpen() ? WaitCause::outage : WaitCause::throttled};
}

Instant Scheduler::pauseEnd() const
{
    Instant end = Instant::min();
    if (throttle_.isClosed()) end = std::max(end, throttle_.until());
    if (outage_.isOpen()) end = std::max(end, outage_.until());
    return end;
}

Instant Scheduler::nextStopTime() const
{
    const Instant end = options_.maxDuration ? begin_ + *options_.maxDuration : Instant::max();
    return std::min(end, outage_.deadline());
}

void Scheduler::stopIfTimeIsUp(Instant now)
{
    if (now < nextStopTime()) return;
    stop(now >= outage_.deadline() ? StopReason::outage : StopReason::maxDuration);
}

/// One attempt and what was known when its verdict came.
struct Scheduler::Attempt
{
    const Verdict& verdict;
    Instant now;
    RowIndex row = kNoRow;
    bool isProbe = false;
    bool isFree = false; // a transport failure of an outage's probe
};

Conclusion Scheduler::conclude(RowIndex row, const Verdict& given, Instant now)
{
    assert(inFlight_ > 0);
    --inFlight_;
    const bool isProbe = std::exchange(probe_, probe_ == row ? kNoRow : probe_) == row;
    const bool wasOutage = outage_.isOpen();
    const bool wasThrottled = throttle_.isClosed();
    const bool isStale = given.next == NextStep::notSent;
    const Verdict verdict = isStale && isStaleTooOften(row) ? resetVerdict() : given;
    if (!isStale) stale_.erase(row);
    if (isProbe && wasOutage) lastProbe_ = row;

    const Attempt attempt{verdict, now, row, isProbe,
                          isProbe && wasOutage && verdict.kind == FailureKind::transport};
    Conclusion conclusion;
    if (verdict.next != NextStep::notSent) {
        countAttempt(attempt, conclusion);
        readSigns(attempt, conclusion);
    }
    conclusion.code = verdict.code;
    conclusion.message = verdict.message;
    conclusion.httpStatus = plan_.httpStatus(row);
    conclusion.attempts = plan_.attempts(row);
    conclusion.outageBegan = !wasOutage && outage_.isOpen();
    conclusion.outageEnded = wasOutage && !outage_.isOpen();
    conclusion.throttleBegan = !wasThrottled && throttle_.isClosed();
    conclusion.throttleEnded = wasThrottled && !throttle_.isClosed();
    if (isEnd(attempt))
        finish(attempt, conclusion);
    else
        tryAgain(attempt, conclusion);
    return conclusion;
}

bool Scheduler::isStaleTooOften(RowIndex row)
{
    if (++stale_[row] <= kMostStaleConnections) return false;
    stale_.erase(row);
    return true;
}

void Scheduler::countAttempt(const Attempt& attempt, Conclusion& conclusion)
{
    const Verdict& verdict = attempt.verdict;
    conclusion.attemptCounts =
        !attempt.isFree && (verdict.next == NextStep::retry || verdict.next == NextStep::conclude);
    const bool wasSent = verdict.mayBeApplied || verdict.httpStatus != 0;
    if (wasSent) plan_.addRequest(attempt.row);
    if (conclusion.attemptCounts) plan_.addAttempt(attempt.row);
    if (verdict.httpStatus != 0) plan_.setHttpStatus(attempt.row, verdict.httpStatus);
    if (verdict.next == NextStep::retry &&
        (verdict.mayBeApplied || verdict.status == RowStatus::unknown))
        plan_.setMayBeApplied(attempt.row);
}

/// What the attempt tells of the server and the token.
void Scheduler::readSigns(const Attempt& attempt, Conclusion& conclusion)
{
    const Verdict& verdict = attempt.verdict;
    if (verdict.next == NextStep::untrusted) return stop(StopReason::untrusted);
    if (verdict.kind == FailureKind::none)
        outage_.answered();
    else
        outage_.failed(verdict.kind == FailureKind::transport ||
                           plan_.takeServerFailure(attempt.row),
                       attempt.isProbe, attempt.now);
    if (verdict.next == NextStep::throttled)
        readThrottle(attempt, conclusion);
    else if (verdict.kind != FailureKind::transport)
        throttle_.answered(verdict.kind == FailureKind::none, attempt.isProbe);
    if (verdict.next == NextStep::unauthorized) return stop(StopReason::unauthorized);
    if (verdict.httpStatus != 0) stop(rules_.answered(verdict.httpStatus));
}

void Scheduler::readThrottle(const Attempt& attempt, Conclusion& conclusion)
{
    const auto reaction = throttle_.throttled(attempt.verdict.wait, attempt.isProbe, attempt.now);
    if (reaction == ThrottleGate::Reaction::giveUp) return stop(StopReason::throttled);
    conclusion.pauseUntil = throttle_.until();
}

bool Scheduler::isEnd(const Attempt& attempt) const
{
    switch (attempt.verdict.next) {
    case NextStep::conclude:
        // The token is not allowed to do this at all: not the row's fault.
        return attempt.verdict.httpStatus != kForbidden || stopReason_ != StopReason::forbidden;
    case NextStep::retry:
        return !attempt.isFree && plan_.runAttempts(attempt.row) >= options_.maxAttempts;
    case NextStep::throttled:
    case NextStep::notSent:
    case NextStep::unauthorized:
    case NextStep::untrusted:
        return false;
    }
    return false;
}

void Scheduler::finish(const Attempt& attempt, Conclusion& conclusion)
{
    const Verdict& verdict = attempt.verdict;
    const RowIndex row = attempt.row;
    conclusion.final = true;
    conclusion.status = verdict.status;
    const bool noVerdict = verdict.next == NextStep::retry;
    if (plan_.mayBeApplied(row) && noVerdict) conclusion.status = RowStatus::unknown;
    if (plan_.wasInFlight(row)) conclusion.message = sentAgain(conclusion.message);
    plan_.settle(row, conclusion.status, conclusion.code);
    lanes_.concluded(row);
    stop(rules_.finished(conclusion.status));
}

void Scheduler::tryAgain(const Attempt& attempt, Conclusion& conclusion)
{
    if (isStopped()) {
        conclusion.code = ErrorCode::stopped;
        return;
    }
    switch (attempt.verdict.next) {
    case NextStep::notSent:
        conclusion.retryAt = attempt.now;
        break;
    case NextStep::throttled:
        conclusion.retryAt = throttle_.until();
        break;
    default:
        conclusion.retryAt =
            attempt.now +
            policy_.delay(std::max(plan_.runAttempts(attempt.row), 1U), attempt.verdict.wait);
        break;
    }
    waiting_.add(attempt.row, conclusion.retryAt);
}

} // namespace oauth_batch
