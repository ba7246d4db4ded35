#include "oauth_batch/app/CommandLine.h"

#include "TempDir.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace oauth_batch {
namespace {

namespace data = boost::unit_test::data;

bool hasProblem(const CommandLine& line, const std::string& part)
{
    return std::any_of(line.problems.begin(), line.problems.end(), [&](const std::string& problem) {
        return problem.find(part) != std::string::npos;
    });
}

/// A command line with a configuration file of this content below it.
CommandLine withConfigFile(const std::string& content, const std::vector<std::string>& words)
{
    const test::TempDir folder;
    const std::string path = folder / "settings.properties";
    test::writeFile(path, content);
    auto line = CommandLine::parse(words);
    line.addConfigFile(path);
    return line;
}

BOOST_AUTO_TEST_SUITE(CommandLineTest)

BOOST_AUTO_TEST_CASE(takesCommandFileAndOptionsInAnyOrder)
{
    const auto line = CommandLine::parse({"--region=eu", "run", "--strict", "orders.csv"});
    BOOST_TEST(line.problems.empty());
    BOOST_TEST((line.command == Command::run));
    BOOST_TEST(line.files.size() == 1U);
    BOOST_TEST(line.files.front() == "orders.csv");
    BOOST_TEST(*line.value("region") == "eu");
    BOOST_TEST(line.has("strict"));
}

BOOST_AUTO_TEST_CASE(aValueMayHoldEqualsSigns)
{
    const auto line = CommandLine::parse({"run", "--column=operation:a=b", "x.csv"});
    BOOST_TEST(*line.value("column") == "operation:a=b");
}

BOOST_AUTO_TEST_CASE(everythingBehindTwoDashesIsAFile)
{
    const auto line = CommandLine::parse({"check", "--", "--strict"});
    BOOST_TEST(line.problems.empty());
    BOOST_TEST(line.files.front() == "--strict");
}

BOOST_AUTO_TEST_CASE(oneDashIsStandardInput)
{
    const auto line = CommandLine::parse({"check", "-"});
    BOOST_TEST(line.problems.empty());
    BOOST_TEST(line.files.front() == "-");
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
    {{"rnu", "x.csv"}, "unknown command \"rnu\"; did you mean run?"},
    {{"run", "--regoin=eu", "x.csv"}, "unknown option --regoin; did you mean --region?"},
    {{"run", "--token=s3cret", "x.csv"}, "unknown option --token; did you mean --token-file?"},
    {{"run", "--work=2", "x.csv"}, "unknown option --work"},
    {{"run", "--json", "x.csv"}, "--json is no option of oauth-batch run"},
    {{"run", "--strict=yes", "x.csv"}, "--strict takes no value"},
    {{"run", "--rate", "60/min", "x.csv"}, "--rate needs a value"},
    {{"run", "--rate=", "x.csv"}, "--rate needs a value"},
    {{"run", "--rate=1/s", "--rate=2/s", "x.csv"}, "--rate is given 2 times"},
    {{"run", "-w", "x.csv"}, "options are written --name=value"},
};

BOOST_DATA_TEST_CASE(whatIsWrongIsNamed, data::make(kWrong), wrong)
{
    const auto line = CommandLine::parse(wrong.words);
    BOOST_TEST(hasProblem(line, wrong.problem));
}

BOOST_AUTO_TEST_CASE(allProblemsAreFoundAtOnce)
{
    const auto line = CommandLine::parse({"rnu", "--regoin=eu", "--rate", "x.csv"});
    BOOST_TEST(line.problems.size() == 3U);
}

BOOST_AUTO_TEST_CASE(theValueOfAnUnknownOptionIsNeverRepeated)
{
    const auto line = CommandLine::parse({"run", "--token=s3cret", "x.csv"});
    BOOST_TEST(!hasProblem(line, "s3cret"));
}

BOOST_AUTO_TEST_CASE(theCommandLineWinsOverTheConfigurationFile)
{
    const auto line =
        withConfigFile("region=eu\nrate=10/s\nstrict=yes\nno-block=false\njson=true\n",
                       {"run", "--rate=5/s", "x.csv"});
    BOOST_TEST(line.problems.empty());
    BOOST_TEST(*line.value("region") == "eu");
    BOOST_TEST(*line.value("rate") == "5/s");
    BOOST_TEST(line.has("strict"));
    BOOST_TEST(!line.has("no-block"));
    BOOST_TEST(!line.has("json")); // belongs to another command
}

BOOST_AUTO_TEST_CASE(aBaseUrlOnTheCommandLineReplacesTheRegionOfTheFile)
{
    const auto line =
        withConfigFile("region=eu\n", {"run", "--base-url=https://x.example", "x.csv"});
    BOOST_TEST(!line.has("region"));
}

BOOST_AUTO_TEST_CASE(aTokenThatIsGivenByMistakeIsNotRepeated)
{
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"run", "orders.csv", "--token", "s3cret"},
          {"--token", "s3cret", "run", "orders.csv"},
          {"run", "--token-file", "s3cret", "orders.csv"}}) {
        const auto line = CommandLine::parse(words);
        BOOST_TEST((line.command == Command::run));
        BOOST_TEST(line.problems.size() == 1U);
        BOOST_TEST(!hasProblem(line, "s3cret"));
        BOOST_TEST(line.files.size() <= 2U);
    }
    BOOST_TEST(CommandLine::parse({"run", "--strict", "orders.csv"}).files.size() == 1U);
}

BOOST_AUTO_TEST_CASE(columnsMayBeMappedInBothPlacesAndTheCommandLineWins)
{
    const auto line = withConfigFile(
        "column=operation:Action\ncolumn=external_id:Customer\ncolumn=profile-id:P\n",
        {"run", "x.csv", "--column=profile_id:Profile"});
    BOOST_TEST(line.problems.empty());
    const std::vector<std::string> expected = {"profile_id:Profile", "operation:Action",
                                               "external_id:Customer"};
    BOOST_TEST(line.values.at("column") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(aSettingThatStandsTwiceInTheFileIsRefused)
{
    const auto line = withConfigFile("rate=off\nworkers=4\nrate=60/min\n", {"run", "x.csv"});
    BOOST_TEST(hasProblem(line, "rate is given 2 times"));
    BOOST_TEST(line.problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(thePlaceOfARunsResultsIsNotThatOfItsReversal)
{
    const std::string content = "output=results.csv\noverwrite=true\n";
    const auto undo = withConfigFile(content, {"undo", "x.csv"});
    BOOST_TEST(undo.problems.empty());
    BOOST_TEST(!undo.has("output"));
    BOOST_TEST(!undo.has("overwrite"));
    BOOST_TEST(withConfigFile(content, {"run", "x.csv"}).has("output"));
}

BOOST_AUTO_TEST_CASE(aConfigurationFileWithoutAValueOrThatIsAFolderIsRefused)
{
    const auto line = withConfigFile("output=\n", {"run", "x.csv"});
    BOOST_TEST(hasProblem(line, "output has no value"));
    const test::TempDir folder;
    auto other = CommandLine::parse({"run", "x.csv"});
    other.addConfigFile(folder.path().string());
    BOOST_TEST(hasProblem(other, "is a directory"));
}

BOOST_AUTO_TEST_CASE(anUnknownSettingIsNamedWithTheNearest)
{
    const auto line = withConfigFile("regoin=eu\nstrict=maybe\n", {"run", "x.csv"});
    BOOST_TEST(hasProblem(line, "unknown setting \"regoin\"; did you mean region?"));
    BOOST_TEST(hasProblem(line, "strict=\"maybe\": neither true nor false"));
}

BOOST_AUTO_TEST_CASE(aSettingWithAnOptionsNameBeforeADotIsUnknown)
{
    const auto alone = withConfigFile("rate.x=5/s\n", {"run", "x.csv"});
    BOOST_TEST(hasProblem(alone, "unknown setting \"rate.x\"; did you mean rate?"));
    const auto beside = withConfigFile("workers=4\nworkers.most=9\n.region=eu\n", {"run", "x.csv"});
    BOOST_TEST(hasProblem(beside, "unknown setting \"workers.most\""));
    BOOST_TEST(hasProblem(beside, "unknown setting \"\""));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
