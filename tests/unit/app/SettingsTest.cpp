#include "oauth_batch/app/Settings.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace oauth_batch {
namespace {

namespace data = boost::unit_test::data;

Settings parse(const std::vector<std::string>& words)
{
    return Settings::parse(CommandLine::parse(words));
}

std::string problemsOf(const std::vector<std::string>& words)
{
    try {
        parse(words);
    } catch (const UsageError& error) {
        BOOST_TEST((error.exitCode() == ExitCode::usage));
        return error.what();
    }
    return {};
}

BOOST_AUTO_TEST_SUITE(SettingsTest)

BOOST_AUTO_TEST_CASE(defaultsAreThoseOfTheContract)
{
    const Settings settings = parse({"run", "onboarding.csv", "--region=us"});
    BOOST_TEST(settings.output == "onboarding.results.csv");
    BOOST_TEST(settings.baseUrl == "https://www.workato.com");
    BOOST_TEST(settings.rate.toString() == "60/min");
    BOOST_TEST(settings.workers == 8U);
    BOOST_TEST(settings.maxAttempts == 5U);
    BOOST_TEST((settings.timeout == std::chrono::seconds(45)));
    BOOST_TEST((settings.connectTimeout == std::chrono::seconds(10)));
    BOOST_TEST((settings.maxWait == std::chrono::hours(1)));
    BOOST_TEST((settings.outageTimeout == std::chrono::minutes(15)));
}

BOOST_AUTO_TEST_CASE(aRetryWritesToTheFileItself)
{
    BOOST_TEST(parse({"retry", "r.csv", "--region=us"}).output == "r.csv");
    BOOST_TEST(parse({"retry", "r.csv", "--region=us", "--output=o.csv"}).output == "o.csv");
}

BOOST_AUTO_TEST_CASE(onlyTakesStatusesAndCodes)
{
    const Settings settings = parse({"retry", "r.csv", "--region=us", "--only=failed, http_503"});
    BOOST_TEST(settings.only.contains(RowStatus::failed, {}));
    BOOST_TEST(settings.only.contains(RowStatus::unknown, {ErrorCode::http, 503}));
    BOOST_TEST(!settings.only.contains(RowStatus::unknown, {ErrorCode::http, 500}));
}

struct Wrong
{
    std::vector<std::string> words;
    std::string problem;
};

std::ostream& operator<<(std::ostream& out, const Wrong& wrong)
{
    return out << wrong.problem;
}

const std::vector<Wrong> kWrong = {
    {{}, "a command is needed"},
    {{"run", "--region=us"}, "a file is needed"},
    {{"run", "a.csv", "b.csv", "--region=us"}, "\"b.csv\" is one too many"},
    {{"run", "a.csv"}, "there is no default"},
    {{"run", "a.csv", "--region=us", "--base-url=https://x.example"}, "only one of them"},
    {{"run", "a.csv", "--region=kr"}, "--region=\"kr\": not one of us, eu"},
    {{"run", "a.csv", "--base-url=http://x.example"}, "--base-url"},
    {{"run", "-", "--region=us"}, "--output=RESULTS.csv is needed"},
    {{"retry", "-", "--region=us"}, "not standard input"},
    {{"undo", "r.csv"}, "--output=UNDO.csv is needed"},
    {{"run", "a.csv", "--output=a.csv", "--region=us"}, "is the input itself"},
    {{"run", "a.csv", "--region=us", "--workers=0"}, "not a number from 1 to 256"},
    {{"run", "a.csv", "--region=us", "--workers=257"}, "not a number from 1 to 256"},
    {{"run", "a.csv", "--region=us", "--max-attempts=0"}, "not a number from 1 to 100"},
    {{"run", "a.csv", "--region=us", "--rate=60"}, "not N/s, N/min, N/h or off"},
    {{"run", "a.csv", "--region=us", "--timeout=45"}, "not a duration"},
    {{"run", "a.csv", "--region=us", "--max-failures=0"}, "not a number of rows"},
    {{"run", "a.csv", "--region=us", "--sync=never"}, "neither auto nor always"},
    {{"run", "a.csv", "--region=us", "--progress=dots"}, "not one of auto, bar"},
    {{"check", "a.csv", "--delimiter=x"}, "not one of , ; | or tab"},
    {{"check", "a.csv", "--column=Action"}, "not NAME:HEADER"},
    {{"check", "a.csv", "--column=verb:Action"}, "not NAME:HEADER"},
    {{"check", "a.csv", "--column=force:A", "--column=force:B"}, "mapped already"},
    {{"check", "a.csv", "--operation=delete"}, "neither assign nor unassign"},
    {{"check", "a.csv", "--profile-id=0"}, "not a positive integer"},
    {{"retry", "r.csv", "--region=us", "--only=faild"}, "neither a status nor an error code"},
};

BOOST_DATA_TEST_CASE(whatIsWrongIsNamed, data::make(kWrong), wrong)
{
    const std::string problems = problemsOf(wrong.words);
    BOOST_TEST(problems.find(wrong.problem) != std::string::npos, problems);
}

BOOST_AUTO_TEST_CASE(allProblemsAreReportedAtOnce)
{
    const std::string problems =
        problemsOf({"run", "--workers=0", "--rate=x", "--region=mars", "--timeout=1"});
    for (const char* const part : {"a file is needed", "workers", "rate", "region", "timeout"})
        BOOST_TEST(problems.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(theResultsStandBesideTheInput)
{
    BOOST_TEST(defaultResultsPath("onboarding.csv") == "onboarding.results.csv");
    BOOST_TEST(defaultResultsPath("/data/List.CSV") == "/data/List.results.csv");
    BOOST_TEST(defaultResultsPath("list.txt") == "list.txt.results.csv");
    BOOST_TEST(defaultResultsPath(".csv") == ".csv.results.csv");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
