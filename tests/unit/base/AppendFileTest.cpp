#include "oauth_batch/base/AppendFile.h"

#include "MemoryAppendFile.h"
#include "TempDir.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace fs = std::filesystem;

namespace {

auto exitsWith(ExitCode code)
{
    return [code](const Error& error) { return error.exitCode() == code; };
}

/// Lets no file of this process grow beyond `bytes`, for one test case.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        oldHandler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, oldHandler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit old_{};
    void (*oldHandler_)(int) = nullptr;
};

} // namespace

BOOST_AUTO_TEST_SUITE(AppendFileTest)

BOOST_AUTO_TEST_CASE(createdFileIsForItsOwnerOnly)
{
    const TempDir dir;
    const mode_t umaskBefore = ::umask(0);
    const auto file = PosixAppendFile::create((dir / "a").string());
    ::umask(umaskBefore);
    struct stat status = {};
    BOOST_REQUIRE(::stat((dir / "a").c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777U) == 0600U);
}

BOOST_AUTO_TEST_CASE(appendedBytesReachTheFileWithFlush)
{
    const TempDir dir;
    auto file = PosixAppendFile::create((dir / "a").string());
    file.append("one ");
    file.append("two");
    BOOST_TEST(file.size() == 7U);
    BOOST_TEST(readFile(dir / "a").empty());
    file.flush();
    BOOST_TEST(readFile(dir / "a") == "one two");
    file.sync();
    BOOST_TEST(file.size() == 7U);
}

BOOST_AUTO_TEST_CASE(existingFileIsContinuedAtItsEnd)
{
    const TempDir dir;
    writeFile(dir / "a", "old ");
    auto file = PosixAppendFile::openExisting((dir / "a").string());
    BOOST_TEST(file.size() == 4U);
    file.append("new");
    file.flush();
    BOOST_TEST(readFile(dir / "a") == "old new");
}

BOOST_AUTO_TEST_CASE(truncateToCutsTheTailAndGoesOnThere)
{
    const TempDir dir;
    writeFile(dir / "a", "whole\ntor");
    auto file = PosixAppendFile::openExisting((dir / "a").string());
    file.truncateTo(6);
    BOOST_TEST(file.size() == 6U);
    file.append("next\n");
    file.flush();
    BOOST_TEST(readFile(dir / "a") == "whole\nnext\n");
}

BOOST_AUTO_TEST_CASE(createRefusesWhatIsThere)
{
    const TempDir dir;
    writeFile(dir / "file", "precious");
    fs::create_symlink("file", dir / "link");
    fs::create_symlink("nowhere", dir / "dangling");
    fs::create_directory(dir / "folder");
    for (const char* name : {"file", "link", "dangling", "folder"}) {
        BOOST_TEST_CONTEXT(name)
        BOOST_CHECK_EXCEPTION(PosixAppendFile::create((dir / name).string()), Error,
                              exitsWith(ExitCode::cannotCreate));
    }
    BOOST_TEST(readFile(dir / "file") == "precious");
    BOOST_TEST(!fs::exists(dir / "nowhere"));
}

BOOST_AUTO_TEST_CASE(createInAMissingFolderCannotCreate)
{
    const TempDir dir;
    BOOST_CHECK_EXCEPTION(PosixAppendFile::create((dir / "no" / "a").string()), Error,
                          exitsWith(ExitCode::cannotCreate));
}

BOOST_AUTO_TEST_CASE(openExistingRefusesWhatIsNoRegularFile)
{
    const TempDir dir;
    writeFile(dir / "file", "");
    fs::create_symlink("file", dir / "link");
    BOOST_REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    for (const char* name : {"link", "fifo"}) {
        BOOST_TEST_CONTEXT(name)
        BOOST_CHECK_EXCEPTION(PosixAppendFile::openExisting((dir / name).string()), Error,
                              exitsWith(ExitCode::cannotCreate));
    }
    BOOST_CHECK_EXCEPTION(PosixAppendFile::openExisting((dir / "missing").string()), Error,
                          exitsWith(ExitCode::ioError));
}

BOOST_AUTO_TEST_CASE(symbolicLinkIsNamedInTheMessage)
{
    const TempDir dir;
    fs::create_symlink("nowhere", dir / "link");
    const std::string path = (dir / "link").string();
    BOOST_CHECK_EXCEPTION(PosixAppendFile::openExisting(path), Error, [&](const Error& error) {
        const std::string message = error.what();
        return message.find(path) != std::string::npos &&
               message.find("symbolic link") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(shortWriteIsContinuedUntilTheSystemRefuses)
{
    const TempDir dir;
    auto file = PosixAppendFile::create((dir / "a").string());
    const FileSizeLimit limit(10);
    file.append("0123456789abcdef");
    // The system takes 10 bytes at first: a short write, not an error.
    BOOST_CHECK_EXCEPTION(file.flush(), IoError,
                          [](const IoError& error) { return error.errnoValue() == EFBIG; });
    BOOST_TEST(readFile(dir / "a") == "0123456789");
}

BOOST_AUTO_TEST_CASE(afterAFailedWriteEveryCallFailsTheSameWay)
{
    const TempDir dir;
    auto file = PosixAppendFile::create((dir / "a").string());
    {
        const FileSizeLimit limit(4);
        file.append("too long");
        BOOST_CHECK_THROW(file.flush(), IoError);
    }
    const auto same = [](const IoError& error) {
        return error.errnoValue() == EFBIG && error.exitCode() == ExitCode::ioError;
    };
    BOOST_CHECK_EXCEPTION(file.append("x"), IoError, same);
    BOOST_CHECK_EXCEPTION(file.flush(), IoError, same);
    BOOST_CHECK_EXCEPTION(file.sync(), IoError, same);
    BOOST_CHECK_EXCEPTION(file.truncateTo(0), IoError, same);
    BOOST_TEST(readFile(dir / "a") == "too ");
}

BOOST_AUTO_TEST_CASE(fullDiskNamesFileAndReason)
{
    PosixAppendFile file(UniqueFd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), "/dev/full");
    file.append("x");
    BOOST_CHECK_EXCEPTION(file.flush(), IoError, [](const IoError& error) {
        return std::string(error.what()) == "cannot write /dev/full: No space left on device";
    });
}

BOOST_AUTO_TEST_CASE(failedSyncIsNotTriedAgain)
{
    // A pipe cannot be synced: EINVAL.
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe(ends.data()) == 0);
    const UniqueFd readEnd(ends[0]);
    PosixAppendFile file(UniqueFd(ends[1]), "pipe");
    BOOST_CHECK_THROW(file.sync(), IoError);
    BOOST_CHECK_THROW(file.append("x"), IoError);
    BOOST_CHECK_THROW(file.flush(), IoError);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(MemoryAppendFileTest)

BOOST_AUTO_TEST_CASE(keepsApartWhatSurvivesADeathAndAPowerCut)
{
    MemoryAppendFile file("x");
    file.append("ab");
    BOOST_TEST(file.afterKill() == "x");
    file.flush();
    BOOST_TEST(file.afterKill() == "xab");
    BOOST_TEST(file.afterPowerCut() == "x");
    BOOST_TEST(file.afterPowerCut(1) == "xa");
    file.sync();
    BOOST_TEST(file.afterPowerCut() == "xab");
}

BOOST_AUTO_TEST_CASE(failsTheCallItWasToldToAndEveryLaterOne)
{
    MemoryAppendFile file;
    file.failFlush(2, ENOSPC, 1);
    file.append("ab");
    file.flush();
    file.append("cd");
    BOOST_CHECK_THROW(file.flush(), IoError);
    BOOST_CHECK_THROW(file.append("e"), IoError);
    BOOST_TEST(file.afterKill() == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
