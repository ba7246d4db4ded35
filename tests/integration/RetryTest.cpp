#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace oauth_batch::test;

namespace {

const std::string kHeader = "operation,managed_user_id,profile_id\n";
const std::string kResults = "in.results.csv";

struct RetryRig : Rig
{
    /// `run` of the text, where each target that holds one of the parts is refused with 404.
    void runRefusing(const std::string& input, const std::vector<std::string>& parts,
                     Arguments more = {}) const
    {
        StubApi api([&parts](const StubRequest& request) {
            const bool refused = std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
                return contains(request.target, part);
            });
            return refused ? Reply::status(404) : Reply::success();
        });
        write("in.csv", input);
        more.insert(more.begin(), {"run", "in.csv"});
        runAgainst(api.url(), more);
    }

    /// In the results file, as an operator would with an editor.
    void mend(const std::string& before, const std::string& after) const
    {
        std::string text = read(kResults);
        const std::size_t at = text.find(before);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, before << " is not in " << text);
        write(kResults, text.replace(at, before.size(), after));
    }

    Ended retry(const StubApi& api, Arguments more = {}) const
    {
        more.insert(more.begin(), {"retry", kResults});
        return runAgainst(api.url(), more);
    }

    std::vector<std::string> statuses() const { return table(kResults).column("result_status"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Retry, RetryRig)

BOOST_AUTO_TEST_CASE(onlyRowsThatDidNotSucceedAreSent)
{
    runRefusing(assignments(5), {"/2/", "/4/"});
    const CsvTable before = table(kResults);
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    auto sent = requestLines(api.requests());
    std::sort(sent.begin(), sent.end());
    const std::vector<std::string> expected = {"POST " + assignTarget("2"),
                                               "POST " + assignTarget("4")};
    BOOST_TEST(sent == expected, boost::test_tools::per_element());
    const CsvTable after = table(kResults);
    const std::vector<std::string> attempts = {"1", "2", "1", "2", "1"};
    BOOST_TEST(after.column("result_attempts") == attempts, boost::test_tools::per_element());
    BOOST_TEST(after.column("result_row") == before.column("result_row"),
               boost::test_tools::per_element());
    BOOST_TEST(after.record(0).raw == before.record(0).raw);
    BOOST_TEST(after.at(1, "result_error_code").empty());
    BOOST_TEST(after.at(1, "result_message").empty());
    BOOST_TEST(modeOf(path(kResults)) == 0600U);
    BOOST_TEST(!exists(kResults + ".journal"));
    BOOST_TEST(!exists(kResults + ".tmp"));
}

BOOST_AUTO_TEST_CASE(retryOfAllSucceededSendsNothing)
{
    runRefusing(assignments(2), {});
    const std::string before = read(kResults);
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(api.requests().empty());
    BOOST_TEST(read(kResults) == before);
}

BOOST_AUTO_TEST_CASE(mendedInvalidRowIsSentWithoutAFlag)
{
    runRefusing(kHeader + "assign,1,322\nassign,zz,322\n", {});
    mend("assign,zz,322", "assign,7,322");
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(requestLines(api.requests()) ==
                   std::vector<std::string>{"POST " + assignTarget("7")},
               boost::test_tools::per_element());
    BOOST_TEST(table(kResults).at(1, "managed_user_id") == "7");
    BOOST_TEST(table(kResults).at(1, "result_request") == "POST " + assignTarget("7"));
    BOOST_TEST(table(kResults).at(1, "result_status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(invalidRowThatIsStillWrongStaysInvalid)
{
    runRefusing(kHeader + "assign,1,322\nassign,zz,322\n", {});
    const StubApi api;
    CHECK_EXIT(retry(api), 1);
    BOOST_TEST(api.requests().empty());
    BOOST_TEST(table(kResults).at(1, "result_error_code") == "bad_id");
}

BOOST_AUTO_TEST_CASE(changedCellIsRefusedAndTheRowsAreListed)
{
    runRefusing(kHeader + "assign,007,322\nassign,2,322\nassign,008,322\n", {"/00"});
    mend("assign,007,322", "assign,7,322");
    mend("assign,008,322", "assign,8,322");
    const std::string before = read(kResults);
    const StubApi api;
    const Ended refused = retry(api);
    CHECK_EXIT(refused, 65);
    CHECK_SAYS(refused.err, "in\\.results\\.csv:2");
    CHECK_SAYS(refused.err, "in\\.results\\.csv:4");
    CHECK_SAYS(refused.err, "--accept-changes");
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(read(kResults) == before);

    CHECK_EXIT(retry(api, {"--accept-changes"}), 0);
    auto sent = requestLines(api.requests());
    std::sort(sent.begin(), sent.end());
    const std::vector<std::string> expected = {"POST " + assignTarget("7"),
                                               "POST " + assignTarget("8")};
    BOOST_TEST(sent == expected, boost::test_tools::per_element());
    BOOST_TEST(table(kResults).at(0, "result_request") == "POST " + assignTarget("7"));
}

BOOST_AUTO_TEST_CASE(changeByAnOptionIsRefusedToo)
{
    runRefusing("managed_user_id\n1\n", {"/1/"}, {"--operation=assign", "--profile-id=322"});
    const StubApi api;
    const Ended refused = retry(api, {"--operation=assign", "--profile-id=323"});
    CHECK_EXIT(refused, 65);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(requestColumnTellsWhatTheFileHasNoColumnFor)
{
    runRefusing("managed_user_id,note\n1,a\n2,b\n", {"/2/"},
                {"--operation=assign", "--profile-id=322"});
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(requestLines(api.requests()) ==
                   std::vector<std::string>{"POST " + assignTarget("2")},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blockedRowRunsAfterTheOneThatBlockedIt)
{
    runRefusing(kHeader + "unassign,1,321\nassign,1,322\n", {"/321/"});
    BOOST_TEST(table(kResults).at(1, "result_status") == "blocked");
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    const std::vector<std::string> expected = {
        "DELETE /api/managed_users/1/custom_oauth_profiles/321/unassign",
        "POST " + assignTarget("1")};
    BOOST_TEST(requestLines(api.requests()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(succeededRowBeforeDoesNotBlock)
{
    runRefusing(kHeader + "unassign,1,321\nassign,1,322\n", {"/322/"});
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(rowThatALaterOppositeHasOvertakenIsSuperseded)
{
    runRefusing(kHeader + "assign,1,322\nunassign,1,322\n", {"/322/assign"}, {"--no-block"});
    BOOST_TEST(table(kResults).at(1, "result_status") == "succeeded");
    for (const char* flag : {"--workers=8", "--no-block"}) {
        const StubApi api;
        CHECK_EXIT(retry(api, {flag}), 1);
        BOOST_TEST(api.requests().empty());
        BOOST_TEST(table(kResults).at(0, "result_status") == "blocked");
        BOOST_TEST(table(kResults).at(0, "result_error_code") == "superseded");
    }
}

BOOST_AUTO_TEST_CASE(laterOppositeOfAnotherProfileDoesNotSupersede)
{
    runRefusing(kHeader + "assign,1,322\nunassign,1,321\n", {"/322/assign"}, {"--no-block"});
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(onlyNarrowsToStatusesAndCodes)
{
    const auto fail = [](const StubRequest& request) {
        if (contains(request.target, "/1/")) return Reply::status(404);
        if (contains(request.target, "/2/")) return Reply::status(409);
        if (contains(request.target, "/3/")) return Reply::status(503);
        return Reply::success();
    };
    write("in.csv", assignments(4));
    {
        const StubApi api(fail);
        CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"}), 1);
    }
    const StubApi first;
    CHECK_EXIT(retry(first, {"--only=http_409"}), 1);
    BOOST_TEST(requestLines(first.requests()) ==
                   std::vector<std::string>{"POST " + assignTarget("2")},
               boost::test_tools::per_element());
    const std::vector<std::string> expected = {"failed", "succeeded", "unknown", "succeeded"};
    BOOST_TEST(statuses() == expected, boost::test_tools::per_element());
    const StubApi second;
    CHECK_EXIT(retry(second, {"--only=failed,unknown"}), 0);
    BOOST_TEST(second.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(onlyFindsACodeWhateverTheLastAnswerWas)
{
    const std::vector<std::pair<Reply, std::string>> cases = {
        {Reply::status(200, R"({"result":{"success":false}})"), "rejected"},
        {Reply::status(302), "redirected"},
        {Reply::status(200, "[]"), "bad_response"},
        {Reply::status(404), "http_404"},
        {Reply::reset(), "reset"}};
    for (const auto& [reply, code] : cases) {
        const Rig rig;
        rig.write("in.csv", assignments(1));
        const StubApi failing([&](const StubRequest&) { return reply; });
        CHECK_EXIT(rig.runAgainst(failing.url(), {"run", "in.csv", "--max-attempts=1"}), 1);
        BOOST_REQUIRE_EQUAL(rig.table("in.results.csv").at(0, "result_error_code"), code);
        const StubApi api;
        CHECK_EXIT(rig.runAgainst(api.url(), {"retry", "in.results.csv", "--only=" + code}), 0);
        BOOST_TEST(api.requests().size() == 1U, code);
    }
}

BOOST_AUTO_TEST_CASE(unknownRowThatAStoppedRetryDidNotReachStaysInDoubt)
{
    const std::string rows = kHeader + "assign,1,322\nunassign,2,322\n";
    const StubApi api(StubApi::inOrder({Reply::status(409), Reply::reset(), Reply::status(401),
                                        Reply::success(), Reply::status(404)}));
    write("in.csv", rows);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1"}), 1);
    const Arguments retry = {"retry", "in.results.csv", "--workers=1"};
    CHECK_EXIT(runAgainst(api.url(), retry), 77);
    CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(1, "result_status") == "pending");
    BOOST_TEST(results.at(1, "result_attempts") == "1");
    BOOST_TEST(contains(results.at(1, "result_message"), "may have been applied"));
    CHECK_EXIT(runAgainst(api.url(), retry), 1);
    results = table("in.results.csv");
    BOOST_TEST(results.at(1, "result_status") == "unknown");
    BOOST_TEST(results.at(1, "result_error_code") == "http_404");
    BOOST_TEST(results.at(1, "result_attempts") == "2");
}

BOOST_AUTO_TEST_CASE(whatOnlyLeavesOutCountsAsItStandsForBlocking)
{
    runRefusing(kHeader + "unassign,1,321\nassign,1,322\n", {"/321/"});
    const StubApi api;
    CHECK_EXIT(retry(api, {"--only=blocked"}), 1);
    BOOST_TEST(api.requests().empty());
    const std::vector<std::string> expected = {"failed", "blocked"};
    BOOST_TEST(statuses() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unknownWordInOnlyIsAUsageError)
{
    runRefusing(assignments(1), {"/1/"});
    const StubApi api;
    const Ended ended = retry(api, {"--only=fialed"});
    CHECK_EXIT(ended, 64);
    CHECK_SAYS(ended.err, "fialed");
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(outputLeavesTheFileAsItWas)
{
    runRefusing(assignments(2), {"/2/"});
    const std::string before = read(kResults);
    const StubApi api;
    CHECK_EXIT(retry(api, {"--output=second.csv"}), 0);
    BOOST_TEST(read(kResults) == before);
    BOOST_TEST(api.requests().size() == 1U);
    const std::vector<std::string> attempts = {"1", "2"};
    BOOST_TEST(table("second.csv").column("result_attempts") == attempts,
               boost::test_tools::per_element());
    BOOST_TEST(table("second.csv").at(1, "result_status") == "succeeded");
    BOOST_TEST(modeOf(path("second.csv")) == 0600U);
}

BOOST_AUTO_TEST_CASE(rowThatARetryBlocksKeepsWhatItsLastAttemptTook)
{
    const StubApi api([](const StubRequest&) { return Reply::status(422); });
    write("in.csv", "operation,managed_user_id,profile_id\nassign,1,322\nunassign,1,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--no-block"}), 1);
    const std::string duration = table("in.results.csv").at(1, "result_duration_ms");
    BOOST_TEST(!duration.empty());
    CHECK_EXIT(runAgainst(api.url(), {"retry", "in.results.csv"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(1, "result_status") == "blocked");
    BOOST_TEST(results.at(1, "result_attempts") == "1");
    BOOST_TEST(results.at(1, "result_http_status") == "422");
    BOOST_TEST(results.at(1, "result_duration_ms") == duration);
}

BOOST_AUTO_TEST_CASE(attemptsAddUpOverAllRuns)
{
    StubApi flaky([](const StubRequest&) { return Reply::status(503); });
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(flaky.url(), {"run", "in.csv", "--max-attempts=2"}), 1);
    BOOST_TEST(table(kResults).at(0, "result_attempts") == "2");
    CHECK_EXIT(retry(flaky, {"--max-attempts=1"}), 1);
    BOOST_TEST(table(kResults).at(0, "result_attempts") == "3");
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(table(kResults).at(0, "result_attempts") == "4");
}

BOOST_AUTO_TEST_CASE(rowsMayHaveBeenDeletedAndSorted)
{
    runRefusing(assignments(4), {"/1/", "/2/", "/4/"});
    const CsvTable before = table(kResults);
    write(kResults,
          before.header().raw + "\n" + before.record(3).raw + "\n" + before.record(1).raw + "\n");
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    const std::vector<std::string> rows = {"4", "2"};
    BOOST_TEST(table(kResults).column("result_row") == rows, boost::test_tools::per_element());
    BOOST_TEST(api.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(duplicateIsCheckedAnew)
{
    runRefusing(kHeader + "assign,1,322\nassign,1,322\n", {"/1/"});
    const CsvTable before = table(kResults);
    BOOST_TEST(before.at(1, "result_status") == "duplicate");
    write(kResults, before.header().raw + "\n" + before.record(1).raw + "\n");
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(api.requests().size() == 1U);
    BOOST_TEST(table(kResults).at(0, "result_status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(duplicateOfASucceededRowIsNotSent)
{
    runRefusing(kHeader + "assign,1,322\nassign,1,322\nassign,2,322\n", {"/2/"});
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    const std::vector<std::string> expected = {"succeeded", "duplicate", "succeeded"};
    BOOST_TEST(statuses() == expected, boost::test_tools::per_element());
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(fieldCountIsLeftAloneUntilItsCodeIsEmptied)
{
    runRefusing("operation,managed_user_id,profile_id,note\nassign,1,322,a,b\nassign,2,322,x\n",
                {});
    const StubApi api;
    CHECK_EXIT(retry(api), 1);
    BOOST_TEST(api.requests().empty());
    BOOST_TEST(table(kResults).at(0, "result_error_code") == "field_count");
    mend("field_count", "");
    CHECK_EXIT(retry(api), 0);
    BOOST_TEST(requestLines(api.requests()) ==
                   std::vector<std::string>{"POST " + assignTarget("1")},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(spreadsheetsFormOfTheFileIsKept)
{
    std::string input = "\xEF\xBB\xBF" + kHeader + "assign,1,322\nassign,2,322\n";
    for (std::size_t at = 0; (at = input.find('\n', at)) != std::string::npos; at += 2) {
        input.replace(at, 1, "\r\n");
    }
    std::replace(input.begin(), input.end(), ',', ';');
    runRefusing(input, {"/2/"});
    const StubApi api;
    CHECK_EXIT(retry(api), 0);
    const CsvTable after = table(kResults, ';');
    BOOST_TEST(after.hasMark());
    BOOST_TEST(after.header().end == "\r\n");
    BOOST_TEST(after.record(1).raw.rfind("assign;2;322;2;succeeded;", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(fileWithoutResultsIsRefused)
{
    write(kResults, assignments(1));
    const StubApi api;
    const Ended ended = retry(api);
    CHECK_EXIT(ended, 65);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(missingResultsFileIsNoInput)
{
    const StubApi api;
    CHECK_EXIT(retry(api), 66);
}

BOOST_AUTO_TEST_CASE(symlinkIsRefused)
{
    runRefusing(assignments(1), {"/1/"});
    std::filesystem::rename(path(kResults), path("real.csv"));
    std::filesystem::create_symlink("real.csv", path(kResults));
    const StubApi api;
    CHECK_EXIT(retry(api), 73);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
