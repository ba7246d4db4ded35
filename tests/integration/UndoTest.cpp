#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace oauth_batch::test;

BOOST_FIXTURE_TEST_SUITE(Undo, Rig)

BOOST_AUTO_TEST_CASE(reversesEverySucceededRowLastFirst)
{
    StubApi api([](const StubRequest& request) {
        return contains(request.target, "/2/") ? Reply::status(404) : Reply::success();
    });
    write("in.csv", "operation,managed_user_id,external_id,profile_id,force\n"
                    "unassign,1,,321,true\nassign,1,,322,\nassign,2,,322,\nassign,,A/B,322,\n"
                    "assign,,A/B,322,\nassign,x,,322,\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 1);
    const Ended ended = run({"undo", "in.results.csv", "--output=undo.csv"});
    CHECK_EXIT(ended, 0);
    CHECK_SAYS(ended.err, "before");
    BOOST_TEST(modeOf(path("undo.csv")) == 0600U);
    const CsvTable undo = table("undo.csv");
    BOOST_TEST(!undo.hasColumn("force"));
    const std::vector<std::string> operations = {"unassign", "unassign", "assign"};
    BOOST_TEST(undo.column("operation") == operations, boost::test_tools::per_element());

    const StubApi second;
    CHECK_EXIT(runAgainst(second.url(), {"run", "undo.csv", "--workers=1"}), 0);
    auto sent = requestLines(second.requests());
    const std::vector<std::string> expected = {
        "DELETE /api/managed_users/EA%2FB/custom_oauth_profiles/322/unassign",
        "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign",
        "POST /api/managed_users/1/custom_oauth_profiles/321/assign"};
    BOOST_TEST(sent == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unknownRowsAreListedAndMakeItOne)
{
    StubApi api([](const StubRequest& request) {
        return contains(request.target, "/2/") ? Reply::status(503) : Reply::success();
    });
    write("in.csv", assignments(3));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"}), 1);
    const Ended ended = run({"undo", "in.results.csv", "--output=undo.csv"});
    CHECK_EXIT(ended, 1);
    CHECK_SAYS(ended.err, "row 2\\b|in\\.results\\.csv:3\\b");
    BOOST_TEST(table("undo.csv").size() == 2U);
}

BOOST_AUTO_TEST_CASE(existingOutputIsKeptUnlessOverwriteSaysOtherwise)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    write("undo.csv", "precious\n");
    CHECK_EXIT(run({"undo", "in.results.csv", "--output=undo.csv"}), 73);
    BOOST_TEST(read("undo.csv") == "precious\n");
    CHECK_EXIT(run({"undo", "in.results.csv", "--output=undo.csv", "--overwrite"}), 0);
    BOOST_TEST(table("undo.csv").at(0, "operation") == "unassign");
}

BOOST_AUTO_TEST_CASE(undoOfMissingResultsIsNoInput)
{
    CHECK_EXIT(run({"undo", "none.csv", "--output=undo.csv"}), 66);
    BOOST_TEST(!exists("undo.csv"));
}

BOOST_AUTO_TEST_SUITE_END()
