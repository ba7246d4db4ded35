#include "NginxProcess.h"
#include "Rig.h"
#include "SandboxProcess.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ctime>
#include <ostream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

std::string httpDate(std::chrono::seconds fromNow)
{
    const std::time_t when = std::time(nullptr) + fromNow.count();
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

struct WaitCase
{
    std::string name;
    std::string (*header)();
    std::chrono::milliseconds least;
    std::chrono::milliseconds most;
};

std::ostream& operator<<(std::ostream& out, const WaitCase& one)
{
    return out << one.name;
}

const std::vector<WaitCase> kWaits = {
    {"seconds", [] { return std::string("Retry-After: 1"); }, 1s, 4s},
    // A date has whole seconds: two of them are more than one.
    {"date", [] { return "Retry-After: " + httpDate(2s); }, 1s, 5s},
    {"RateLimit-Reset",
     [] {
         return std::string("RateLimit-Limit: 60\r\nRateLimit-Remaining: 0\r\n"
                            "RateLimit-Reset: 1");
     },
     1s, 4s},
    {"X-RateLimit-Reset as seconds from now",
     [] { return std::string("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1"); }, 1s, 4s},
    {"X-RateLimit-Reset as a time",
     [] {
         return "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: " +
                std::to_string(std::time(nullptr) + 2);
     },
     1s, 5s},
    {"nothing", [] { return std::string("X-Nothing: 1"); }, 4900ms, 20s},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Throttle, Rig)

BOOST_DATA_TEST_CASE(pauseIsAsLongAsTheServerAsksAndCostsNoAttempt,
                     boost::unit_test::data::make(kWaits), one)
{
    const StubApi api(StubApi::inOrder({Reply::status(429, "{}", {one.header()})}));
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"}), 0);
    const auto requests = api.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 2U);
    const auto pause = requests[1].arrival - requests[0].arrival;
    BOOST_TEST((pause >= one.least && pause < one.most),
               std::chrono::duration_cast<std::chrono::milliseconds>(pause).count() << " ms");
    BOOST_TEST(table("in.results.csv").at(0, "result_status") == "succeeded");
    BOOST_TEST(table("in.results.csv").at(0, "result_attempts") == "2"); // Requests sent.
}

BOOST_AUTO_TEST_CASE(everyWorkerStopsThenOneProbeGoesFirst)
{
    const StubApi api([](const StubRequest& request) {
        if (request.number == 5) return Reply::status(429, "{}", {"Retry-After: 1"});
        return Reply::success().after(100ms);
    });
    write("in.csv", assignments(40));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=4"}), 0);
    const auto requests = api.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 41U);
    const auto throttled = requests[4].arrival;
    const auto probe = std::find_if(requests.begin() + 5, requests.end(), [&](const auto& request) {
        return request.arrival - throttled >= 900ms;
    });
    BOOST_REQUIRE((probe != requests.end()));
    // What was on its way when the answer came is at most one request for each other worker.
    const auto before = std::distance(requests.begin(), probe);
    BOOST_TEST(before <= 5 + 3);
    BOOST_TEST((probe->arrival - throttled >= 1s));
    BOOST_REQUIRE((probe + 1 != requests.end()));
    BOOST_TEST(((probe + 1)->arrival - probe->arrival >= 100ms)); // After the probe's answer.
}

BOOST_AUTO_TEST_CASE(wishLongerThanMaxWaitStops)
{
    const StubApi api(
        [](const StubRequest&) { return Reply::status(429, "{}", {"Retry-After: 7200"}); });
    write("in.csv", assignments(5));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1"});
    CHECK_EXIT(ended, 75);
    const CsvTable results = table("in.results.csv");
    for (std::size_t row = 0; row < results.size(); ++row) {
        BOOST_TEST(results.at(row, "result_status") == "pending");
        BOOST_TEST(results.at(row, "result_error_code") == "stopped");
    }
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(throttlingWithoutAnySuccessStopsAfterMaxWait)
{
    const StubApi api(
        [](const StubRequest&) { return Reply::status(429, "{}", {"Retry-After: 1"}); });
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--max-wait=3s"}), 75);
    BOOST_TEST(api.requests().size() <= 8U + 4U);
}

BOOST_AUTO_TEST_CASE(strictQuotaOfTheSandboxLosesNoRow)
{
    SandboxProcess sandbox({"--quota=20/s"});
    write("in.csv", assignments(50));
    const Ended ended = runAgainst(sandbox.url(), {"run", "in.csv", "--workers=8"});
    CHECK_EXIT(ended, 0);
    const auto requests = sandbox.requests();
    const auto refused = std::count_if(requests.begin(), requests.end(),
                                       [](const auto& request) { return request.status == 429; });
    BOOST_TEST(refused > 0);
    BOOST_TEST(requests.size() == 50 + static_cast<std::size_t>(refused));
}

BOOST_AUTO_TEST_CASE(serverThatIsNotOursThrottlesAndLosesNoRow)
{
    BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: apt install nginx-light");
    NginxProcess::Setup setup;
    setup.limitRate = "10r/s";
    setup.limitBurst = 5;
    NginxProcess server(setup);
    write("in.csv", assignments(12));
    const Ended ended =
        runAgainst(server.url(), {"run", "in.csv", "--workers=8",
                                  "--ca-file=" + TestCa::instance().authority().string()});
    CHECK_EXIT(ended, 0);
    const auto requests = server.stopAndReadLog();
    const auto good = std::count_if(requests.begin(), requests.end(),
                                    [](const auto& request) { return request.status == 200; });
    const auto refused = std::count_if(requests.begin(), requests.end(),
                                       [](const auto& request) { return request.status == 429; });
    BOOST_TEST(good == 12);
    BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_SUITE_END()
