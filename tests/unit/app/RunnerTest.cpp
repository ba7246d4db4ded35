#include "oauth_batch/app/Runner.h"

#include "FakeClock.h"
#include "MemoryAppendFile.h"
#include "ScriptedTransport.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/schedule/GcraPacer.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <map>
#include <thread>

#include <sched.h>

namespace oauth_batch {
namespace {

using test::ScriptedTransports;

/// A run in memory: no network, no disk.
class Bench
{
public:
    explicit Bench(RowNumber rows, unsigned workers = 4) : rows_(rows), workers_(workers)
    {
        for (RowNumber row = 1; row <= rows; ++row)
            batch_.plan.addOperation({Verb::assign, std::to_string(row), "322", false});
    }

    void run(ScriptedTransports& transports)
    {
        SystemClock clock;
        NoPacer pacer;
        run(transports, clock, pacer, {});
    }

    void run(ScriptedTransports& transports, Clock& clock, Pacer& pacer,
             std::chrono::nanoseconds interval)
    {
        JournalWriter journal(file, clock, SyncPolicy::always);
        JournalHeader header;
        header.rows = rows_;
        header.inputDigest = std::string(64, '0');
        header.input = "orders.csv";
        journal.start(header);
        outcomes = OutcomeIndex(rows_);
        Scheduler scheduler(
            batch_.plan, {}, [] { return 0.5; }, clock.now());
        Runner runner({clock, batch_, scheduler, pacer, journal, outcomes, transports},
                      {workers_, std::chrono::seconds(45), interval});
        runner.run([&](const Runner::Snapshot& snapshot) {
            lastCounts = snapshot.counts;
            if (onTick) onTick();
        });
        statistics = runner.statistics();
        stopReason = scheduler.stopReason();
    }

    const Plan& plan() const { return batch_.plan; }

    test::MemoryAppendFile file;
    OutcomeIndex outcomes{0};
    StatusCounts lastCounts{};
    Runner::Statistics statistics;
    StopReason stopReason = StopReason::none;
    std::function<void()> onTick;

private:
    const RowNumber rows_;
    const unsigned workers_;
    Batch batch_;
};

/// A quota of which other processes have reserved the next second, at any time.
class BusyPacer final : public NoPacer
{
public:
    Instant reserve(Instant now) override
    {
        ++reserved;
        return now + std::chrono::seconds(1);
    }

    std::atomic<int> reserved = 0;
};

std::string targetOf(RowNumber row)
{
    return requestTarget(Verb::assign, std::to_string(row), "322", false);
}

BOOST_AUTO_TEST_SUITE(RunnerTest)

BOOST_AUTO_TEST_CASE(eachRowIsSentOnceAndConcluded)
{
    constexpr RowNumber kRows = 500;
    Bench bench(kRows, 16);
    ScriptedTransports transports([](const std::string&) { return ScriptedTransports::success(); });
    bench.run(transports);
    BOOST_TEST(bench.plan().count(RowStatus::succeeded) == kRows);
    BOOST_TEST(bench.plan().countsAddUp());
    BOOST_TEST((bench.lastCounts == bench.plan().counts()));
    std::vector<std::string> sent = transports.sent();
    std::sort(sent.begin(), sent.end());
    BOOST_TEST(sent.size() == kRows);
    BOOST_TEST((std::adjacent_find(sent.begin(), sent.end()) == sent.end()));
    BOOST_TEST(bench.statistics.requests == kRows);
    BOOST_TEST(bench.statistics.retries == 0U);
}

BOOST_AUTO_TEST_CASE(theIntentIsWrittenBeforeTheRequestLeaves)
{
    Bench bench(50, 1);
    std::size_t intended = 0;
    ScriptedTransports transports([&](const std::string& target) {
        for (RowNumber row = 1; row <= 50; ++row) {
            const std::string record = " intend " + std::to_string(row) + " 1\n";
            if (target == targetOf(row) && bench.file.afterPowerCut().ends_with(record)) ++intended;
        }
        return ScriptedTransports::success();
    });
    bench.run(transports);
    BOOST_TEST(intended == 50U);
}

BOOST_AUTO_TEST_CASE(theOutcomeIsWrittenBeforeTheWorkersNextRequest)
{
    Bench bench(20, 1);
    std::size_t requests = 0;
    std::size_t missing = 0;
    ScriptedTransports transports([&](const std::string&) {
        const std::string& written = bench.file.afterKill();
        std::size_t outcomes = 0;
        for (auto at = written.find(" outcome "); at != std::string::npos;
             at = written.find(" outcome ", at + 1))
            ++outcomes;
        missing += requests - outcomes;
        ++requests;
        return ScriptedTransports::success();
    });
    bench.run(transports);
    BOOST_TEST(requests == 20U);
    BOOST_TEST(missing == 0U);
}

BOOST_AUTO_TEST_CASE(whatCannotBeRecordedIsNotSent)
{
    Bench bench(50, 1);
    bench.file.failFlush(5, ENOSPC); // the journal's header is the first
    ScriptedTransports transports([](const std::string&) { return ScriptedTransports::success(); });
    BOOST_CHECK_EXCEPTION(bench.run(transports), IoError, [](const IoError& error) {
        return error.exitCode() == ExitCode::ioError;
    });
    BOOST_TEST(transports.sent().size() == 3U);
}

BOOST_AUTO_TEST_CASE(aRowThatWaitsForItsRetryHoldsNoWorker)
{
    Bench bench(10, 1);
    std::map<std::string, int> seen;
    ScriptedTransports transports([&](const std::string& target) {
        const bool isFirst = ++seen[target] == 1 && target == targetOf(1);
        return isFirst ? ScriptedTransports::answer(503, "{}") : ScriptedTransports::success();
    });
    bench.run(transports);
    BOOST_TEST(bench.plan().count(RowStatus::succeeded) == 10U);
    BOOST_TEST(transports.sent().size() == 11U);
    BOOST_TEST(transports.sent()[1] == targetOf(2)); // with the only worker
    BOOST_TEST(bench.statistics.retries == 1U);
}

BOOST_AUTO_TEST_CASE(oneSlotIsReservedAheadHoweverFarOffItIs)
{
    using namespace std::chrono_literals;
    Bench bench(3, 2);
    test::FakeClock clock(test::FakeClock::Waiting::blocks);
    BusyPacer pacer;
    ScriptedTransports transports([](const std::string&) { return ScriptedTransports::success(); });
    std::atomic<bool> ended = false;
    std::jthread run([&] {
        bench.run(transports, clock, pacer, 100ms);
        ended = true;
    });
    // Two workers and the thread that shows progress, all asleep until later than now.
    const auto settle = [&clock] {
        while (clock.waiters() != 3 || clock.earliestDeadline() <= clock.now())
            std::this_thread::yield();
    };
    for (int step = 0; step < 8; ++step) {
        settle();
        clock.advance(100ms);
    }
    settle();
    BOOST_TEST(pacer.reserved == 1);
    while (!ended) {
        clock.advance(10ms);
        std::this_thread::yield();
    }
    BOOST_TEST(pacer.reserved == 3);
    BOOST_TEST(bench.plan().count(RowStatus::succeeded) == 3U);
}

BOOST_AUTO_TEST_CASE(workersTakeTurnsAtFullSpeedAndAreWokenAtOnceForAPace)
{
    for (const auto interval : {std::chrono::nanoseconds(0), std::chrono::nanoseconds(1)}) {
        const int wanted = interval == interval.zero() ? SCHED_BATCH : SCHED_OTHER;
        std::atomic<int> others = 0;
        ScriptedTransports transports([&](const std::string&) {
            if (::sched_getscheduler(0) != wanted) ++others;
            return ScriptedTransports::success();
        });
        Bench bench(20, 2);
        SystemClock clock;
        NoPacer pacer;
        bench.run(transports, clock, pacer, interval);
        BOOST_TEST(others == 0);
        BOOST_TEST(transports.sent().size() == 20U);
    }
    BOOST_TEST(::sched_getscheduler(0) == SCHED_OTHER);
}

BOOST_AUTO_TEST_CASE(aFailureOfTheTickEndsWorkersThatWait)
{
    ScriptedTransports transports([](const std::string&) {
        Answer throttled = ScriptedTransports::answer(429, "{}");
        throttled.headers.retryAfter = "1800";
        return throttled;
    });
    Bench bench(10, 4);
    bench.onTick = [] { throw IoError("sync", "in.results.csv.journal", EIO); };
    BOOST_CHECK_THROW(bench.run(transports), IoError); // and does not wait for half an hour
}

BOOST_AUTO_TEST_CASE(a401StopsTheRunAndLeavesTheRestPending)
{
    Bench bench(30, 4);
    ScriptedTransports transports(
        [](const std::string&) { return ScriptedTransports::answer(401, "{}"); });
    bench.run(transports);
    BOOST_TEST((bench.stopReason == StopReason::unauthorized));
    BOOST_TEST(bench.plan().count(RowStatus::pending) == 30U);
    BOOST_TEST(transports.sent().size() <= 4U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
