#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace oauth_batch::test;

namespace {

namespace fs = std::filesystem;

struct TokenFileRig : Rig
{
    TokenFileRig()
    {
        write("in.csv", assignments(1));
        environment.erase("WORKATO_API_TOKEN");
    }

    void writeToken(const std::string& text, unsigned mode) const
    {
        write("token", text);
        fs::permissions(path("token"), static_cast<fs::perms>(mode));
    }

    Arguments withFile(const std::string& file) const
    {
        return against(api.url(), {"run", "in.csv", "--token-file=" + file});
    }

    void checkTaken(const std::string& file = "token") const
    {
        CHECK_EXIT(run(withFile(file)), 0);
        BOOST_TEST(api.requests().at(0).headers.at("authorization") ==
                   "Bearer " + std::string(kToken));
    }

    /// With a reason that names the file, and before anything else happens.
    void checkRefused(const std::string& says, const std::string& file = "token") const
    {
        const Ended ended = run(withFile(file));
        CHECK_EXIT(ended, 78);
        CHECK_SAYS(ended.err, file + ".*" + says);
        BOOST_TEST(!contains(ended.all(), kToken));
        BOOST_TEST(api.connections() == 0U);
        BOOST_TEST(!exists("in.results.csv"));
        BOOST_TEST(!exists("in.results.csv.journal"));
    }

    void makeFifo(unsigned mode) const
    {
        BOOST_REQUIRE(::mkfifo(path("token").c_str(), mode) == 0);
        fs::permissions(path("token"), static_cast<fs::perms>(mode)); // whatever the umask is
    }

    /// Blocks until the program reads it.
    int openFifo(Process& reader) const
    {
        for (;;) {
            const int writer = ::open(path("token").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
            if (writer >= 0) return writer;
            BOOST_REQUIRE_EQUAL(errno, ENXIO);
            BOOST_REQUIRE(reader.collect(std::chrono::milliseconds{1}));
        }
    }

    StubApi api;
    const std::string line = std::string(kToken) + "\n";
};

const std::vector<unsigned> kLoose = {0640, 0620, 0610, 0604, 0602, 0601, 0644,
                                      0660, 0666, 0755, 0777, 0440, 0444};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TokenFile, TokenFileRig)

BOOST_AUTO_TEST_CASE(fileOfItsOwnerOnlyIsTaken)
{
    for (const unsigned mode : {0600U, 0400U, 0700U}) {
        const TokenFileRig rig;
        rig.writeToken(rig.line, mode);
        rig.checkTaken();
    }
}

BOOST_DATA_TEST_CASE(fileThatGroupOrOthersMayUseIsRefused, boost::unit_test::data::make(kLoose),
                     mode)
{
    writeToken(line, mode);
    checkRefused("group or others.*chmod 600 ");
}

BOOST_AUTO_TEST_CASE(symlinkCountsAsTheFileThatItNames)
{
    fs::create_symlink("token", path("link"));
    writeToken(line, 0644);
    checkRefused("chmod 600", "link");
    writeToken(line, 0600);
    checkTaken("link");
}

BOOST_AUTO_TEST_CASE(whatIsNoTokenFileIsRefused)
{
    checkRefused("No such file");
    fs::create_symlink("nowhere", path("dangling"));
    checkRefused("No such file", "dangling");
    fs::create_directory(path("folder"));
    checkRefused("no regular file", "folder");
    checkRefused("no regular file", "/dev/zero");
}

BOOST_AUTO_TEST_CASE(whatIsNoTokenIsRefused)
{
    writeToken("", 0600);
    checkRefused("is empty");
    writeToken("\r\n \n", 0600);
    checkRefused("is empty");
    writeToken(line + "second\n", 0600);
    checkRefused("position");
    writeToken(std::string(kToken) + std::string(1, '\0') + "x", 0600);
    checkRefused("position");
    writeToken(std::string(5000, 'x'), 0600);
    checkRefused("4096 bytes");
    writeToken(std::string(std::size_t{8} << 20U, 'x'), 0600);
    checkRefused("64 KiB");
}

BOOST_AUTO_TEST_CASE(fifoIsReadOnceItsWriterIsThere)
{
    makeFifo(0600);
    Process process(command(withFile("token")));
    const int writer = openFifo(process);
    for (const std::string& part : {line.substr(0, 10), line.substr(10)})
        BOOST_TEST(::write(writer, part.data(), part.size()) == static_cast<ssize_t>(part.size()));
    ::close(writer);
    CHECK_EXIT(process.wait(), 0);
    BOOST_TEST(api.requests().at(0).headers.at("authorization") == "Bearer " + std::string(kToken));
}

BOOST_AUTO_TEST_CASE(fifoThatOthersMayReadIsRefused)
{
    makeFifo(0644);
    checkRefused("chmod 600");
}

BOOST_AUTO_TEST_CASE(waitForAWriterEndsWithASignal)
{
    makeFifo(0600);
    Process process(command(withFile("token")));
    const int writer = openFifo(process); // It waits, and nothing comes.
    process.signal(SIGTERM);
    CHECK_EXIT(process.wait(), 143);
    ::close(writer);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(variableBesideATokenFileIsWipedToo)
{
    api.hold();
    environment["WORKATO_API_TOKEN"] = "other-" + std::string(kToken);
    writeToken(line, 0600);
    Process process(command(withFile("token")));
    api.waitForRequests(1);
    const std::string proc = "/proc/" + std::to_string(process.pid()) + "/";
    BOOST_TEST(!contains(readFile(proc + "cmdline"), kToken));
    // Only root may look, and sees nothing.
    if (::geteuid() == 0) BOOST_TEST(!contains(readFile(proc + "environ"), kToken));
    api.release();
    CHECK_EXIT(process.wait(), 0);
}

BOOST_AUTO_TEST_SUITE_END()
