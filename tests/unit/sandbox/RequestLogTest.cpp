#include "RequestLog.h"

#include "TempDir.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
using oauth_batch::Instant;
using sandbox::LogEntry;

namespace {

LogEntry someEntry()
{
    LogEntry entry;
    entry.arrival = Instant(std::chrono::nanoseconds(17));
    entry.answered = Instant(std::chrono::nanoseconds(123456789012345));
    entry.connection = 3;
    entry.method = "POST";
    entry.target = "/api/managed_users/E%20/custom_oauth_profiles/1/assign";
    entry.status = 200;
    entry.effect = sandbox::Effect::applied;
    entry.inFlight = 0;
    entry.authorized = true;
    entry.quota = sandbox::QuotaUse::counted;
    return entry;
}

} // namespace

BOOST_AUTO_TEST_SUITE(RequestLogTest)

BOOST_AUTO_TEST_CASE(aLineHasElevenColumns)
{
    BOOST_TEST(sandbox::formatLogLine(someEntry()) ==
               "17\t123456789012345\t3\tPOST\t"
               "/api/managed_users/E%20/custom_oauth_profiles/1/assign\t"
               "200\t-\tapplied\t0\tyes\tcounted\n");
}

BOOST_AUTO_TEST_CASE(whatThereIsNotIsADash)
{
    LogEntry entry = someEntry();
    entry.target = "/";
    entry.status = 0;
    entry.fault = sandbox::Fault::dropAfter;
    entry.effect = sandbox::Effect::repeated;
    entry.inFlight = std::nullopt;
    entry.authorized = false;
    entry.quota = sandbox::QuotaUse::free;
    BOOST_TEST(sandbox::formatLogLine(entry) ==
               "17\t123456789012345\t3\tPOST\t/\t-\tdrop-after\trepeated\t-\tno\tfree\n");
}

BOOST_AUTO_TEST_CASE(aHostileTargetStaysInItsColumn)
{
    LogEntry entry = someEntry();
    entry.target = "/a\tb\nc\x7f\xc3\xa4";
    const std::string line = sandbox::formatLogLine(entry);
    BOOST_TEST(line.find("\t/a\\x09b\\x0Ac\\x7F\\xC3\\xA4\t") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(linesAreInTheFileAtOnceAndAppended)
{
    const oauth_batch::test::TempDir folder;
    const std::string line = sandbox::formatLogLine(someEntry());
    {
        sandbox::RequestLog log((folder / "log").string());
        log.append(someEntry());
        BOOST_TEST(oauth_batch::test::readFile(folder / "log") == line);
    }
    sandbox::RequestLog log((folder / "log").string());
    log.append(someEntry());
    BOOST_TEST(oauth_batch::test::readFile(folder / "log") == line + line);
}

BOOST_AUTO_TEST_CASE(linesOfSeveralThreadsDoNotMix)
{
    constexpr int kThreads = 4;
    constexpr int kLines = 500;
    const oauth_batch::test::TempDir folder;
    sandbox::RequestLog log((folder / "log").string());
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&log] {
                for (int n = 0; n < kLines; ++n)
                    log.append(someEntry());
            });
        }
    }
    std::string expected;
    for (int i = 0; i < kThreads * kLines; ++i)
        expected += sandbox::formatLogLine(someEntry());
    BOOST_TEST((oauth_batch::test::readFile(folder / "log") == expected));
}

BOOST_AUTO_TEST_CASE(aPlaceThatCannotBeWrittenIsRefused)
{
    try {
        sandbox::RequestLog log("/nonexistent/log");
        BOOST_ERROR("opened");
    } catch (const oauth_batch::IoError& error) {
        BOOST_TEST((error.exitCode() == oauth_batch::ExitCode::cannotCreate));
    }
}

BOOST_AUTO_TEST_CASE(aFullDiskIsAnError)
{
    sandbox::RequestLog log("/dev/full");
    BOOST_CHECK_THROW(log.append(someEntry()), oauth_batch::IoError);
}

BOOST_AUTO_TEST_SUITE_END()
