#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;

namespace {

struct UsageCase
{
    std::string name;
    Arguments arguments;
    std::string message; ///< a pattern
};

std::ostream& operator<<(std::ostream& out, const UsageCase& one)
{
    return out << one.name;
}

const std::vector<UsageCase> kUsageErrors = {
    {"nothing", {}, "command|usage"},
    {"mistyped command", {"rnu", "in.csv"}, "rnu(.|\n)*\\brun\\b"},
    {"mistyped retry", {"retyr", "in.csv"}, "retyr(.|\n)*\\bretry\\b"},
    {"mistyped option", {"run", "in.csv", "--wokers=3"}, "--wokers(.|\n)*--workers"},
    {"abbreviated option", {"run", "in.csv", "--token=secret"}, "--token(.|\n)*--token-file"},
    {"another abbreviation", {"run", "in.csv", "--work=3"}, "--work\\b"},
    {"no file", {"run"}, "INPUT|file"},
    {"two files", {"run", "in.csv", "b.csv"}, "b\\.csv"},
    {"workers 0", {"run", "in.csv", "--workers=0"}, "--workers(.|\n)*0(.|\n)*1 to 256"},
    {"workers 257", {"run", "in.csv", "--workers=257"}, "--workers(.|\n)*257(.|\n)*1 to 256"},
    {"workers x", {"run", "in.csv", "--workers=8x"}, "--workers(.|\n)*8x"},
    {"rate 0", {"run", "in.csv", "--rate=0/s"}, "--rate(.|\n)*0/s"},
    {"rate without unit", {"run", "in.csv", "--rate=60"}, "--rate(.|\n)*N/min"},
    {"rate per day", {"run", "in.csv", "--rate=60/day"}, "--rate(.|\n)*N/min"},
    {"timeout", {"run", "in.csv", "--timeout=soon"}, "--timeout(.|\n)*soon"},
    {"negative timeout", {"run", "in.csv", "--timeout=-1s"}, "--timeout(.|\n)*-1s"},
    {"max-failures", {"run", "in.csv", "--max-failures=101%"}, "--max-failures(.|\n)*101%"},
    {"max-attempts 0", {"run", "in.csv", "--max-attempts=0"}, "--max-attempts"},
    {"progress", {"run", "in.csv", "--progress=loud"}, "--progress(.|\n)*loud"},
    {"delimiter", {"run", "in.csv", "--delimiter=x"}, "--delimiter"},
    {"column", {"run", "in.csv", "--column=Action"}, "--column(.|\n)*Action"},
    {"option of another command", {"check", "in.csv", "--overwrite"}, "--overwrite"},
    {"option without value", {"run", "in.csv", "--workers"}, "--workers"},
    {"value without use", {"run", "in.csv", "--overwrite=yes"}, "--overwrite"},
    {"unknown region", {"run", "in.csv", "--region=mars"}, "--region(.|\n)*mars(.|\n)*eu"},
    {"region and base URL",
     {"run", "in.csv", "--region=eu", "--base-url=https://a.example"},
     "--region(.|\n)*--base-url"},
    {"undo without output", {"undo", "in.csv"}, "--output"},
    {"single dash", {"run", "in.csv", "-w"}, "-w"},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CommandLine, Rig)

BOOST_DATA_TEST_CASE(mistakeIsAUsageErrorThatNamesTheWayOut,
                     boost::unit_test::data::make(kUsageErrors), one)
{
    write("in.csv", assignments(1));
    Arguments arguments = one.arguments;
    const bool sends = !arguments.empty() && arguments[0] == "run";
    if (sends && !contains(one.name, "region"))
        arguments.push_back("--base-url=http://127.0.0.1:9");
    const Ended ended = run(arguments);
    CHECK_EXIT(ended, 64);
    CHECK_SAYS(ended.err, one.message);
    BOOST_TEST(!exists("in.results.csv"));
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(valueOfAMistypedOptionIsNotRepeated)
{
    write("in.csv", assignments(1));
    const Ended ended = run({"run", "in.csv", "--region=eu", "--token=" + std::string(kToken)});
    CHECK_EXIT(ended, 64);
    BOOST_TEST(!contains(ended.all(), kToken));
}

BOOST_AUTO_TEST_CASE(neitherRegionNorBaseUrlIsAUsageError)
{
    write("in.csv", assignments(1));
    const Ended ended = run({"run", "in.csv"});
    CHECK_EXIT(ended, 64);
    CHECK_SAYS(ended.err, "--region(.|\n)*--base-url");
}

BOOST_AUTO_TEST_CASE(allMistakesAreReportedAtOnce)
{
    write("in.csv", assignments(1));
    const Ended ended = run({"run", "in.csv", "--workers=0", "--rate=fast", "--regoin=eu",
                             "--timeout=x", "--max-attempts=none"});
    CHECK_EXIT(ended, 64);
    for (const char* name : {"--workers", "--rate", "--regoin", "--timeout", "--max-attempts"}) {
        BOOST_TEST(contains(ended.err, name), name << describe(ended));
    }
}

BOOST_AUTO_TEST_CASE(longestWorkersIsAccepted)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=256"}), 0);
}

BOOST_AUTO_TEST_CASE(configFileIsReadAndTheCommandLineWins)
{
    const StubApi first;
    const StubApi second;
    write("in.csv", assignments(1));
    write("settings.properties",
          "# a comment\nbase-url=" + first.url() + "\nrate=off\noutput=configured.csv\n");
    CHECK_EXIT(run({"run", "in.csv", "--config=settings.properties"}), 0);
    BOOST_TEST(first.requests().size() == 1U);
    BOOST_TEST(exists("configured.csv"));
    CHECK_EXIT(run({"run", "in.csv", "--config=settings.properties", "--base-url=" + second.url(),
                    "--output=given.csv"}),
               0);
    BOOST_TEST(first.requests().size() == 1U);
    BOOST_TEST(second.requests().size() == 1U);
    BOOST_TEST(exists("given.csv"));
}

BOOST_AUTO_TEST_CASE(baseUrlOnTheCommandLineWinsOverAConfiguredRegion)
{
    write("in.csv", assignments(1));
    write("settings.properties", "region=eu\nrate=off\n");
    const StubApi api;
    CHECK_EXIT(run({"run", "in.csv", "--config=settings.properties", "--base-url=" + api.url()}),
               0);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(unknownSettingInTheConfigFileIsRefused)
{
    write("in.csv", assignments(1));
    write("settings.properties", "regoin=eu\n");
    const Ended ended = run({"run", "in.csv", "--config=settings.properties", "--region=eu"});
    BOOST_TEST((ended.exitCode == 64 || ended.exitCode == 78), describe(ended));
    CHECK_SAYS(ended.err, "settings\\.properties(.|\n)*regoin(.|\n)*region");
}

BOOST_AUTO_TEST_CASE(missingConfigFileIsRefused)
{
    write("in.csv", assignments(1));
    const Ended ended = run({"run", "in.csv", "--config=none.properties", "--region=eu"});
    BOOST_TEST((ended.exitCode == 64 || ended.exitCode == 78 || ended.exitCode == 66),
               describe(ended));
    CHECK_SAYS(ended.err, "none\\.properties");
}

BOOST_AUTO_TEST_CASE(fileNameThatStartsWithDashesFollowsTwoDashes)
{
    write("--in.csv", assignments(1));
    CHECK_EXIT(run({"check", "--", "--in.csv"}), 0);
}

BOOST_AUTO_TEST_CASE(noStateFolderIsAConfigurationErrorUnlessThereIsNoRate)
{
    const StubApi api;
    write("in.csv", assignments(1));
    environment.erase("XDG_STATE_HOME");
    environment.erase("HOME");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--rate=60/min"});
    CHECK_EXIT(ended, 78);
    CHECK_SAYS(ended.err, "XDG_STATE_HOME|--quota-file");
    BOOST_TEST(api.connections() == 0U);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=off"}), 0);
}

BOOST_AUTO_TEST_CASE(stateDirectoryOfSystemdWillDo)
{
    const StubApi api;
    write("in.csv", assignments(1));
    environment.erase("XDG_STATE_HOME");
    environment.erase("HOME");
    environment["STATE_DIRECTORY"] = path("state").string();
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=1000/s"}), 0);
}

BOOST_AUTO_TEST_SUITE_END()
