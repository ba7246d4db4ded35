#include "Rig.h"

#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <regex>
#include <sstream>

using namespace oauth_batch::test;

namespace {

boost::property_tree::ptree parseJson(const std::string& text)
{
    std::istringstream stream(text);
    boost::property_tree::ptree tree;
    boost::property_tree::read_json(stream, tree);
    return tree;
}

/// Six rows: two succeed, one each is refused, missing, a duplicate and invalid.
struct ReportRig : Rig
{
    ReportRig()
        : api([](const StubRequest& request) {
              if (contains(request.target, "/2/")) return Reply::status(404);
              if (contains(request.target, "/3/")) {
                  return Reply::status(200, R"({"result":{"success":false}})");
              }
              return Reply::success();
          })
    {
        write("in.csv", assignments(4) + "assign,1,322\nassign,x,322\n");
    }

    StubApi api;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Report, ReportRig)

BOOST_AUTO_TEST_CASE(summaryForMachinesHasCountsCodesRequestsAndDurations)
{
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--summary=s.json"}), 1);
    const auto summary = parseJson(read("s.json"));
    BOOST_TEST(summary.get<int>("rows") == 6);
    BOOST_TEST(summary.get<int>("counts.succeeded") == 2);
    BOOST_TEST(summary.get<int>("counts.failed") == 2);
    BOOST_TEST(summary.get<int>("counts.unknown") == 0);
    BOOST_TEST(summary.get<int>("counts.invalid") == 1);
    BOOST_TEST(summary.get<int>("counts.blocked") == 0);
    BOOST_TEST(summary.get<int>("counts.duplicate") == 1);
    BOOST_TEST(summary.get<int>("counts.pending") == 0);
    BOOST_TEST(summary.get<int>("codes.http_404") == 1);
    BOOST_TEST(summary.get<int>("codes.rejected") == 1);
    BOOST_TEST(summary.get<int>("codes.bad_id") == 1);
    BOOST_TEST(summary.get<int>("requests") == 4);
    BOOST_TEST(summary.get<int>("exit_code") == 1);
    BOOST_TEST(summary.get<std::string>("stop_reason").empty());
    BOOST_TEST(summary.get<long>("elapsed_ms") >= 0);
}

BOOST_AUTO_TEST_CASE(summaryOfAStoppedRunSaysWhy)
{
    StubApi strict([](const StubRequest&) { return Reply::status(401); });
    const Ended ended =
        runAgainst(strict.url(), {"run", "in.csv", "--workers=1", "--summary=s.json"});
    CHECK_EXIT(ended, 77);
    const auto summary = parseJson(read("s.json"));
    CHECK_SAYS(summary.get<std::string>("stop_reason"), "401|token|unauthorized");
    BOOST_TEST(summary.get<int>("exit_code") == 77);
    BOOST_TEST(summary.get<int>("counts.pending") == 4);
    BOOST_TEST(summary.get<int>("counts.duplicate") == 1);
    BOOST_TEST(summary.get<int>("counts.invalid") == 1);
}

BOOST_AUTO_TEST_CASE(metricsAreInPrometheusTextFormat)
{
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--metrics-file=m.prom"}), 1);
    const std::string text = read("m.prom");
    BOOST_TEST(text.back() == '\n');
    const std::regex comment("# (HELP|TYPE) [a-z_]+ .*");
    const std::regex sample(
        R"re([a-z_]+(\{[a-z_]+="([^"\\\n]|\\.)*"(,[a-z_]+="([^"\\\n]|\\.)*")*\})? [-+0-9.eE]+)re");
    for (const std::string& line : lines(text)) {
        BOOST_TEST((std::regex_match(line, comment) || std::regex_match(line, sample)), line);
    }
    CHECK_SAYS(text, "oauth_batch[a-z_]*\\{[^}]*\"succeeded\"[^}]*\\} 2\\n");
    CHECK_SAYS(text, "oauth_batch[a-z_]*\\{[^}]*\"http_404\"[^}]*\\} 1\\n");
}

BOOST_AUTO_TEST_CASE(summaryOnStandardOutputAndNothingElseThere)
{
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--progress=plain"});
    CHECK_SAYS(ended.out, "succeeded\\D*2\\b");
    CHECK_SAYS(ended.out, "in\\.results\\.csv");
    BOOST_TEST(!contains(ended.out, "\r"));
    BOOST_TEST(!contains(ended.out, "\x1B"));
}

BOOST_AUTO_TEST_CASE(statusCountsAFinishedRun)
{
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const Ended text = run({"status", "in.results.csv"});
    CHECK_EXIT(text, 0);
    CHECK_SAYS(text.out, "succeeded\\D*2\\b");
    CHECK_SAYS(text.out, "failed\\D*2\\b");
    CHECK_SAYS(text.out, "http_404\\D*1\\b|\\b1\\D*http_404");
    const Ended json = run({"status", "in.results.csv", "--json"});
    CHECK_EXIT(json, 0);
    const auto status = parseJson(json.out);
    BOOST_TEST(status.get<std::string>("state") == "finished");
    BOOST_TEST(status.get<int>("rows") == 6);
    BOOST_TEST(status.get<int>("counts.succeeded") == 2);
    BOOST_TEST(status.get<int>("codes.rejected") == 1);
}

BOOST_AUTO_TEST_CASE(statusReadsTheJournalOfARunningRun)
{
    StubApi slow;
    write("in.csv", assignments(10));
    slow.hold();
    Process process(command(against(slow.url(), {"run", "in.csv", "--workers=1"})));
    slow.waitForRequests(1);
    const Ended json = run({"status", "in.results.csv", "--json"});
    CHECK_EXIT(json, 0);
    const auto status = parseJson(json.out);
    BOOST_TEST(status.get<std::string>("state") == "running");
    BOOST_TEST(status.get<int>("rows") == 10);
    BOOST_TEST(status.get<int>("counts.pending") == 10);
    const Ended text = run({"status", "in.results.csv"});
    CHECK_EXIT(text, 0);
    BOOST_TEST(contains(text.out, std::to_string(process.pid())), describe(text));
    slow.release();
    CHECK_EXIT(process.wait(), 0);
}

BOOST_AUTO_TEST_CASE(statusReadsTheJournalOfAKilledRun)
{
    StubApi slow([](const StubRequest&) { return Reply::success(); });
    write("in.csv", assignments(10));
    slow.hold();
    Process process(command(against(slow.url(), {"run", "in.csv", "--workers=1"})));
    slow.waitForRequests(1);
    process.signal(SIGKILL);
    process.wait();
    const Ended json = run({"status", "in.results.csv", "--json"});
    CHECK_EXIT(json, 0);
    const auto status = parseJson(json.out);
    BOOST_TEST(status.get<std::string>("state") == "unfinished");
    BOOST_TEST(status.get<int>("counts.pending") == 10);
}

BOOST_AUTO_TEST_CASE(statusReadsWhatAnInterruptLeft)
{
    StubApi strict(StubApi::inOrder({Reply::success(), Reply::status(401)}));
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(strict.url(), {"run", "in.csv", "--workers=1"}), 77);
    const auto status = parseJson(run({"status", "in.results.csv", "--json"}).out);
    BOOST_TEST(status.get<int>("counts.succeeded") == 1);
    BOOST_TEST(status.get<int>("counts.pending") == 4);
}

BOOST_AUTO_TEST_CASE(statusOfAMissingFileIsNoInput)
{
    CHECK_EXIT(run({"status", "none.csv"}), 66);
}

BOOST_AUTO_TEST_CASE(statusOfAFileWithoutResultsIsRefused)
{
    CHECK_EXIT(run({"status", "in.csv"}), 65);
}

BOOST_AUTO_TEST_SUITE_END()
