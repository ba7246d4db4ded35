#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace oauth_batch::test;

namespace {

const std::string kHeader = "operation,managed_user_id,profile_id\n";

/// 404 for every target with this part, success for the others.
StubApi::Script refusing(std::string part)
{
    return [part = std::move(part)](const StubRequest& request) {
        return contains(request.target, part) ? Reply::status(404) : Reply::success();
    };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Order, Rig)

BOOST_AUTO_TEST_CASE(rowIsBlockedWhereTheOppositeBeforeItDidNotSucceed)
{
    StubApi api(refusing("/321/unassign"));
    write("in.csv", kHeader + "unassign,1,321\nassign,1,322\nassign,2,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const CsvTable results = table("in.results.csv");
    const std::vector<std::string> expected = {"failed", "blocked", "succeeded"};
    BOOST_TEST(results.column("result_status") == expected, boost::test_tools::per_element());
    BOOST_TEST(results.at(1, "result_error_code") == "blocked");
    BOOST_TEST(results.at(1, "result_attempts") == "0");
    BOOST_TEST(results.at(1, "result_request") == "POST " + assignTarget("1"));
    BOOST_TEST(results.at(1, "result_http_status").empty());
    BOOST_TEST(!results.at(1, "result_message").empty());
    BOOST_TEST(api.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(noBlockSendsTheRowAllTheSame)
{
    StubApi api(refusing("/321/unassign"));
    write("in.csv", kHeader + "unassign,1,321\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--no-block"}), 1);
    const std::vector<std::string> expected = {"failed", "succeeded"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(invalidRowBlocksTooWhereItsCustomerIsKnown)
{
    const StubApi api;
    write("in.csv", kHeader + "unassign,1,zero\nassign,1,322\nassign,2,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const std::vector<std::string> expected = {"invalid", "blocked", "succeeded"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rowsOfTheSameOperationDoNotBlockEachOther)
{
    StubApi api(refusing("/321/assign"));
    write("in.csv", kHeader + "assign,1,321\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const std::vector<std::string> expected = {"failed", "succeeded"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(onlyTheLatestOppositeCounts)
{
    StubApi api(refusing("/320/unassign"));
    write("in.csv", kHeader + "unassign,1,320\nunassign,1,321\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const std::vector<std::string> expected = {"failed", "succeeded", "succeeded"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blockedRowBlocksItsOppositeInTurn)
{
    StubApi api(refusing("/321/unassign"));
    write("in.csv", kHeader + "unassign,1,321\nassign,1,322\nunassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const std::vector<std::string> expected = {"failed", "blocked", "blocked"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(duplicateIsNotSentAndNamesTheFirst)
{
    const StubApi api;
    write("in.csv", kHeader + "assign,1,322\nassign,2,322\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(2, "result_status") == "duplicate");
    BOOST_TEST(results.at(2, "result_error_code") == "duplicate");
    CHECK_SAYS(results.at(2, "result_message"), "row 1\\b");
    BOOST_TEST(api.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(sameRowAfterAnotherOperationIsNoDuplicate)
{
    StubApi api;
    write("in.csv", kHeader + "assign,1,322\nunassign,1,322\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const std::vector<std::string> expected = {
        "POST " + assignTarget("1"),
        "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign",
        "POST " + assignTarget("1")};
    BOOST_TEST(requestLines(api.requests()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(otherForceIsNoDuplicate)
{
    StubApi api;
    write("in.csv", "operation,managed_user_id,profile_id,force\nunassign,1,322,\n"
                    "unassign,1,322,true\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(api.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(externalIdAndItsApiFormAreOneCustomer)
{
    StubApi api;
    write("in.csv", "operation,managed_user_id,external_id,profile_id\nassign,EA,,322\n"
                    "assign,,A,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(api.requests().size() == 1U);
    BOOST_TEST(table("in.results.csv").at(1, "result_status") == "duplicate");
}

BOOST_AUTO_TEST_CASE(duplicateOfAFailedRowIsNotWorseThanItForTheExitCode)
{
    StubApi api(refusing("/1/"));
    write("in.csv", kHeader + "assign,1,322\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(oneCustomersRowsNeverOverlapEvenWithRetries)
{
    using namespace std::chrono_literals;
    StubApi api([](const StubRequest& request) {
        return (request.number == 1 ? Reply::status(503) : Reply::success()).after(20ms);
    });
    write("in.csv", kHeader + "assign,1,320\nassign,1,321\nassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=8"}), 0);
    const auto requests = api.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 4U);
    for (std::size_t i = 1; i < requests.size(); ++i) {
        BOOST_TEST((requests[i].arrival - requests[i - 1].arrival >= 20ms));
    }
    BOOST_TEST(requests[0].target == requests[1].target);
    BOOST_TEST(contains(requests[2].target, "/321/"));
    BOOST_TEST(contains(requests[3].target, "/322/"));
}

BOOST_AUTO_TEST_SUITE_END()
