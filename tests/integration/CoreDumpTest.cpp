#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace oauth_batch::test;

namespace {

/// The signals that dump core by default, of those that reach a process from outside or by a bug.
const std::vector<int> kDumping = {SIGABRT, SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

struct CoreRig : Rig
{
    CoreRig() { write("in.csv", assignments(3)); }

    static Command mayDump(Command command)
    {
        command.mayDumpCore = true;
        return command;
    }

    /// That the process left nothing with the secret behind, core file or other.
    void checkNothingLeft(const Ended& ended, int signal) const
    {
        BOOST_TEST(ended.signal == signal, describe(ended));
        BOOST_TEST(!ended.coreDumped);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path(""))) {
            if (!entry.is_regular_file()) continue;
            BOOST_TEST(entry.path().filename().string().find("core") != 0, entry.path());
            BOOST_TEST(!contains(readFile(entry.path()), kToken), entry.path());
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CoreDump, CoreRig)

BOOST_AUTO_TEST_CASE(systemDumpsOthersSoThatTheCasesBelowProveSomething)
{
    Command command = mayDump(Command{});
    command.arguments = {"/bin/sleep", "60"};
    command.directory = path("");
    Process process(command);
    // Once it waits it is the program itself, no more our copy that is about to become it.
    while (!contains(readFile("/proc/" + std::to_string(process.pid()) + "/cmdline"), "sleep")) {
    }
    process.signal(SIGABRT);
    BOOST_WARN_MESSAGE(process.wait().coreDumped, "this system keeps no core of anything");
}

BOOST_DATA_TEST_CASE(runThatASignalKillsLeavesNoCore, boost::unit_test::data::make(kDumping),
                     number)
{
    StubApi api;
    api.hold();
    Process process(mayDump(command(against(api.url(), {"run", "in.csv"}))));
    api.waitForRequests(1); // The token is in its memory and on the wire.
    process.signal(number);
    checkNothingLeft(process.wait(), number);
    api.release();
}

/// `check`, `status` and `undo` need no token, but the environment that they inherit may hold it.
BOOST_AUTO_TEST_CASE(commandWithoutUseForTheTokenLeavesNoCoreEither)
{
    const std::string fifo = path("fifo.csv").string();
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    Process process(mayDump(command({"check", "fifo.csv"})));
    int writer = -1;
    while ((writer = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
        // Nobody reads yet.
        BOOST_REQUIRE(process.collect(std::chrono::milliseconds{1}));
    }
    process.signal(SIGABRT);
    checkNothingLeft(process.wait(), SIGABRT);
    ::close(writer);
}

BOOST_AUTO_TEST_SUITE_END()
