#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <sys/stat.h>

using namespace oauth_batch::test;

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
