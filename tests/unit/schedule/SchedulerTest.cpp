#include "oauth_batch/schedule/Scheduler.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);

Verdict succeeded()
{
    Verdict verdict;
    verdict.status = RowStatus::succeeded;
    verdict.httpStatus = 200;
    return verdict;
}

Verdict refused(int httpStatus)
{
    Verdict verdict;
    verdict.status = RowStatus::failed;
    verdict.code = ErrorCode::http;
    verdict.httpStatus = httpStatus;
    verdict.message = "Refused";
    return verdict;
}

Verdict serverError(int httpStatus = 500)
{
    Verdict verdict;
    verdict.next = NextStep::retry;
    verdict.kind = FailureKind::server;
    verdict.status = RowStatus::unknown;
    verdict.code = ErrorCode::http;
    verdict.httpStatus = httpStatus;
    verdict.mayBeApplied = true;
    return verdict;
}

Verdict connectionRefused()
{
    Verdict verdict;
    verdict.next = NextStep::retry;
    verdict.kind = FailureKind::transport;
    verdict.status = RowStatus::failed;
    verdict.code = ErrorCode::connectionRefused;
    return verdict;
}

Verdict lostAnswer()
{
    Verdict verdict;
    verdict.next = NextStep::retry;
    verdict.kind = FailureKind::transport;
    verdict.status = RowStatus::unknown;
    verdict.code = ErrorCode::timeout;
    verdict.mayBeApplied = true;
    return verdict;
}

Verdict throttled(std::optional<std::chrono::milliseconds> wait = {})
{
    Verdict verdict;
    verdict.next = NextStep::throttled;
    verdict.status = RowStatus::failed;
    verdict.code = ErrorCode::http;
    verdict.httpStatus = 429;
    verdict.wait = wait;
    return verdict;
}

Verdict notSent()
{
    Verdict verdict;
    verdict.next = NextStep::notSent;
    verdict.kind = FailureKind::transport;
    verdict.code = ErrorCode::reset;
    return verdict;
}

Verdict endsRun(NextStep next, int httpStatus)
{
    Verdict verdict;
    verdict.next = next;
    verdict.status = RowStatus::pending;
    verdict.code = ErrorCode::stopped;
    verdict.httpStatus = httpStatus;
    return verdict;
}

/// A plan, a scheduler on it and a hand-moved time. Random numbers are all 0: a retry comes after
/// exactly 1 s.
struct Scene
{
    void add(Verb verb, const std::string& customer, const std::string& profile = "1")
    {
        plan.addOperation({verb, customer, profile, false});
    }
    void addCustomers(int count)
    {
        for (int i = 0; i < count; ++i)
            add(Verb::assign, std::to_string(i + 1));
    }

    Scheduler& scheduler()
    {
        if (!made)
            made = std::make_unique<Scheduler>(
                plan, options, [] { return 0.0; }, kStart);
        return *made;
    }
    Decision next() { return scheduler().next(now); }

    /// The next decision, which has to be a start.
    RowIndex start()
    {
        const Decision decision = next();
        BOOST_REQUIRE(std::holds_alternative<Start>(decision));
        return std::get<Start>(decision).row;
    }
    void starts(RowIndex row) { BOOST_REQUIRE_EQUAL(start(), row); }
    void waits(Instant until, WaitCause cause)
    {
        const Decision decision = next();
        BOOST_REQUIRE(std::holds_alternative<Wait>(decision));
        BOOST_TEST((std::get<Wait>(decision).until == until));
        BOOST_TEST((std::get<Wait>(decision).cause == cause));
    }
    void settles(RowIndex row, ErrorCode code, RowIndex related)
    {
        const Decision decision = next();
        BOOST_REQUIRE(std::holds_alternative<Settled>(decision));
        const auto& settled = std::get<Settled>(decision);
        BOOST_TEST(settled.row == row);
        BOOST_TEST((settled.status == RowStatus::blocked));
        BOOST_TEST((settled.code == code));
        BOOST_TEST(settled.related == related);
        BOOST_TEST((plan.status(row) == RowStatus::blocked));
        BOOST_TEST((plan.code(row) == code));
    }
    void finishes()
    {
        BOOST_TEST(std::holds_alternative<Finished>(next()));
        BOOST_TEST(plan.countsAddUp());
    }
    Conclusion conclude(RowIndex row, const Verdict& verdict)
    {
        return scheduler().conclude(row, verdict, now);
    }
    /// Starts the next row and concludes it at once.
    Conclusion run(const Verdict& verdict) { return conclude(start(), verdict); }
    void stopped(StopReason reason)
    {
        BOOST_TEST(toString(scheduler().stopReason()) == toString(reason));
    }
    /// Five rows fail at once, so that an outage begins. Leaves the others alone.
    void beginOutage()
    {
        std::vector<RowIndex> rows;
        for (int i = 0; i < 5; ++i)
            rows.push_back(start());
        for (const RowIndex row : rows)
            conclude(row, connectionRefused());
        BOOST_REQUIRE(scheduler().pause().has_value());
    }

    Plan plan;
    SchedulerOptions options;
    Instant now = kStart;
    std::unique_ptr<Scheduler> made;
};

BOOST_FIXTURE_TEST_SUITE(SchedulerTest, Scene)

BOOST_AUTO_TEST_CASE(anEmptyPlanIsFinishedAtOnce)
{
    finishes();
}

BOOST_AUTO_TEST_CASE(rowsOfOneCustomerRunOneAfterTheOther)
{
    add(Verb::assign, "1", "1");
    add(Verb::assign, "1", "2");
    add(Verb::assign, "2", "1");
    starts(0);
    starts(2);
    waits(Instant::max(), WaitCause::busy);
    const Conclusion conclusion = conclude(0, succeeded());
    BOOST_TEST(conclusion.final);
    BOOST_TEST((conclusion.status == RowStatus::succeeded));
    BOOST_TEST(conclusion.attempts == 1U);
    BOOST_TEST(conclusion.httpStatus == 200);
    BOOST_TEST(conclusion.message.empty());
    starts(1);
    conclude(1, succeeded());
    waits(Instant::max(), WaitCause::busy);
    conclude(2, refused(404));
    finishes();
    stopped(StopReason::none);
    BOOST_TEST(plan.count(RowStatus::succeeded) == 2U);
    BOOST_TEST((plan.code(2) == ErrorCode::http));
}

BOOST_AUTO_TEST_CASE(aRowWhosePredecessorDidNotSucceedIsBlocked)
{
    add(Verb::unassign, "1", "1");
    add(Verb::assign, "1", "2");
    add(Verb::unassign, "1", "3");
    add(Verb::unassign, "1", "4");
    run(refused(400));
    settles(1, ErrorCode::blocked, 0);
    settles(2, ErrorCode::blocked, 1);
    settles(3, ErrorCode::blocked, 1);
    finishes();
}

BOOST_AUTO_TEST_CASE(noBlockSendsThemAll)
{
    options.block = false;
    add(Verb::unassign, "1", "1");
    add(Verb::assign, "1", "2");
    run(refused(400));
    starts(1);
    conclude(1, succeeded());
    finishes();
}

BOOST_AUTO_TEST_CASE(supersededRowsAreNotSentInARetryWhateverNoBlockSays)
{
    for (const bool block : {true, false}) {
        Scene scene;
        scene.options.isRetry = true;
        scene.options.block = block;
        scene.plan.addSettled({Verb::unassign, "1", "1", false}, RowStatus::failed,
                              ErrorCode::http);
        scene.add(Verb::assign, "1"); // blocked as well: superseded takes precedence
        scene.plan.addSettled({Verb::unassign, "1", "1", false}, RowStatus::succeeded,
                              ErrorCode::none);
        scene.settles(1, ErrorCode::superseded, 2);
        scene.finishes();
    }
}

BOOST_AUTO_TEST_CASE(supersededIsForRetriesOnly)
{
    add(Verb::assign, "1");
    add(Verb::unassign, "1");
    plan.settle(1, RowStatus::succeeded, ErrorCode::none);
    starts(0);
}

BOOST_AUTO_TEST_CASE(duplicatesAreNeverOffered)
{
    add(Verb::assign, "1");
    add(Verb::assign, "1");
    add(Verb::unassign, "1");
    run(refused(400));
    settles(2, ErrorCode::blocked, 0); // the duplicate counts as its first row
    finishes();
    BOOST_TEST(plan.count(RowStatus::duplicate) == 1U);
}

BOOST_AUTO_TEST_CASE(aFailedAttemptIsTriedAgainWithoutHoldingAWorker)
{
    add(Verb::assign, "1", "1");
    add(Verb::assign, "1", "2");
    add(Verb::assign, "2", "1");
    const Conclusion conclusion = run(serverError());
    BOOST_TEST(!conclusion.final);
    BOOST_TEST(conclusion.attemptCounts);
    BOOST_TEST((conclusion.status == RowStatus::pending));
    BOOST_TEST((conclusion.retryAt == kStart + 1s));
    BOOST_TEST(scheduler().inFlight() == 0U);
    BOOST_TEST(scheduler().waiting() == 1U);
    starts(2); // row 1's customer stays busy
    waits(kStart + 1s, WaitCause::backoff);
    now += 1s;
    const Decision decision = next();
    BOOST_REQUIRE(std::holds_alternative<Start>(decision));
    BOOST_TEST(std::get<Start>(decision).row == 0U);
    BOOST_TEST(std::get<Start>(decision).attempt == 2U);
}

BOOST_AUTO_TEST_CASE(retriesThatAreDueGoBeforeNewRows)
{
    addCustomers(3);
    run(serverError());
    starts(1);
    now += 1s;
    starts(0);
    starts(2);
}

BOOST_AUTO_TEST_CASE(attemptsEndWithTheLastVerdictsStatus)
{
    options.maxAttempts = 3;
    addCustomers(1);
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(!run(connectionRefused()).final);
        now += 1h;
    }
    const Conclusion last = run(connectionRefused());
    BOOST_TEST(last.final);
    BOOST_TEST((last.status == RowStatus::failed));
    BOOST_TEST((last.code == ErrorCode::connectionRefused));
    BOOST_TEST(plan.runAttempts(0) == 3U);
    BOOST_TEST(last.attempts == 0U); // nothing was sent
    BOOST_TEST(last.httpStatus == 0);
    finishes();
}

BOOST_AUTO_TEST_CASE(whatMayHaveBeenAppliedOnceEndsUnknown)
{
    options.maxAttempts = 2;
    addCustomers(1);
    run(serverError(502));
    now += 1h;
    const Conclusion last = run(connectionRefused());
    BOOST_TEST(last.final);
    BOOST_TEST((last.status == RowStatus::unknown));
    BOOST_TEST((last.code == ErrorCode::connectionRefused));
    BOOST_TEST(last.httpStatus == 502); // of the last answer
}

BOOST_AUTO_TEST_CASE(aClearAnswerDecidesEvenAfterALostOne)
{
    addCustomers(2);
    run(lostAnswer());
    conclude(start(), lostAnswer());
    now += 1h;
    BOOST_TEST((run(refused(409)).status == RowStatus::failed));
    BOOST_TEST((run(succeeded()).status == RowStatus::succeeded));
}

BOOST_AUTO_TEST_CASE(aRefusedConnectionIsNoAttemptWithoutAVerdict)
{
    addCustomers(2);
    run(connectionRefused());
    run(lostAnswer());
    BOOST_TEST(!plan.mayBeApplied(0));
    BOOST_TEST(plan.mayBeApplied(1));
}

BOOST_AUTO_TEST_CASE(aContinuedRunCarriesAttemptsOn)
{
    options.maxAttempts = 3;
    add(Verb::unassign, "1");
    add(Verb::unassign, "2");
    plan.restore(0, {7, 2, 0, false, true});
    const Decision decision = next();
    BOOST_REQUIRE(std::holds_alternative<Start>(decision));
    BOOST_TEST(std::get<Start>(decision).attempt == 8U);
    const Conclusion conclusion = conclude(0, refused(409));
    BOOST_TEST((conclusion.status == RowStatus::failed));
    BOOST_TEST(conclusion.message.find("sent again after an interrupted run") == 0U);
    BOOST_TEST(conclusion.attempts == 8U);
}

BOOST_AUTO_TEST_CASE(aContinuedRowHasOneAttemptAtLeast)
{
    options.maxAttempts = 3;
    addCustomers(1);
    plan.restore(0, {3, 3, 0, false, true});
    const Conclusion conclusion = run(serverError());
    BOOST_TEST(conclusion.final);
    BOOST_TEST((conclusion.status == RowStatus::unknown));
}

BOOST_AUTO_TEST_CASE(aSuccessAfterAnInterruptedRunSaysSo)
{
    addCustomers(1);
    plan.restore(0, {1, 1, 0, true, true});
    BOOST_TEST(run(succeeded()).message == "sent again after an interrupted run");
}

BOOST_AUTO_TEST_CASE(aServersWishIsAMinimumForItsRow)
{
    addCustomers(2);
    Verdict busy = serverError(503);
    busy.wait = 30s;
    BOOST_TEST((run(busy).retryAt == kStart + 30s));
    starts(1); // no reason for the others to wait
}

BOOST_AUTO_TEST_CASE(theNumberOfWaitingRowsIsBounded)
{
    addCustomers(3000);
    std::size_t started = 0;
    while (true) {
        const Decision decision = next();
        if (!std::holds_alternative<Start>(decision)) break;
        ++started;
        // Never five in a row.
        conclude(std::get<Start>(decision).row, started % 3 == 0 ? succeeded() : serverError());
    }
    BOOST_TEST(scheduler().waiting() == Scheduler::kMostWaiting);
    waits(kStart + 1s, WaitCause::backoff);
    now += 1s;
    run(succeeded());
    run(succeeded());
}

BOOST_AUTO_TEST_CASE(aStaleConnectionIsNoAttempt)
{
    addCustomers(2);
    const Conclusion conclusion = run(notSent());
    BOOST_TEST(!conclusion.final);
    BOOST_TEST(!conclusion.attemptCounts);
    BOOST_TEST(conclusion.attempts == 0U);
    BOOST_TEST((conclusion.retryAt == now));
    starts(0);
}

BOOST_AUTO_TEST_CASE(staleConnectionsInARowBecomeAFailedAttempt)
{
    addCustomers(1);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!run(notSent()).attemptCounts);
    const Conclusion fourth = run(notSent());
    BOOST_TEST(fourth.attemptCounts);
    BOOST_TEST((fourth.code == ErrorCode::reset));
    BOOST_TEST((fourth.retryAt == now + 1s));
    now += 1s;
    BOOST_TEST(!run(notSent()).attemptCounts); // counted anew
}

BOOST_AUTO_TEST_CASE(onlyStaleConnectionsInARowAreCounted)
{
    addCustomers(1);
    for (int i = 0; i < 3; ++i)
        run(notSent());
    run(serverError());
    now += 1s;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!run(notSent()).attemptCounts);
    BOOST_TEST(run(notSent()).attemptCounts);
}

BOOST_AUTO_TEST_CASE(staleConnectionsAreNoSignOfAnOutage)
{
    addCustomers(10);
    for (int i = 0; i < 9; ++i)
        starts(static_cast<RowIndex>(i));
    for (RowIndex row = 0; row < 9; ++row)
        conclude(row, notSent());
    BOOST_TEST(!scheduler().pause().has_value());
}

// 429

BOOST_AUTO_TEST_CASE(a429StopsEveryWorkerUntilTheWishThenOneProbeGoesOut)
{
    addCustomers(5);
    starts(0);
    starts(1);
    starts(2);
    const Conclusion conclusion = conclude(0, throttled(10s));
    const Instant end = kStart + 10s + ThrottleGate::kLittle;
    BOOST_TEST(!conclusion.final);
    BOOST_TEST(!conclusion.attemptCounts);
    BOOST_TEST(conclusion.attempts == 1U); // a request it was
    BOOST_TEST(conclusion.throttleBegan);
    BOOST_REQUIRE(conclusion.pauseUntil.has_value());
    BOOST_TEST((*conclusion.pauseUntil == end));
    waits(end, WaitCause::throttled);
    // Those that had not sent yet do not either.
    BOOST_TEST(!scheduler().mayStillStart(1, now));
    scheduler().giveBack(1, now);
    BOOST_TEST(!conclude(2, succeeded()).throttleEnded); // was on its way
    now = end - 1ns;
    waits(end, WaitCause::throttled);
    now = end;
    starts(0);
    BOOST_TEST(scheduler().mayStillStart(0, now));
    waits(Instant::max(), WaitCause::throttled);
    BOOST_TEST(conclude(0, succeeded()).throttleEnded);
    starts(1);
    starts(3);
    starts(4);
}

BOOST_AUTO_TEST_CASE(throttledAttemptsDoNotUseUpTheRowsAttempts)
{
    options.maxAttempts = 1;
    addCustomers(1);
    for (int i = 0; i < 10; ++i) {
        const Conclusion conclusion = run(throttled());
        BOOST_REQUIRE(!conclusion.final);
        now = conclusion.retryAt;
    }
    const Conclusion conclusion = run(succeeded());
    BOOST_TEST(conclusion.final);
    BOOST_TEST(conclusion.attempts == 11U);
}

BOOST_AUTO_TEST_CASE(aThrottledEpisodeHasOneBeginningAndOneEnd)
{
    addCustomers(3);
    starts(0);
    starts(1);
    BOOST_TEST(conclude(0, throttled()).throttleBegan);
    BOOST_TEST(!conclude(1, throttled()).throttleBegan);
    now += 5s;
    BOOST_TEST(!run(throttled()).throttleBegan);
    now += 10s;
    BOOST_TEST(run(succeeded()).throttleEnded);
}

BOOST_AUTO_TEST_CASE(aRowWithASlotBecomesTheProbe)
{
    addCustomers(3);
    starts(0);
    starts(1);
    starts(2);
    conclude(0, throttled(1s));
    now += 10s;
    BOOST_TEST(scheduler().mayStillStart(1, now));
    BOOST_TEST(!scheduler().mayStillStart(2, now));
    scheduler().giveBack(2, now);
    waits(Instant::max(), WaitCause::throttled);
    conclude(1, succeeded());
    starts(0);
}

BOOST_AUTO_TEST_CASE(aProbeGivenBackMakesRoomForAnother)
{
    addCustomers(2);
    run(throttled(1s));
    now += 10s;
    starts(0);
    scheduler().giveBack(0, now);
    starts(0);
}

BOOST_AUTO_TEST_CASE(aWishBeyondMaxWaitStopsTheRun)
{
    addCustomers(2);
    const Conclusion conclusion = run(throttled(61min));
    BOOST_TEST(!conclusion.final);
    BOOST_TEST((conclusion.code == ErrorCode::stopped));
    BOOST_TEST(!conclusion.pauseUntil.has_value());
    stopped(StopReason::throttled);
    finishes();
    BOOST_TEST(plan.count(RowStatus::pending) == 2U);
}

BOOST_AUTO_TEST_CASE(throttlingWithoutASuccessForMaxWaitStopsTheRun)
{
    options.maxWait = 30s;
    addCustomers(2);
    for (int i = 0; i < 10 && scheduler().stopReason() == StopReason::none; ++i) {
        const Conclusion conclusion = run(throttled());
        if (conclusion.pauseUntil) now = *conclusion.pauseUntil;
    }
    stopped(StopReason::throttled);
    BOOST_TEST((now == kStart + 30s));
    finishes();
}

// Outage

BOOST_AUTO_TEST_CASE(fiveFailedAttemptsInARowStopDispatch)
{
    addCustomers(8);
    for (RowIndex row = 0; row < 6; ++row)
        starts(row);
    for (RowIndex row = 0; row < 4; ++row)
        BOOST_TEST(!conclude(row, connectionRefused()).outageBegan);
    BOOST_TEST(conclude(4, connectionRefused()).outageBegan);
    BOOST_TEST(!scheduler().mayStillStart(5, now));
    scheduler().giveBack(5, now);
    waits(kStart + 5s, WaitCause::outage);
}

BOOST_AUTO_TEST_CASE(oneRowsFiveTransportFailuresAreAnOutageToo)
{
    options.maxAttempts = 10;
    addCustomers(1);
    for (int i = 0; i < 5; ++i) {
        run(connectionRefused());
        now += 1h;
    }
    BOOST_TEST(scheduler().pause().has_value());
}

BOOST_AUTO_TEST_CASE(aFewRowsThatTheServerAlwaysFailsOnAreNoOutage)
{
    addCustomers(4);
    while (true) {
        const Decision decision = next();
        if (std::holds_alternative<Finished>(decision)) break;
        if (const auto* start = std::get_if<Start>(&decision)) {
            conclude(start->row, serverError());
            BOOST_REQUIRE(!scheduler().pause().has_value());
        } else {
            now = std::get<Wait>(decision).until;
        }
    }
    BOOST_TEST(plan.count(RowStatus::unknown) == 4U);
}

BOOST_AUTO_TEST_CASE(serverErrorsOfFiveRowsInARowAreAnOutage)
{
    addCustomers(6);
    for (int i = 0; i < 4; ++i)
        run(serverError(503));
    BOOST_TEST(run(serverError(500)).outageBegan);
}

BOOST_AUTO_TEST_CASE(eachProbeTakesAnotherRow)
{
    addCustomers(9);
    beginOutage();
    std::vector<RowIndex> probes;
    for (const auto pause : {5s, 10s, 20s, 40s, 60s, 60s}) {
        waits(now + pause, WaitCause::outage);
        now += pause;
        probes.push_back(start());
        waits(kStart + 15min, WaitCause::outage); // one at a time
        conclude(probes.back(), connectionRefused());
    }
    const std::vector<RowIndex> fresh(probes.begin(), probes.begin() + 4);
    BOOST_TEST(fresh == (std::vector<RowIndex>{5, 6, 7, 8}), boost::test_tools::per_element());
    BOOST_TEST(probes[4] == 0U);
    BOOST_TEST(probes[5] == 1U);
}

BOOST_AUTO_TEST_CASE(theLastProbesRowIsAvoidedWhereAnotherIsDue)
{
    addCustomers(5);
    Verdict busy = serverError(503);
    busy.wait = 12s;
    for (int i = 0; i < 4; ++i)
        run(busy);
    run(connectionRefused());
    now += 5s;
    starts(4); // the only one that is due
    conclude(4, connectionRefused());
    now += 10s;
    starts(0); // although row 4 was due earlier
}

BOOST_AUTO_TEST_CASE(aFreeProbeEndsNoRowThatAContinuedRunLeftWithoutAttempts)
{
    options.maxAttempts = 3;
    addCustomers(6);
    plan.restore(5, {3, 3, 0, false, true});
    beginOutage();
    now += 5s;
    starts(5);
    BOOST_TEST(!conclude(5, connectionRefused()).final);
}

BOOST_AUTO_TEST_CASE(aTransportFailureOfAProbeCostsNoAttemptA5xxDoes)
{
    options.maxAttempts = 2;
    addCustomers(6);
    beginOutage();
    now += 5s;
    starts(5);
    const Conclusion refusedProbe = conclude(5, connectionRefused());
    BOOST_TEST(!refusedProbe.final);
    BOOST_TEST(!refusedProbe.attemptCounts);
    BOOST_TEST(refusedProbe.attempts == 0U); // nothing was sent
    now += 10s;
    starts(0);
    const Conclusion lostProbe = conclude(0, lostAnswer());
    BOOST_TEST(!lostProbe.final);
    BOOST_TEST(!lostProbe.attemptCounts);
    BOOST_TEST(lostProbe.attempts == 1U); // a request it was
    now += 20s;
    starts(1);
    const Conclusion failedProbe = conclude(1, serverError(503));
    BOOST_TEST(failedProbe.attemptCounts);
    BOOST_TEST(failedProbe.final); // its second attempt of two
    BOOST_TEST((failedProbe.status == RowStatus::unknown));
    BOOST_TEST(scheduler().pause().has_value());
}

BOOST_AUTO_TEST_CASE(theFirstOtherAnswerResumes)
{
    for (const Verdict& verdict : {succeeded(), refused(404), throttled(1s)}) {
        Scene scene;
        scene.addCustomers(8);
        scene.beginOutage();
        scene.now += 5s;
        const Conclusion conclusion = scene.run(verdict);
        BOOST_TEST(conclusion.outageEnded);
        if (verdict.next == NextStep::throttled) {
            BOOST_TEST(conclusion.throttleBegan);
            scene.waits(scene.now + 1s + ThrottleGate::kLittle, WaitCause::throttled);
            continue;
        }
        for (RowIndex row = 0; row < 5; ++row)
            scene.starts(row); // the retries are due
        scene.starts(6);
    }
}

BOOST_AUTO_TEST_CASE(anAnswerOfWhatWasOnItsWayResumesToo)
{
    addCustomers(8);
    std::vector<RowIndex> rows;
    for (int i = 0; i < 6; ++i)
        rows.push_back(start());
    for (std::size_t i = 0; i < 5; ++i)
        conclude(rows[i], connectionRefused());
    BOOST_TEST(conclude(rows[5], succeeded()).outageEnded);
    starts(6);
}

BOOST_AUTO_TEST_CASE(anOutageTimeoutStopsTheRun)
{
    options.outageTimeout = 12s;
    addCustomers(8);
    beginOutage();
    now += 5s;
    run(connectionRefused());
    waits(kStart + 12s, WaitCause::outage); // the next probe would come later
    now = kStart + 12s;
    finishes();
    stopped(StopReason::outage);
    BOOST_TEST(plan.count(RowStatus::pending) == 8U);
}

BOOST_AUTO_TEST_CASE(aProbeInFlightAtTheTimeoutConcludesNormally)
{
    options.outageTimeout = 6s;
    addCustomers(6);
    beginOutage();
    now += 5s;
    starts(5);
    now += 1s;
    waits(Instant::max(), WaitCause::busy);
    stopped(StopReason::outage);
    BOOST_TEST((conclude(5, succeeded()).status == RowStatus::succeeded));
    finishes();
}

// Stop rules

BOOST_AUTO_TEST_CASE(a401StopsAtOnceAndLeavesItsRowPending)
{
    addCustomers(3);
    starts(0);
    starts(1);
    const Conclusion conclusion = conclude(0, endsRun(NextStep::unauthorized, 401));
    BOOST_TEST(!conclusion.final);
    BOOST_TEST((conclusion.status == RowStatus::pending));
    BOOST_TEST((conclusion.code == ErrorCode::stopped));
    BOOST_TEST((conclusion.retryAt == Instant::max()));
    BOOST_TEST(conclusion.httpStatus == 401);
    BOOST_TEST(conclusion.attempts == 1U);
    stopped(StopReason::unauthorized);
    waits(Instant::max(), WaitCause::busy);
    BOOST_TEST(!scheduler().mayStillStart(1, now));
    scheduler().giveBack(1, now);
    finishes();
    BOOST_TEST(plan.count(RowStatus::pending) == 3U);
}

BOOST_AUTO_TEST_CASE(anUntrustedServerStopsTheRun)
{
    addCustomers(2);
    const Conclusion conclusion = run(endsRun(NextStep::untrusted, 0));
    BOOST_TEST(!conclusion.final);
    BOOST_TEST(conclusion.attempts == 0U);
    stopped(StopReason::untrusted);
    finishes();
}

BOOST_AUTO_TEST_CASE(a403OnEachOfTheFirstFiveAnswersStopsAndTheFifthStaysPending)
{
    addCustomers(8);
    for (RowIndex row = 0; row < 7; ++row)
        starts(row);
    for (RowIndex row = 0; row < 4; ++row)
        BOOST_TEST((conclude(row, refused(403)).status == RowStatus::failed));
    stopped(StopReason::none);
    BOOST_TEST((conclude(4, refused(403)).status == RowStatus::pending));
    stopped(StopReason::forbidden);
    BOOST_TEST((conclude(5, refused(403)).status == RowStatus::pending)); // was on its way
    BOOST_TEST((conclude(6, succeeded()).status == RowStatus::succeeded));
    finishes();
    BOOST_TEST(plan.count(RowStatus::failed) == 4U);
    BOOST_TEST(plan.count(RowStatus::pending) == 3U);
}

BOOST_AUTO_TEST_CASE(maxFailuresStopsAndRowsInFlightConcludeNormally)
{
    options.maxFailures = FailureLimit{2, false};
    addCustomers(6);
    for (RowIndex row = 0; row < 5; ++row)
        starts(row);
    conclude(0, refused(404));
    conclude(1, succeeded());
    conclude(2, refused(404));
    stopped(StopReason::maxFailures);
    BOOST_TEST((conclude(3, refused(400)).status == RowStatus::failed));
    const Conclusion again = conclude(4, serverError());
    BOOST_TEST(!again.final); // would have been tried again
    BOOST_TEST((again.code == ErrorCode::stopped));
    BOOST_TEST(again.attempts == 1U);
    finishes();
    BOOST_TEST(plan.count(RowStatus::pending) == 2U);
    BOOST_TEST(plan.attempts(4) == 1U);
}

BOOST_AUTO_TEST_CASE(attemptsUsedUpEndARowEvenAfterAStop)
{
    options.maxAttempts = 1;
    addCustomers(2);
    starts(0);
    scheduler().stop(StopReason::interrupted);
    const Conclusion conclusion = conclude(0, serverError());
    BOOST_TEST(conclusion.final);
    BOOST_TEST((conclusion.status == RowStatus::unknown));
    finishes();
}

BOOST_AUTO_TEST_CASE(maxDurationStopsStartingRows)
{
    options.maxDuration = 10s;
    addCustomers(3);
    starts(0);
    starts(1);
    now = kStart + 10s - 1ns;
    BOOST_TEST(scheduler().mayStillStart(1, now));
    now = kStart + 10s;
    BOOST_TEST(!scheduler().mayStillStart(1, now));
    scheduler().giveBack(1, now);
    stopped(StopReason::maxDuration);
    conclude(0, succeeded());
    finishes();
    BOOST_TEST(plan.count(RowStatus::pending) == 2U);
}

BOOST_AUTO_TEST_CASE(waitsEndWithMaxDuration)
{
    options.maxDuration = 500ms;
    addCustomers(1);
    run(serverError());
    waits(kStart + 500ms, WaitCause::backoff);
    now += 500ms;
    finishes();
    stopped(StopReason::maxDuration);
}

BOOST_AUTO_TEST_CASE(aRunThatIsDoneIsNotStoppedByTime)
{
    options.maxDuration = 10s;
    addCustomers(1);
    starts(0);
    now = kStart + 1h;
    waits(Instant::max(), WaitCause::busy);
    conclude(0, succeeded());
    finishes();
    stopped(StopReason::none);
}

BOOST_AUTO_TEST_CASE(theFirstReasonStaysButAFailedJournalReplacesIt)
{
    addCustomers(1);
    scheduler().stop(StopReason::interrupted);
    scheduler().stop(StopReason::maxDuration);
    stopped(StopReason::interrupted);
    scheduler().stop(StopReason::journalFailed);
    stopped(StopReason::journalFailed);
    scheduler().stop(StopReason::interrupted);
    stopped(StopReason::journalFailed);
    finishes();
}

BOOST_AUTO_TEST_CASE(afterAStopNothingIsBlockedOrSuperseded)
{
    add(Verb::assign, "1");
    add(Verb::unassign, "1");
    plan.settle(0, RowStatus::failed, ErrorCode::http);
    scheduler().stop(StopReason::interrupted);
    finishes();
    BOOST_TEST((plan.status(1) == RowStatus::pending));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
