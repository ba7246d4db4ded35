#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace oauth_batch::test;

namespace {

const std::vector<std::string> kCommands = {"", "run", "retry", "check", "status", "undo"};

std::filesystem::path golden(const std::string& name)
{
    return std::filesystem::path(OAUTH_BATCH_TEST_DATA) / "golden" / (name + ".txt");
}

/// OAUTH_BATCH_UPDATE_GOLDEN=1 writes the files anew, to be read before they are committed.
void checkGolden(const std::string& name, const std::string& text)
{
    if (std::getenv("OAUTH_BATCH_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(golden(name).parent_path());
        writeFile(golden(name), text);
    }
    BOOST_TEST(text == readFile(golden(name)), golden(name).string() << " differs from:\n" << text);
}

Arguments withCommand(const std::string& command, const std::string& option)
{
    return command.empty() ? Arguments{option} : Arguments{command, option};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Help, Rig)

BOOST_DATA_TEST_CASE(helpIsAsReviewed, boost::unit_test::data::make(kCommands), command)
{
    const Ended ended = run(withCommand(command, "--help"));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(ended.err.empty());
    checkGolden(command.empty() ? "help" : "help-" + command, ended.out);
}

BOOST_DATA_TEST_CASE(helpFitsATerminal, boost::unit_test::data::make(kCommands), command)
{
    for (const std::string& line : lines(run(withCommand(command, "--help")).out)) {
        BOOST_TEST(line.size() <= 100U, line);
    }
}

BOOST_DATA_TEST_CASE(versionIsPrintedEverywhere, boost::unit_test::data::make(kCommands), command)
{
    const Ended ended = run(withCommand(command, "--version"));
    CHECK_EXIT(ended, 0);
    CHECK_SAYS(ended.out, "^oauth-batch \\d+\\.\\d+\\.\\d+");
}

BOOST_AUTO_TEST_CASE(helpNeedsNeitherTokenNorStateFolder)
{
    environment = {{"PATH", "/usr/bin:/bin"}};
    CHECK_EXIT(run({"run", "--help"}), 0);
}

BOOST_AUTO_TEST_CASE(helpOfTheSandboxIsAsReviewed)
{
    Command command = this->command({});
    for (const char* option : {"--help", "--version"}) {
        command.arguments = {OAUTH_BATCH_SANDBOX_PROGRAM, option};
        const Ended ended = Process::run(command);
        CHECK_EXIT(ended, 0);
        if (std::string(option) == "--help")
            checkGolden("help-sandbox", ended.out);
        else
            CHECK_SAYS(ended.out, "^oauth-batch-sandbox \\d+\\.\\d+\\.\\d+");
    }
}

BOOST_AUTO_TEST_SUITE_END()
