#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

std::size_t countOf(const CsvTable& results, const std::string& column, const std::string& value)
{
    const auto values = results.column(column);
    return static_cast<std::size_t>(std::count(values.begin(), values.end(), value));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(StopRule, Rig)

BOOST_AUTO_TEST_CASE(unauthorizedStopsAtOnceAndLeavesAllPending)
{
    const StubApi api(
        [](const StubRequest&) { return Reply::status(401, R"({"message":"Unauthorized"})"); });
    write("in.csv", assignments(20));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1"});
    CHECK_EXIT(ended, 77);
    CHECK_SAYS(ended.all(), "401|token");
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.size() == 20U);
    BOOST_TEST(countOf(results, "result_status", "pending") == 20U);
    BOOST_TEST(countOf(results, "result_error_code", "stopped") == 20U);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(sameCommandContinuesOnceTheTokenIsGood)
{
    const StubApi api(StubApi::inOrder({Reply::success(), Reply::status(401)}));
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
    BOOST_TEST(countOf(table("in.results.csv"), "result_status", "succeeded") == 1U);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 0);
    BOOST_TEST(countOf(table("in.results.csv"), "result_status", "succeeded") == 5U);
    BOOST_TEST(api.requests().size() == 6U);
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(forbiddenOnEachOfTheFirstFiveAnswersStops)
{
    const StubApi api([](const StubRequest&) { return Reply::status(403); });
    write("in.csv", assignments(20));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1"});
    CHECK_EXIT(ended, 77);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(api.requests().size() == 5U);
    BOOST_TEST(countOf(results, "result_error_code", "stopped") >= 15U);
    BOOST_TEST(countOf(results, "result_status", "pending") ==
               countOf(results, "result_error_code", "stopped"));
}

BOOST_AUTO_TEST_CASE(forbiddenAfterASuccessDoesNotStop)
{
    const StubApi api([](const StubRequest& request) {
        return request.number == 1 ? Reply::success() : Reply::status(403);
    });
    write("in.csv", assignments(10));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 1);
    BOOST_TEST(countOf(table("in.results.csv"), "result_error_code", "http_403") == 9U);
}

BOOST_AUTO_TEST_CASE(maxFailuresStops)
{
    const StubApi api([](const StubRequest&) { return Reply::status(404); });
    write("in.csv", assignments(20));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-failures=3"});
    CHECK_EXIT(ended, 75);
    const CsvTable results = table("in.results.csv");
    const std::size_t failed = countOf(results, "result_status", "failed");
    BOOST_TEST((failed == 3 || failed == 4)); // "at 3" and "over 3" are both readings.
    BOOST_TEST(countOf(results, "result_status", "pending") == 20 - failed);
    BOOST_TEST(api.requests().size() == failed);
}

BOOST_AUTO_TEST_CASE(maxFailuresAsAShareWaitsForTwentyRows)
{
    const StubApi api([](const StubRequest& request) {
        return request.number % 2 == 0 ? Reply::status(404) : Reply::success();
    });
    write("in.csv", assignments(60));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-failures=10%"}), 75);
    BOOST_TEST(api.requests().size() >= 20U);
    BOOST_TEST(api.requests().size() <= 22U);
}

BOOST_AUTO_TEST_CASE(maxDurationStartsNoNewRows)
{
    const StubApi api([](const StubRequest&) { return Reply::success().after(200ms); });
    write("in.csv", assignments(30));
    const Ended ended =
        runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-duration=1s"});
    CHECK_EXIT(ended, 75);
    CHECK_SAYS(ended.err, "stopping: --max-duration is over");
    const CsvTable results = table("in.results.csv");
    const std::size_t done = countOf(results, "result_status", "succeeded");
    BOOST_TEST(done >= 1U);
    BOOST_TEST(done <= 7U);
    BOOST_TEST(done == api.requests().size());
    BOOST_TEST(countOf(results, "result_error_code", "stopped") == 30 - done);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=30"}), 0);
    BOOST_TEST(api.requests().size() == 30U);
}

BOOST_AUTO_TEST_CASE(outageStopsAfterItsTimeAndLeavesRowsPending)
{
    const std::string url = "http://127.0.0.1:" + std::to_string(findFreePort());
    write("in.csv", assignments(30));
    const Ended ended =
        runAgainst(url, {"run", "in.csv", "--outage-timeout=1s", "--max-attempts=5"});
    CHECK_EXIT(ended, 75);
    CHECK_SAYS(ended.err, "stopping: .*--outage-timeout \\(.*refused");
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(countOf(results, "result_status", "pending") == 30U);
    BOOST_TEST(countOf(results, "result_error_code", "stopped") == 30U);
}

BOOST_AUTO_TEST_CASE(fewRowsOnWhichTheServerAlwaysFailsAreNoOutage)
{
    const StubApi api([](const StubRequest& request) {
        return contains(request.target, "/1/") || contains(request.target, "/2/")
                   ? Reply::status(500)
                   : Reply::success();
    });
    write("in.csv", assignments(6));
    const Ended ended = runAgainst(
        api.url(), {"run", "in.csv", "--workers=2", "--max-attempts=3", "--outage-timeout=1ms"});
    CHECK_EXIT(ended, 1);
    BOOST_TEST(countOf(table("in.results.csv"), "result_error_code", "http_500") == 2U);
    BOOST_TEST(countOf(table("in.results.csv"), "result_status", "succeeded") == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
