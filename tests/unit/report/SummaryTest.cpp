#include "oauth_batch/report/Summary.h"

#include "oauth_batch/report/StatusReport.h"

#include <Poco/JSON/Parser.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>
#include <string>

using namespace oauth_batch;
using namespace std::chrono_literals;

namespace {

Tally sampleTally()
{
    Tally tally;
    for (int i = 0; i < 95; ++i)
        tally.add(RowStatus::succeeded);
    for (int i = 0; i < 3; ++i)
        tally.add(RowStatus::failed, ErrorCode::http, 404);
    tally.add(RowStatus::unknown, ErrorCode::timeout);
    tally.add(RowStatus::pending, ErrorCode::stopped);
    tally.addRequests(103);
    return tally;
}

Summary sampleSummary()
{
    Summary summary;
    summary.command = "run";
    summary.inputPath = "onboarding.csv";
    summary.resultsPath = "onboarding.results.csv";
    summary.tally = sampleTally();
    summary.retries = 4;
    summary.throttledEpisodes = 1;
    summary.rate = "60/min";
    summary.workers = 8;
    summary.startedAt = WallTime(1'777'620'600'250ms);
    summary.endedAt = WallTime(1'777'620'703'250ms);
    summary.elapsed = 103s;
    for (const auto latency : {120ms, 132ms, 2000ms})
        summary.latency.record(latency);
    summary.stopReason = "--max-duration reached";
    summary.exitCode = ExitCode::stoppedEarly;
    summary.nextStep = "continue: oauth-batch run onboarding.csv";
    return summary;
}

std::string printed(const Summary& summary)
{
    std::ostringstream out;
    printSummary(out, summary);
    return out.str();
}

std::string printed(const StatusReport& report)
{
    std::ostringstream out;
    printStatus(out, report);
    return out.str();
}

Poco::JSON::Object::Ptr parsed(const std::string& json)
{
    return Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
}

} // namespace

BOOST_AUTO_TEST_SUITE(SummaryTest)

BOOST_AUTO_TEST_CASE(summaryForPeopleIsAligned)
{
    BOOST_TEST(printed(sampleSummary()) ==
               "run stopped: --max-duration reached\n"
               "  rows         100\n"
               "  succeeded     95\n"
               "  failed         3\n"
               "  unknown        1\n"
               "  pending        1\n"
               "  error codes  http_404 3, stopped 1, timeout 1\n"
               "  requests     103, 4 retries, throttled 1 time; rate 60/min, 8 workers\n"
               "  answer time  min 120 ms, median 132 ms, 95 % 2 s, max 2 s\n"
               "  took         1 min 43 s, until 2026-05-01T07:31:43Z\n"
               "  results      onboarding.results.csv\n"
               "  next         continue: oauth-batch run onboarding.csv\n");
}

BOOST_AUTO_TEST_CASE(cleanRunIsShort)
{
    Summary summary = sampleSummary();
    summary.tally = Tally();
    summary.tally.add(RowStatus::succeeded);
    summary.tally.add(RowStatus::duplicate, ErrorCode::duplicate);
    summary.tally.addRequests(1);
    summary.retries = 0;
    summary.throttledEpisodes = 0;
    summary.workers = 1;
    summary.resumed = true;
    summary.latency = LatencyHistogram();
    summary.stopReason.clear();
    summary.nextStep.clear();
    BOOST_TEST(printed(summary) == "run (continued) finished: every row succeeded\n"
                                   "  rows         2\n"
                                   "  succeeded    1\n"
                                   "  duplicate    1\n"
                                   "  error codes  duplicate 1\n"
                                   "  requests     1; rate 60/min, 1 worker\n"
                                   "  took         1 min 43 s, until 2026-05-01T07:31:43Z\n"
                                   "  results      onboarding.results.csv\n");
}

BOOST_AUTO_TEST_CASE(finishedRunTellsHowManyRowsDidNotSucceed)
{
    Summary summary = sampleSummary();
    summary.stopReason.clear();
    BOOST_TEST(printed(summary).starts_with("run finished: 5 of 100 rows did not succeed\n"));
}

BOOST_AUTO_TEST_CASE(summaryForPeopleHasAtMostFifteenLines)
{
    Summary summary = sampleSummary();
    for (int i = 0; i < 7; ++i)
        summary.tally.add(static_cast<RowStatus>(i), ErrorCode::http, 500 + i);
    const std::string text = printed(summary);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') <= 15);
    BOOST_TEST(text.find("and 4 more") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(foreignTextCannotCommandTheTerminal)
{
    Summary summary = sampleSummary();
    summary.resultsPath = "a\x1B[2J\nb.csv";
    summary.stopReason = "\x1B]0;title\x07";
    summary.nextStep = "run\r\nagain \xFF";
    const std::string text = printed(summary);
    BOOST_TEST(text.find('\x1B') == std::string::npos);
    BOOST_TEST(text.find('\r') == std::string::npos);
    BOOST_TEST(text.find("results      \"a\\x1B[2J\\x0Ab.csv\"\n") != std::string::npos);
    BOOST_TEST(text.find("next         run??again ?\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(summaryForProgramsHasEveryKeyInOrder)
{
    BOOST_TEST(summaryJson(sampleSummary()) == R"({
  "command": "run",
  "input": "onboarding.csv",
  "results": "onboarding.results.csv",
  "exit_code": 75,
  "stop_reason": "--max-duration reached",
  "resumed": false,
  "rows": 100,
  "counts": {
    "succeeded": 95,
    "failed": 3,
    "unknown": 1,
    "invalid": 0,
    "blocked": 0,
    "duplicate": 0,
    "pending": 1
  },
  "codes": {
    "http_404": 3,
    "stopped": 1,
    "timeout": 1
  },
  "requests": 103,
  "retries": 4,
  "throttled": 1,
  "rate": "60/min",
  "workers": 8,
  "started_at": "2026-05-01T07:30:00.250Z",
  "ended_at": "2026-05-01T07:31:43.250Z",
  "elapsed_ms": 103000,
  "attempt_ms": {
    "count": 3,
    "min": 120,
    "median": 132,
    "p95": 2000,
    "max": 2000
  },
  "next_step": "continue: oauth-batch run onboarding.csv"
}
)");
}

BOOST_AUTO_TEST_CASE(anyBytesBecomeValidJson)
{
    Summary summary = sampleSummary();
    summary.inputPath = "a\"b\\c/d\n\t\x01\x7F \xFF\xC3 Größe 顧客 🙂.csv";
    const auto object = parsed(summaryJson(summary));
    BOOST_TEST(object->getValue<std::string>("input") ==
               "a\"b\\c/d\n\t\x01\x7F \uFFFD\uFFFD Größe 顧客 🙂.csv");
}

BOOST_AUTO_TEST_CASE(emptySummaryHasTheSameKeys)
{
    const auto full = parsed(summaryJson(sampleSummary()));
    const auto empty = parsed(summaryJson(Summary()));
    BOOST_TEST(full->getNames() == empty->getNames(), boost::test_tools::per_element());
    BOOST_TEST(empty->getValue<std::string>("stop_reason").empty());
    BOOST_TEST(empty->getObject("codes")->size() == 0U);
    BOOST_TEST(empty->getObject("counts")->size() == kRowStatusCount);
}

BOOST_AUTO_TEST_CASE(statusForPeopleNamesStateAndCounts)
{
    const StatusReport report{"onboarding.results.csv", StatusReport::State::running, 4711,
                              sampleTally(), ""};
    BOOST_TEST(printed(report) == "onboarding.results.csv: running (pid 4711)\n"
                                  "  rows         100\n"
                                  "  succeeded     95\n"
                                  "  failed         3\n"
                                  "  unknown        1\n"
                                  "  pending        1\n"
                                  "  error codes  http_404 3, stopped 1, timeout 1\n"
                                  "  requests     103 over all runs\n");
}

BOOST_AUTO_TEST_CASE(statusForProgramsUsesTheNamesOfTheSummary)
{
    StatusReport report;
    report.resultsPath = "r.csv";
    report.state = StatusReport::State::unfinished;
    report.tally = sampleTally();
    report.nextStep = "continue";
    const auto object = parsed(statusJson(report));
    BOOST_TEST(object->getValue<std::string>("state") == "unfinished");
    BOOST_TEST(!object->has("pid"));
    BOOST_TEST(object->getValue<int>("rows") == 100);
    BOOST_TEST(object->getObject("counts")->getValue<int>("failed") == 3);
    BOOST_TEST(object->getObject("codes")->getValue<int>("http_404") == 3);
    BOOST_TEST(object->getValue<int>("requests") == 103);
    report.pid = 12;
    BOOST_TEST(parsed(statusJson(report))->getValue<int>("pid") == 12);
}

BOOST_AUTO_TEST_SUITE_END()
