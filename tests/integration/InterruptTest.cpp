#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <ostream>
#include <set>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

struct SignalCase
{
    int number;
    int exitCode;
};

std::ostream& operator<<(std::ostream& out, const SignalCase& one)
{
    return out << one.number;
}

/// The program says it once it has seen a signal, and starts nothing more from then on.
constexpr std::string_view kNotice = "interrupted";

const std::vector<SignalCase> kSignals = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};

std::size_t countOf(const CsvTable& results, const std::string& status)
{
    const auto values = results.column("result_status");
    return static_cast<std::size_t>(std::count(values.begin(), values.end(), status));
}

void checkEachOnce(const StubApi& api, std::size_t rows)
{
    const auto sent = requestLines(api.requests());
    BOOST_TEST(sent.size() == rows);
    BOOST_TEST((std::set<std::string>(sent.begin(), sent.end()).size() == rows));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Interrupt, Rig)

BOOST_DATA_TEST_CASE(signalEndsInOrderAndTheSameCommandContinues,
                     boost::unit_test::data::make(kSignals), one)
{
    StubApi api;
    write("in.csv", assignments(40));
    const Command same = command(against(api.url(), {"run", "in.csv", "--workers=4"}));
    api.hold();
    Process process(same);
    api.waitForRequests(4);
    process.signal(one.number);
    process.waitForOutput(kNotice);
    api.release();
    const Ended stopped = process.wait();
    CHECK_EXIT(stopped, one.exitCode);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.size() == 40U);
    const std::size_t done = countOf(results, "succeeded");
    // What was in flight has ended, and is not forgotten.
    BOOST_TEST(done == api.requests().size());
    BOOST_TEST(done >= 4U);
    BOOST_TEST(done < 40U);
    BOOST_TEST(countOf(results, "pending") == 40 - done);
    BOOST_TEST(exists("in.results.csv.journal"));

    CHECK_EXIT(Process::run(same), 0);
    checkEachOnce(api, 40);
    BOOST_TEST(countOf(table("in.results.csv"), "succeeded") == 40U);
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(rowsLeftCarryTheCodeStopped)
{
    StubApi api;
    write("in.csv", assignments(10));
    api.hold();
    Process process(command(against(api.url(), {"run", "in.csv", "--workers=1"})));
    api.waitForRequests(1);
    process.signal(SIGINT);
    process.waitForOutput(kNotice);
    api.release();
    CHECK_EXIT(process.wait(), 130);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(9, "result_status") == "pending");
    BOOST_TEST(results.at(9, "result_error_code") == "stopped");
    BOOST_TEST(results.at(9, "result_attempts") == "0");
    BOOST_TEST(results.at(9, "result_request") == "POST " + assignTarget("10"));
}

BOOST_AUTO_TEST_CASE(secondSignalEndsAtOnceWithTheJournalIntact)
{
    StubApi api;
    write("in.csv", assignments(10));
    const Command same = command(against(api.url(), {"run", "in.csv", "--workers=2"}));
    api.hold();
    Process process(same);
    api.waitForRequests(2);
    process.signal(SIGINT);
    // Whether it has seen the first one shows by its notice or not at all: the second must work
    // in any case, and two that merge into one are followed by a third.
    for (int i = 0; i < 100 && process.collect(50ms); ++i)
        process.signal(SIGINT);
    const Ended ended = process.wait();
    BOOST_TEST((ended.exitCode == 130 || ended.signal == SIGINT), describe(ended));
    BOOST_TEST(exists("in.results.csv.journal"));
    api.release();
    CHECK_EXIT(Process::run(same), 0);
    BOOST_TEST(countOf(table("in.results.csv"), "succeeded") == 10U);
}

BOOST_AUTO_TEST_CASE(signalWhileWaitingForThePaceEndsAtOnce)
{
    StubApi api;
    write("in.csv", assignments(10));
    Process process(command(against(api.url(), {"run", "in.csv", "--rate=1/min"})));
    api.waitForRequests(1);
    process.signal(SIGINT);
    CHECK_EXIT(process.wait(20s), 130);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(signalWhileTheApiThrottlesEndsAtOnce)
{
    StubApi api([](const StubRequest&) { return Reply::status(429, "{}", {"Retry-After: 600"}); });
    write("in.csv", assignments(10));
    Process process(command(against(api.url(), {"run", "in.csv", "--workers=1"})));
    api.waitForRequests(1);
    process.signal(SIGTERM);
    CHECK_EXIT(process.wait(20s), 143);
}

BOOST_AUTO_TEST_CASE(secondRunAtOnceEndsWithinASecondAndNamesTheFirst)
{
    StubApi api;
    write("in.csv", assignments(3));
    const Command same = command(against(api.url(), {"run", "in.csv"}));
    api.hold();
    Process first(same);
    api.waitForRequests(1);
    const Ended second = Process::run(same);
    CHECK_EXIT(second, 75);
    BOOST_TEST(contains(second.err, std::to_string(first.pid())), describe(second));
#ifndef OAUTH_BATCH_SANITIZED
    BOOST_TEST(second.elapsed.count() < 1000);
#endif
    api.release();
    CHECK_EXIT(first.wait(), 0);
    checkEachOnce(api, 3);
}

BOOST_AUTO_TEST_CASE(retryInPlaceContinuesToo)
{
    StubApi api([](const StubRequest& request) {
        return request.number <= 20 ? Reply::status(404) : Reply::success();
    });
    write("in.csv", assignments(20));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const Command same = command(against(api.url(), {"retry", "in.results.csv", "--workers=2"}));
    api.hold();
    Process process(same);
    api.waitForRequests(22);
    process.signal(SIGINT);
    process.waitForOutput(kNotice);
    api.release();
    CHECK_EXIT(process.wait(), 130);
    BOOST_TEST(countOf(table("in.results.csv"), "succeeded") == api.requests().size() - 20);
    CHECK_EXIT(Process::run(same), 0);
    BOOST_TEST(api.requests().size() == 40U);
    BOOST_TEST(countOf(table("in.results.csv"), "succeeded") == 20U);
}

BOOST_AUTO_TEST_CASE(retryContinuesAnUnfinishedRun)
{
    StubApi api(StubApi::inOrder({Reply::success(), Reply::status(401)}));
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
    CHECK_EXIT(runAgainst(api.url(), {"retry", "in.results.csv", "--workers=1"}), 0);
    BOOST_TEST(countOf(table("in.results.csv"), "succeeded") == 5U);
    BOOST_TEST(api.requests().size() == 6U);
}

BOOST_AUTO_TEST_CASE(changedInputIsRefusedAndRestartDiscardsTheJournal)
{
    StubApi api(StubApi::inOrder({Reply::success(), Reply::status(401)}));
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
    write("in.csv", assignments(6));
    const std::size_t before = api.requests().size();
    const Ended refused = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(refused, 65);
    CHECK_SAYS(refused.err, "--restart");
    BOOST_TEST(api.requests().size() == before);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--restart", "--overwrite"}), 0);
    BOOST_TEST(api.requests().size() == before + 6);
}

BOOST_AUTO_TEST_CASE(standardInputIsKeptForTheNextRun)
{
    StubApi api(StubApi::inOrder({Reply::success(), Reply::status(401)}));
    Command same = command(against(api.url(), {"run", "-", "--output=out.csv", "--workers=1"}));
    same.input = assignments(5);
    CHECK_EXIT(Process::run(same), 77);
    CHECK_EXIT(runAgainst(api.url(), {"retry", "out.csv", "--workers=1"}), 0);
    BOOST_TEST(countOf(table("out.csv"), "succeeded") == 5U);
    BOOST_TEST(api.requests().size() == 6U);
    for (const auto& entry : std::filesystem::directory_iterator(path(""))) {
        BOOST_TEST(!contains(entry.path().filename().string(), "out.csv."), entry.path());
    }
}

BOOST_AUTO_TEST_SUITE_END()
