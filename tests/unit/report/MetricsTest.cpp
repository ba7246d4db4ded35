#include "oauth_batch/report/Metrics.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>
#include <string>

using namespace oauth_batch;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

Summary sampleSummary()
{
    Summary summary;
    summary.command = "run";
    summary.inputPath = "onboarding.csv";
    for (int i = 0; i < 5; ++i)
        summary.tally.add(RowStatus::succeeded);
    summary.tally.add(RowStatus::failed, ErrorCode::http, 404);
    summary.tally.addRequests(7);
    summary.retries = 1;
    summary.endedAt = WallTime(1'777'620'600'250ms);
    summary.elapsed = 61'005ms;
    summary.latency.record(120ms);
    summary.exitCode = ExitCode::rowsNotSucceeded;
    return summary;
}

bool hasLine(const std::string& text, const std::string& line)
{
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(MetricsTest)

BOOST_DATA_TEST_CASE(
    factsBecomeSamples,
    data::make({
        "# TYPE oauth_batch_rows gauge",
        R"(oauth_batch_rows{command="run",input="onboarding.csv",status="succeeded"} 5)",
        R"(oauth_batch_rows{command="run",input="onboarding.csv",status="failed"} 1)",
        R"(oauth_batch_rows{command="run",input="onboarding.csv",status="pending"} 0)",
        R"(oauth_batch_row_errors{command="run",input="onboarding.csv",code="http_404"} 1)",
        R"(oauth_batch_last_run_requests{command="run",input="onboarding.csv"} 7)",
        R"(oauth_batch_last_run_retries{command="run",input="onboarding.csv"} 1)",
        R"(oauth_batch_last_run_throttled{command="run",input="onboarding.csv"} 0)",
        R"(oauth_batch_last_run_timestamp_seconds{command="run",input="onboarding.csv"} 1777620600.250)",
        R"(oauth_batch_last_run_duration_seconds{command="run",input="onboarding.csv"} 61.005)",
        R"(oauth_batch_exit_code{command="run",input="onboarding.csv"} 1)",
        "# TYPE oauth_batch_last_run_attempt_duration_seconds summary",
        R"(oauth_batch_last_run_attempt_duration_seconds{command="run",input="onboarding.csv",quantile="0.5"} 0.120)",
        R"(oauth_batch_last_run_attempt_duration_seconds_sum{command="run",input="onboarding.csv"} 0.120)",
        R"(oauth_batch_last_run_attempt_duration_seconds_count{command="run",input="onboarding.csv"} 1)",
    }))
{
    BOOST_TEST(hasLine(metricsText(sampleSummary()), sample));
}

BOOST_AUTO_TEST_CASE(everyFamilyIsHeadedOnceAndNoSampleRepeats)
{
    std::istringstream text(metricsText(sampleSummary(), WallTime(1s)));
    std::set<std::string> families;
    std::set<std::string> series;
    std::string line;
    std::string family;
    while (std::getline(text, line)) {
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            BOOST_TEST(families.insert(family).second, family);
        } else if (line.starts_with("# TYPE ")) {
            BOOST_TEST(line.substr(7, line.find(' ', 7) - 7) == family);
        } else {
            BOOST_TEST(line.starts_with(family), line);
            BOOST_TEST(series.insert(line.substr(0, line.rfind(' '))).second, line);
        }
    }
    BOOST_TEST(families.size() == 10U);
}

BOOST_AUTO_TEST_CASE(labelValuesAreEscaped)
{
    Summary summary = sampleSummary();
    summary.inputPath = "a\\b\"c\nd \xFF 顧.csv";
    BOOST_TEST(hasLine(metricsText(summary), "oauth_batch_exit_code{command=\"run\","
                                             "input=\"a\\\\b\\\"c\\nd \uFFFD 顧.csv\"} 1"));
}

BOOST_AUTO_TEST_CASE(successIsTheEndOfARunThatExitedWithZero)
{
    Summary summary = sampleSummary();
    BOOST_TEST(metricsText(summary).find("last_success") == std::string::npos);
    summary.exitCode = ExitCode::ok;
    BOOST_TEST((parseLastSuccess(metricsText(summary, WallTime(5s))) == summary.endedAt));
}

BOOST_AUTO_TEST_CASE(earlierSuccessOutlivesFailures)
{
    Summary summary = sampleSummary();
    summary.inputPath = "odd \" name 1.000\noauth_batch_last_success_timestamp_seconds{} 7.000";
    const WallTime success(1'700'000'000'007ms);
    const std::string first = metricsText(summary, success);
    BOOST_TEST_REQUIRE((parseLastSuccess(first) == success));
    BOOST_TEST(metricsText(summary, parseLastSuccess(first)) == first);
}

BOOST_DATA_TEST_CASE(
    foreignTextHasNoLastSuccess,
    data::make({"", "\n", "oauth_batch_exit_code{} 0\n",
                "\noauth_batch_last_success_timestamp_seconds{} \n",
                "\noauth_batch_last_success_timestamp_seconds{} 1\n",
                "\noauth_batch_last_success_timestamp_seconds{} x.000\n",
                "\noauth_batch_last_success_timestamp_seconds{} -1.000\n",
                "\noauth_batch_last_success_timestamp_seconds{} 1.0000\n",
                "\noauth_batch_last_success_timestamp_seconds{} 1e9.000\n",
                "\noauth_batch_last_success_timestamp_seconds{} NaN\n",
                "\noauth_batch_last_success_timestamp_seconds{",
                "\noauth_batch_last_success_timestamp_seconds{} 99999999999999.000\n"}))
{
    BOOST_TEST(!parseLastSuccess(sample).has_value());
}

BOOST_AUTO_TEST_CASE(runWithoutAttemptsHasNoQuantiles)
{
    Summary summary = sampleSummary();
    summary.latency = LatencyHistogram();
    const std::string text = metricsText(summary);
    BOOST_TEST(text.find("quantile") == std::string::npos);
    BOOST_TEST(text.find("_count{command=\"run\",input=\"onboarding.csv\"} 0\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
