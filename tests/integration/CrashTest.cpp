#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <map>
#include <random>
#include <set>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRows = 200;
constexpr std::size_t kKills = 20;
constexpr std::size_t kWorkers = 4;

/// The last request of each connection: all others were answered, and the answer was read and
/// recorded before the next one went out.
std::set<std::string> inFlight(const std::vector<StubRequest>& requests, std::size_t from)
{
    std::map<std::size_t, std::string> last;
    for (std::size_t i = from; i < requests.size(); ++i) {
        last[requests[i].connection] = requests[i].target;
    }
    std::set<std::string> targets;
    for (const auto& [connection, target] : last)
        targets.insert(target);
    return targets;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Crash, Rig)

BOOST_AUTO_TEST_CASE(twentyKillsForgetNoFinishedRowAndSendNoneAgain)
{
    StubApi api([](const StubRequest&) { return Reply::success().after(2ms); });
    write("in.csv", assignments(kRows));
    const Command same =
        command(against(api.url(), {"run", "in.csv", "--workers=" + std::to_string(kWorkers)}));
    std::mt19937 random(20260101); // The same places each time, as far as threads allow.
    std::set<std::string> finished;
    std::set<std::string> resent;
    std::size_t seen = 0;
    for (std::size_t kill = 0; kill < kKills; ++kill) {
        Process process(same);
        api.waitForRequests(seen + 1 + random() % 8);
        process.signal(SIGKILL);
        const Ended ended = process.wait();
        BOOST_TEST(ended.signal == SIGKILL, describe(ended));

        const auto requests = api.requests();
        const std::set<std::string> open = inFlight(requests, seen);
        // The server may read what the process before this one had sent only now.
        BOOST_TEST(open.size() <= 2 * kWorkers);
        for (std::size_t i = seen; i < requests.size(); ++i) {
            BOOST_TEST(finished.count(requests[i].target) == 0U, requests[i].target);
        }
        for (std::size_t i = seen; i < requests.size(); ++i) {
            if (open.count(requests[i].target) == 0) finished.insert(requests[i].target);
        }
        resent.insert(open.begin(), open.end());
        seen = requests.size();
    }
    CHECK_EXIT(Process::run(same), 0);
    const auto requests = api.requests();
    std::map<std::string, std::size_t> sent;
    for (const StubRequest& request : requests)
        ++sent[request.target];
    BOOST_TEST(sent.size() == kRows);
    BOOST_TEST(requests.size() <= kRows + kKills * kWorkers);

    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), kRows);
    std::size_t withMessage = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
        const std::string target = assignTarget(std::to_string(row + 1));
        BOOST_TEST(results.at(row, "result_status") == "succeeded");
        BOOST_TEST((sent[target] == 1 || resent.count(target) == 1), target);
        if (sent[target] > 1) BOOST_TEST(!results.at(row, "result_message").empty(), target);
        withMessage += results.at(row, "result_message").empty() ? 0 : 1;
    }
    // Those, and rows that were about to be sent: nobody knows whether they were.
    BOOST_TEST(withMessage <= kKills * kWorkers);
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(rowInFlightAtAKillIsSentAgainAndCounted)
{
    StubApi api;
    write("in.csv", assignments(3));
    const Command same = command(against(api.url(), {"run", "in.csv", "--workers=1"}));
    api.hold();
    Process process(same);
    api.waitForRequests(1);
    process.signal(SIGKILL);
    process.wait();
    api.release();
    CHECK_EXIT(Process::run(same), 0);
    BOOST_TEST(api.requests().size() == 4U);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_attempts") == "2");
    CHECK_SAYS(results.at(0, "result_message"), "again|twice|interrupt");
    BOOST_TEST(results.at(1, "result_attempts") == "1");
}

BOOST_AUTO_TEST_CASE(tornLastRecordIsCutOff)
{
    StubApi api;
    write("in.csv", assignments(5));
    const Command same = command(against(api.url(), {"run", "in.csv", "--workers=1"}));
    api.hold();
    Process process(same);
    api.waitForRequests(1);
    process.signal(SIGKILL);
    process.wait();
    api.release();
    const std::string journal = read("in.results.csv.journal");
    write("in.results.csv.journal", journal.substr(0, journal.size() - 1));
    CHECK_EXIT(Process::run(same), 0);
    BOOST_TEST(table("in.results.csv").at(4, "result_status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(damageInTheMiddleIsRefusedNeverSkipped)
{
    StubApi api([](const StubRequest& request) {
        return request.number == 4 ? Reply::status(401) : Reply::success();
    });
    write("in.csv", assignments(8));
    const Command same = command(against(api.url(), {"run", "in.csv", "--workers=1"}));
    CHECK_EXIT(Process::run(same), 77);
    std::string journal = read("in.results.csv.journal");
    char& byte = journal[journal.size() / 2];
    byte = byte == 'x' ? 'y' : 'x';
    write("in.results.csv.journal", journal);
    const Ended refused = Process::run(same);
    CHECK_EXIT(refused, 65);
    CHECK_SAYS(refused.err, "journal");
    BOOST_TEST(api.requests().size() == 4U);
}

BOOST_AUTO_TEST_CASE(fullDiskStopsTheRunAtOnce)
{
    // What cannot be recorded is not sent.
    StubApi api;
    write("in.csv", assignments(2000));
    Command limited = command(against(api.url(), {"run", "in.csv", "--workers=2"}));
    limited.arguments.insert(limited.arguments.begin(),
                             {"/usr/bin/prlimit", "--fsize=" + std::to_string(16 * 1024)});
    const Ended ended = Process::run(limited);
    CHECK_EXIT(ended, 74);
    BOOST_TEST(api.requests().size() < 2000U);
    BOOST_TEST(exists("in.results.csv.journal"));
    CHECK_EXIT(Process::run(command(against(api.url(), {"run", "in.csv"}))), 0);
    BOOST_TEST(api.requests().size() <= 2000U + 4U);
}

BOOST_AUTO_TEST_SUITE_END()
