#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>

#include <sys/stat.h>

using namespace oauth_batch::test;

namespace {

/// Answers 401 to customer 3 and those after it until it is told otherwise: the first such answer
/// stops a run.
class StoppingApi
{
public:
    void goOn() { stops_ = false; }
    StubApi& api() { return api_; }
    std::string url() const { return api_.url(); }

private:
    std::atomic<bool> stops_ = true;
    StubApi api_{[this](const StubRequest& request) {
        const bool isEarly = contains(request.target, "/1/") || contains(request.target, "/2/");
        return stops_ && !isEarly ? Reply::status(401) : Reply::success();
    }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Continue, Rig)

BOOST_AUTO_TEST_CASE(pendingRowsThatOnlyLeavesOutAreNotSentByTheContinuedRetryEither)
{
    const StubApi api;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    std::string results = read("in.results.csv");
    const auto change = [&](const std::string& row, const std::string& to) {
        const auto at = results.find("," + row + ",succeeded,200,,");
        BOOST_REQUIRE(at != std::string::npos);
        results.replace(at, row.size() + 17, "," + row + "," + to);
    };
    change("1", "failed,400,http_400,");
    change("2", "pending,,stopped,");
    write("in.results.csv", results);
    const StubApi second;
    const Arguments retry = {"retry", "in.results.csv", "--only=failed"};
    CHECK_EXIT(runAgainst(second.url(), retry), 1);
    CHECK_EXIT(runAgainst(second.url(), retry), 1);
    const auto sent = requestLines(second.requests());
    BOOST_TEST(sent.size() == 1U);
    BOOST_TEST(sent.front() == "POST " + assignTarget("1"));
}

BOOST_AUTO_TEST_CASE(restartKeepsTheJournalWhereItCannotBegin)
{
    const StubApi api([](const StubRequest&) { return Reply::status(401); });
    write("in.csv", assignments(3));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 77);
    const std::string journal = read("in.results.csv.journal");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--restart", "--operation=assign"}), 64);
    BOOST_TEST(read("in.results.csv.journal") == journal);
    write("in.csv", assignments(3) + "assign,\"4,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--restart"}), 65);
    BOOST_TEST(read("in.results.csv.journal") == journal);
}

BOOST_AUTO_TEST_CASE(inputThatCanBeReadOnlyOnceIsRefusedBeforeAnyRequest)
{
    const StubApi api;
    BOOST_REQUIRE(::mkfifo(path("pipe.csv").c_str(), 0600) == 0);
    for (const std::string command : {"run", "retry"}) {
        const Ended ended = runAgainst(api.url(), {command, "pipe.csv", "--output=out.csv"});
        CHECK_EXIT(ended, 65);
        CHECK_SAYS(ended.err, "pipe.csv: not a regular file .*copy it into one");
    }
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(!exists("out.csv.journal"));
}

BOOST_AUTO_TEST_CASE(anUnfinishedRunIsContinuedFromAnotherFolder)
{
    const StubApi refusing([](const StubRequest&) { return Reply::status(401); });
    std::filesystem::create_directory(path("data"));
    write("data/in.csv", assignments(3));
    CHECK_EXIT(runAgainst(refusing.url(), {"run", "data/in.csv"}), 77);
    std::filesystem::create_directory(path("elsewhere"));
    const StubApi api;
    Command retry = command(against(api.url(), {"retry", "../data/in.results.csv"}));
    retry.directory = path("elsewhere");
    const Ended other = Process::run(retry);
    CHECK_EXIT(other, 65); // another server: the journal was found, and its input
    CHECK_SAYS(other.err, "origin");
    retry = command(against(refusing.url(), {"retry", "../data/in.results.csv"}));
    retry.directory = path("elsewhere");
    CHECK_EXIT(Process::run(retry), 77);
}

BOOST_AUTO_TEST_CASE(cellMendedInTheResultsOfAnUnfinishedRunIsNotBroughtBack)
{
    StoppingApi stopping;
    write("in.csv", "operation,managed_user_id,profile_id\nasign,9,322\n"
                    "assign,1,322\nassign,2,322\nassign,3,322\nassign,4,322\n");
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1"}), 77);
    std::string results = read("in.results.csv");
    results.replace(results.find("asign"), 5, "assign");
    write("in.results.csv", results);
    stopping.goOn();
    CHECK_EXIT(runAgainst(stopping.url(), {"retry", "in.results.csv", "--workers=1"}), 0);
    const CsvTable mended = table("in.results.csv");
    BOOST_TEST(mended.at(0, "operation") == "assign");
    const std::vector<std::string> statuses(5, "succeeded");
    BOOST_TEST(mended.column("result_status") == statuses, boost::test_tools::per_element());
    const auto sent = requestLines(stopping.api().requests());
    BOOST_TEST(std::count(sent.begin(), sent.end(), "POST " + assignTarget("1")) == 1);
    BOOST_TEST(std::count(sent.begin(), sent.end(), "POST " + assignTarget("9")) == 1);
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(resultsOfAnUnfinishedRunThatLackRowsAreRefused)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1"}), 77);
    const std::string results = read("in.results.csv");
    write("in.results.csv", results.substr(0, results.find("assign,4,")));
    stopping.goOn();
    const Ended retry = runAgainst(stopping.url(), {"retry", "in.results.csv"});
    CHECK_EXIT(retry, 65);
    CHECK_SAYS(retry.err, "has 3 rows, its run 4: .*--restart");
    write("in.results.csv", results);
    CHECK_EXIT(runAgainst(stopping.url(), {"retry", "in.results.csv"}), 0);
    BOOST_TEST(table("in.results.csv").size() == 4U);
}

BOOST_AUTO_TEST_CASE(requestChangedInTheResultsOfAnUnfinishedRunIsRefused)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1"}), 77);
    const std::string journal = read("in.results.csv.journal");
    std::string results = read("in.results.csv");
    results.replace(results.find("assign,4,322"), 12, "assign,4,323");
    write("in.results.csv", results);
    const Ended retry = runAgainst(stopping.url(), {"retry", "in.results.csv"});
    CHECK_EXIT(retry, 65);
    CHECK_SAYS(retry.err, "in.results.csv:5: now .*custom_oauth_profiles/323");
    CHECK_SAYS(retry.err, "--accept-changes");
    BOOST_TEST(read("in.results.csv.journal") == journal);
    BOOST_TEST(read("in.results.csv") == results);
    stopping.goOn();
    const Ended run = runAgainst(stopping.url(), {"run", "in.csv"}); // goes on with its input
    CHECK_EXIT(run, 0);
    CHECK_SAYS(run.err, "warning: in.results.csv was changed .*oauth-batch retry in.results.csv");
    BOOST_TEST(table("in.results.csv").at(3, "profile_id") == "322");
}

BOOST_AUTO_TEST_CASE(resultsThatWereChangedAndAreOlderThanTheirJournalAreRefused)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    const Arguments same = {"run", "in.csv", "--workers=1"};
    CHECK_EXIT(runAgainst(stopping.url(), same), 77);
    write("in.results.csv", read("in.results.csv") + "\n");
    stopping.goOn();
    stopping.api().hold();
    {
        Process process(command(against(stopping.url(), same)));
        stopping.api().waitForRequests(4);
        process.signal(SIGKILL);
        process.wait();
    }
    stopping.api().release();
    const Ended retry = runAgainst(stopping.url(), {"retry", "in.results.csv"});
    CHECK_EXIT(retry, 65);
    CHECK_SAYS(retry.err, "the journal knows more than it: .*oauth-batch run .*in.csv --output=");
    CHECK_EXIT(runAgainst(stopping.url(), same), 0);
}

BOOST_AUTO_TEST_CASE(rowAddedToTheResultsOfAnUnfinishedRetryIsRefused)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1"}), 77);
    std::filesystem::remove(path("in.results.csv.journal"));
    CHECK_EXIT(runAgainst(stopping.url(), {"retry", "in.results.csv", "--workers=1"}), 77);
    const std::string results = read("in.results.csv");
    write("in.results.csv", results + "assign,9,322,,,,,,,,,\n");
    CHECK_EXIT(runAgainst(stopping.url(), {"retry", "in.results.csv"}), 65);
    CHECK_EXIT(run({"status", "in.results.csv"}), 0);
}

BOOST_AUTO_TEST_CASE(retryDoesNotWriteOverTheResultsOfAnotherUnfinishedRun)
{
    StoppingApi stopping;
    write("a.csv", assignments(2));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "a.csv"}), 0);
    write("b.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "b.csv", "--workers=1"}), 77);
    for (const std::string suffix : {"", "\n"}) { // as it was written, and edited
        write("b.results.csv", read("b.results.csv") + suffix);
        const std::string journal = read("b.results.csv.journal");
        const Ended ended =
            runAgainst(stopping.url(), {"retry", "a.results.csv", "--output=b.results.csv"});
        CHECK_EXIT(ended, 65);
        CHECK_SAYS(ended.err, "b.results.csv belongs to an unfinished run");
        BOOST_TEST(read("b.results.csv.journal") == journal);
    }
}

BOOST_AUTO_TEST_CASE(optionThatAnUnfinishedRunWasNotBegunWithIsRefused)
{
    StoppingApi stopping;
    write("in.csv", "managed_user_id\n1\n2\n3\n4\n");
    CHECK_EXIT(
        runAgainst(stopping.url(), {"run", "in.csv", "--operation=assign", "--profile-id=322"}),
        77);
    stopping.goOn();
    for (const std::string option :
         {"--profile-id=999", "--operation=unassign", "--delimiter=;", "--column=force:Force"}) {
        const Ended ended = runAgainst(stopping.url(), {"retry", "in.results.csv", option});
        CHECK_EXIT(ended, 65);
        CHECK_SAYS(ended.err, "unfinished run with other options: ");
    }
    CHECK_EXIT(runAgainst(stopping.url(), {"retry", "in.results.csv", "--profile-id=322"}), 0);
}

BOOST_AUTO_TEST_CASE(commandThatContinuesARetryIntoAnotherFileIsTold)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1", "--restart"}), 77);
    std::filesystem::remove(path("in.results.csv.journal"));
    CHECK_EXIT(
        runAgainst(stopping.url(), {"retry", "in.results.csv", "--output=out.csv", "--workers=1"}),
        77);
    const std::string told =
        "oauth-batch retry " + path("in.results.csv").string() + " --output=out.csv";
    BOOST_TEST(contains(run({"status", "out.csv"}).out, told));
    const Ended run = runAgainst(stopping.url(), {"run", "in.csv", "--output=out.csv"});
    CHECK_EXIT(run, 65);
    BOOST_TEST(contains(run.err, told));
}

BOOST_AUTO_TEST_CASE(inputOfAnUnfinishedRunThatIsGoneIsNamedWithTheWaysOut)
{
    StoppingApi stopping;
    write("in.csv", assignments(4));
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "in.csv", "--workers=1"}), 77);
    stopping.goOn();
    std::filesystem::rename(path("in.csv"), path("moved.csv"));
    const Ended ended = runAgainst(stopping.url(), {"retry", "in.results.csv"});
    CHECK_EXIT(ended, 66);
    CHECK_SAYS(ended.err, "in.csv, the input of the unfinished run .*--output=in.results.csv.*"
                          "--restart");
    CHECK_EXIT(runAgainst(stopping.url(), {"run", "moved.csv", "--output=in.results.csv"}), 0);
}

BOOST_AUTO_TEST_CASE(undoOfARunThatHasWrittenNoResultsYetSaysSo)
{
    StubApi api;
    write("in.csv", assignments(2));
    api.hold();
    {
        Process process(command(against(api.url(), {"run", "in.csv"})));
        api.waitForRequests(1);
        process.signal(SIGKILL);
        process.wait();
    }
    api.release();
    const Ended ended = run({"undo", "in.results.csv", "--output=undo.csv"});
    CHECK_EXIT(ended, 66);
    CHECK_SAYS(ended.err, "in.results.csv: .*unfinished run.* no results yet.*same command");
}

BOOST_AUTO_TEST_CASE(undoRefusesResultsThatAreOlderThanTheirJournal)
{
    const StubApi api([](const StubRequest& request) {
        return contains(request.target, "/1/") ? Reply::success() : Reply::status(401);
    });
    write("in.csv", assignments(3));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
    CHECK_EXIT(run({"undo", "in.results.csv", "--output=undo.csv"}), 0); // up to date
    write("in.results.csv", "result_status,result_request\n");
    const Ended ended = run({"undo", "in.results.csv", "--output=undo2.csv"});
    CHECK_EXIT(ended, 65);
    CHECK_SAYS(ended.err, "continue the run first");
}

BOOST_AUTO_TEST_CASE(filesThatAreTheSameOneAreRefusedBeforeTheFirstRequest)
{
    const StubApi api;
    write("in.csv", assignments(1));
    for (const std::string option : {"--summary=in.csv", "--summary=./in.results.csv",
                                     "--metrics-file=in.results.csv.journal", "--output=./in.csv"})
        CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", option, "--overwrite"}), 64);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--summary=nowhere/s.json"}), 73);
    BOOST_TEST(api.requests().empty());
    BOOST_TEST(read("in.csv") == assignments(1));
}

BOOST_AUTO_TEST_CASE(rowsThatAPersonAddsGetNumbersAfterTheHighest)
{
    const StubApi api;
    write("in.csv", assignments(2));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    std::vector<std::string> rows = lines(read("in.results.csv"));
    write("in.results.csv",
          rows[0] + "\nassign,9,322,,,,,,,,,\n" + rows[1] + "\n" + rows[2] + "\n");
    CHECK_EXIT(runAgainst(api.url(), {"retry", "in.results.csv"}), 0);
    const std::vector<std::string> expected = {"3", "1", "2"};
    BOOST_TEST(table("in.results.csv").column("result_row") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
