#include "oauth_batch/app/Runner.h"

#include "oauth_batch/api/Classify.h"
#include "oauth_batch/app/RowMessages.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/base/ThreadPolicy.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace oauth_batch {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// The intent is written this long before the slot comes, so that a slow disk does not shift the
/// request, and a pause that comes meanwhile finds few intents to withdraw.
constexpr nanoseconds kIntentLead = milliseconds(100);

/// A connection that idles until its slot comes is looked after this long before: servers and
/// proxies close what has been silent for long, be it kept or never used. Time for a handshake.
constexpr nanoseconds kConnectionLead = milliseconds(500);

constexpr nanoseconds kTick = milliseconds(200);

bool wasSent(const Verdict& verdict)
{
    return verdict.httpStatus != 0 || verdict.mayBeApplied;
}

} // namespace

Runner::Runner(Services services, Limits limits)
    : services_(services), limits_(limits), sent_(services.batch.plan.size())
{}

void Runner::run(const std::function<void(const Snapshot&)>& onTick)
{
    running_ = limits_.workers;
    for (unsigned i = 0; i < limits_.workers; ++i)
        workers_.push_back(std::make_unique<Worker>());
    startThreads();

    Lock lock(mutex_);
    for (bool isRunning = true; isRunning;) {
        services_.clock.wait(lock, ended_, services_.clock.now() + kTick);
        isRunning = running_ > 0;
        const Snapshot now = snapshot();
        lock.unlock();
        try {
            onTick(now);
        } catch (...) {
            fail(std::current_exception());
        }
        lock.lock();
    }
    lock.unlock();
    workers_.clear();
    if (failure_) std::rethrow_exception(failure_);
    services_.journal.commit();
}

void Runner::startThreads()
{
    unsigned started = 0;
    try {
        for (const auto& worker : workers_) {
            worker->thread = std::jthread([this, &self = *worker] { work(self); });
            ++started;
        }
    } catch (const std::system_error& error) {
        fail(std::make_exception_ptr(
            Error(ExitCode::configuration,
                  "only " + std::to_string(started) + " of " + std::to_string(limits_.workers) +
                      " workers could be started (" + error.code().message() +
                      "): take fewer --workers, or raise the limit of "
                      "processes (ulimit -u)")));
        const Lock lock(mutex_);
        running_ -= limits_.workers - started;
    }
}

void Runner::stop(StopReason reason)
{
    const Lock lock(mutex_);
    services_.scheduler.stop(reason);
    stopNoted_ = true; // who stops the run says why
    wakeAll();
}

Runner::Snapshot Runner::snapshot()
{
    const bool isOutage = services_.scheduler.stopReason() == StopReason::outage;
    noteStop(isOutage ? lastFailure_ : std::string());
    Snapshot now;
    now.counts = services_.batch.plan.counts();
    now.requests = statistics_.requests;
    now.inFlight = inFlight_;
    now.pause = services_.scheduler.pause();
    now.lastFailure = lastFailure_;
    now.stopReason = services_.scheduler.stopReason();
    now.events.swap(events_);
    return now;
}

void Runner::work(Worker& self)
{
    // At full speed each answer wakes a worker. If that took the processor from the one that is
    // about to send, they would spend their time on taking turns. A pace wants its starts punctual.
    if (limits_.interval == nanoseconds::zero()) runAsBatchJob();
    try {
        self.transport = services_.transports.create();
        while (const auto start = take(self))
            attempt(self, *start);
    } catch (...) {
        fail(std::current_exception());
    }
    self.transport.reset();
    const Lock lock(mutex_);
    if (--running_ == 0) ended_.notify_all();
}

void Runner::fail(std::exception_ptr failure)
{
    const Lock lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    services_.scheduler.stop(StopReason::journalFailed);
    hasFailed_ = true;
    wakeAll();
}

// --- Taking rows -------------------------------------------------------------------------------

std::optional<Start> Runner::take(Worker& self)
{
    Lock lock(mutex_);
    for (;;) {
        Instant waitUntil = Instant::max();
        bool ended = hasFailed_;
        if (!ended) {
            if (auto start = tryTake(self, waitUntil, ended)) return start;
        }
        if (ended) {
            wakeAll();
            return std::nullopt;
        }
        if (self.uncommitted) {
            // Nobody waits while what has happened is not on record.
            lock.unlock();
            commit(self);
            lock.lock();
            continue;
        }
        waitIdle(lock, self, waitUntil);
    }
}

/// The next row, or until when to wait for one, or that there will be none.
std::optional<Start> Runner::tryTake(Worker& self, Instant& waitUntil, bool& ended)
{
    const Instant now = services_.clock.now();
    if (!isDeckFree(now)) {
        waitUntil = deckSince_ + limits_.interval;
        return std::nullopt;
    }
    for (;;) {
        const Decision decision = services_.scheduler.next(now);
        if (const auto* const settled = std::get_if<Settled>(&decision)) {
            recordSettled(*settled);
            self.uncommitted = true;
            continue;
        }
        if (const auto* const start = std::get_if<Start>(&decision)) {
            std::erase(idle_, &self);
            ++onDeck_;
            deckSince_ = now;
            wakeNextIdle();
            return *start;
        }
        if (const auto* const wait = std::get_if<Wait>(&decision))
            waitUntil = wait->until;
        else
            ended = true;
        return std::nullopt;
    }
}

bool Runner::isDeckFree(Instant now) const
{
    // A worker whose connection takes longer than the interval does not hold up the others; one
    // whose slot is far off, because other processes have the slots before it, does: who reserves
    // ahead takes them from the others, and is the more likely to come late for one.
    return limits_.interval == nanoseconds::zero() || onDeck_ == 0 ||
           now >= deckSince_ + limits_.interval;
}

void Runner::leaveDeck()
{
    --onDeck_;
    if (limits_.interval > nanoseconds::zero()) wakeNextIdle();
}

void Runner::keepDeckUntil(Instant slot)
{
    if (limits_.interval == nanoseconds::zero()) return;
    const Lock lock(mutex_);
    deckSince_ = std::max(deckSince_, slot);
}

void Runner::waitIdle(Lock& lock, Worker& self, Instant until)
{
    if (std::find(idle_.begin(), idle_.end(), &self) == idle_.end()) idle_.push_back(&self);
    // Only the top of the stack watches the clock; it wakes the next one when it leaves.
    const bool isTop = idle_.back() == &self;
    services_.clock.wait(lock, self.wake, isTop ? until : Instant::max());
}

void Runner::wakeNextIdle()
{
    if (!idle_.empty()) idle_.back()->wake.notify_one();
}

void Runner::wakeAll()
{
    for (const auto& worker : workers_)
        worker->wake.notify_all();
}

// --- One attempt -------------------------------------------------------------------------------

void Runner::attempt(Worker& self, const Start& start)
{
    nanoseconds spent{0};
    if (!prepare(self, start, spent) || !waitForTurn(self, start, spent)) return;
    const Plan& plan = services_.batch.plan;
    const std::string target = plan.requestTarget(start.row);
    const Instant sent = services_.clock.now();
    const AttemptResult result =
        self.transport->exchange({methodOf(plan.verb(start.row)), target},
                                 std::max(limits_.timeout - spent, nanoseconds(1)));
    spent += services_.clock.now() - sent;
    {
        const Lock lock(mutex_);
        --inFlight_;
    }
    conclude(self, start, judge(start, result), spent);
}

/// Makes the connection ready, and adds the time that took to `spent`; concludes the attempt where
/// that fails.
bool Runner::prepare(Worker& self, const Start& start, nanoseconds& spent)
{
    const Instant begin = services_.clock.now();
    const auto failure = self.transport->prepare(std::max(limits_.timeout - spent, nanoseconds(1)));
    spent += services_.clock.now() - begin;
    if (!failure) return true;
    {
        const Lock lock(mutex_);
        leaveDeck();
    }
    conclude(self, start, judge(start, *failure), spent);
    return false;
}

/// Reserves a slot, puts the intent on record and waits for the slot, with the connection ready
/// still. False where the row was given back because of a pause or a stop, or its attempt is over.
bool Runner::waitForTurn(Worker& self, const Start& start, nanoseconds& spent)
{
    const RowNumber number = start.row + 1;
    for (;;) {
        const Instant now = services_.clock.now();
        const Instant slot = services_.pacer.reserve(now);
        keepDeckUntil(slot);
        if (slot - now > kConnectionLead) {
            if (!waitUntilSlot(self, start.row, slot - kConnectionLead)) break;
            // Where this outlasts the slot, the pacer puts off the ones after it.
            if (!prepare(self, start, spent)) return false;
        }
        if (!waitUntilSlot(self, start.row, slot - kIntentLead)) break;
        services_.journal.intend(number, start.attempt);
        commit(self);
        const bool isMyTurn = waitUntilSlot(self, start.row, slot);
        // Another process on the same quota may have been throttled meanwhile, or this one asleep.
        if (isMyTurn && services_.pacer.mayStart(slot, services_.clock.now())) {
            const Lock lock(mutex_);
            leaveDeck();
            ++inFlight_;
            return true;
        }
        services_.journal.withdraw(number, start.attempt);
        self.uncommitted = true;
        if (!isMyTurn) break;
    }
    giveBack(start.row);
    return false;
}

bool Runner::waitUntilSlot(Worker& self, RowIndex row, Instant slot)
{
    Lock lock(mutex_);
    for (;;) {
        const Instant now = services_.clock.now();
        if (!services_.scheduler.mayStillStart(row, now)) return false;
        if (now >= slot) return true;
        services_.clock.wait(lock, self.wake, slot);
    }
}

void Runner::giveBack(RowIndex row)
{
    const Lock lock(mutex_);
    services_.scheduler.giveBack(row, services_.clock.now());
    leaveDeck();
}

void Runner::commit(Worker& self)
{
    services_.journal.commit();
    self.uncommitted = false;
}

// --- What came of it ---------------------------------------------------------------------------

Verdict Runner::judge(const Start& start, const AttemptResult& result) const
{
    AttemptContext context;
    context.verb = services_.batch.plan.verb(start.row);
    context.earlierAttemptWithoutVerdict = services_.batch.plan.mayBeApplied(start.row);
    context.anyHandshakeSucceeded = services_.transports.anyHandshakeSucceeded();
    context.now = services_.clock.wallTime();
    return classify(result, context);
}

void Runner::conclude(Worker& self, const Start& start, const Verdict& verdict,
                      nanoseconds duration)
{
    const auto rounded = std::chrono::round<milliseconds>(duration);
    {
        const Lock lock(mutex_);
        const Conclusion conclusion =
            services_.scheduler.conclude(start.row, verdict, services_.clock.now());
        record(start.row, conclusion, verdict, rounded);
        count(start.row, verdict, conclusion, rounded);
        noteEpisodes(conclusion, verdict);
        if (conclusion.pauseUntil) services_.pacer.pauseUntil(*conclusion.pauseUntil);
        if (services_.scheduler.stopReason() != StopReason::none)
            wakeAll();
        else
            wakeNextIdle();
    }
    self.uncommitted = true;
    // At a limited rate the next request may be a while away.
    if (limits_.interval > nanoseconds::zero()) commit(self);
}

void Runner::record(RowIndex row, const Conclusion& conclusion, const Verdict& verdict,
                    milliseconds duration)
{
    Outcome outcome;
    outcome.status = conclusion.status;
    outcome.code = conclusion.code;
    outcome.httpStatus = conclusion.httpStatus;
    outcome.attempts = conclusion.attempts;
    outcome.duration = duration;
    outcome.message = conclusion.message;
    if (conclusion.final) {
        outcome.finishedAt = services_.clock.wallTime();
        services_.outcomes.set(row + 1, services_.journal.conclude(row + 1, outcome));
        return;
    }
    // As the row stands if the run ends before its next attempt.
    outcome.code = ErrorCode::stopped;
    outcome.message = stoppedAfterAttemptMessage(conclusion.message);
    const AttemptEnd end{conclusion.attemptCounts, verdict.mayBeApplied, outcome};
    services_.outcomes.set(row + 1, services_.journal.endAttempt(row + 1, end));
}

void Runner::recordSettled(const Settled& settled)
{
    const Batch& batch = services_.batch;
    Outcome outcome;
    outcome.status = settled.status;
    outcome.code = settled.code;
    outcome.attempts = batch.plan.attempts(settled.row);
    outcome.httpStatus = batch.plan.httpStatus(settled.row);
    outcome.message = settledMessage(batch, settled);
    services_.outcomes.set(settled.row + 1, services_.journal.conclude(settled.row + 1, outcome));
}

void Runner::count(RowIndex row, const Verdict& verdict, const Conclusion& conclusion,
                   milliseconds duration)
{
    if (wasSent(verdict)) {
        ++statistics_.requests;
        if (sent_[row]) ++statistics_.retries;
        sent_[row] = true;
        statistics_.latency.record(duration);
    }
    if (conclusion.throttleBegan) ++statistics_.throttledEpisodes;
}

void Runner::noteEpisodes(const Conclusion& conclusion, const Verdict& verdict)
{
    const Instant now = services_.clock.now();
    if (verdict.kind != FailureKind::none) lastFailure_ = verdict.message;
    if (conclusion.throttleBegan && conclusion.pauseUntil) {
        events_.push_back(
            "the API throttles (HTTP 429): all workers pause for " +
            describeDuration(std::chrono::ceil<milliseconds>(*conclusion.pauseUntil - now)));
    }
    if (conclusion.throttleEnded) events_.emplace_back("the API accepts requests again");
    if (conclusion.outageBegan)
        events_.push_back(
            "the API does not answer as it should, pausing (last: " + verdict.message + ")");
    if (conclusion.outageEnded) events_.emplace_back("the API answers again");
    noteStop(verdict.message);
}

/// Once; a stop may come with an answer or by the clock.
void Runner::noteStop(const std::string& lastMessage)
{
    const StopReason reason = services_.scheduler.stopReason();
    if (reason == StopReason::none || std::exchange(stopNoted_, true)) return;
    events_.push_back("stopping: " + describe(reason) +
                      (lastMessage.empty() ? "" : " (" + lastMessage + ")"));
}

} // namespace oauth_batch
