#include "oauth_batch/base/FileLock.h"

#include "LockHolderProcess.h"
#include "TempDir.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <unistd.h>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace fs = std::filesystem;

namespace {

struct Fixture
{
    TempDir dir;
    std::string path = (dir / "journal").string();

    /// In a child: locks the file and keeps the lock, then does `more`.
    std::function<void()> holding(const std::function<void()>& more = [] {}) const
    {
        return [this, more] {
            auto result = FileLock::openLocked(path);
            std::get<UniqueFd>(result).release();
            more();
        };
    }
};

bool isLocked(const std::variant<UniqueFd, FileLock::Holder>& result)
{
    return std::holds_alternative<UniqueFd>(result);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(FileLockTest, Fixture)

BOOST_AUTO_TEST_CASE(freeFileIsCreatedAndLocked)
{
    const auto result = FileLock::openLocked(path);
    BOOST_REQUIRE(isLocked(result));
    BOOST_TEST(fs::file_size(path) == 0U);
    BOOST_TEST(
        (fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(secondProcessLearnsTheHoldersId)
{
    const LockHolderProcess holder(holding());
    const auto result = FileLock::openLocked(path);
    BOOST_REQUIRE(!isLocked(result));
    BOOST_REQUIRE(std::get<FileLock::Holder>(result).pid.has_value());
    BOOST_TEST(*std::get<FileLock::Holder>(result).pid == holder.pid());
}

BOOST_AUTO_TEST_CASE(lockEndsWithAKilledProcess)
{
    LockHolderProcess holder(holding());
    BOOST_TEST(!isLocked(FileLock::openLocked(path)));
    holder.kill();
    BOOST_TEST(isLocked(FileLock::openLocked(path)));
}

BOOST_AUTO_TEST_CASE(lockEndsWithTheDescriptor)
{
    {
        const auto result = FileLock::openLocked(path);
        BOOST_REQUIRE(isLocked(result));
    }
    const LockHolderProcess holder(holding());
    BOOST_TEST(!isLocked(FileLock::openLocked(path)));
}

BOOST_AUTO_TEST_CASE(lockSurvivesTheClosingOfAnotherDescriptor)
{
    const LockHolderProcess holder(
        holding([this] { ::close(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }));
    const auto result = FileLock::openLocked(path);
    BOOST_REQUIRE(!isLocked(result));
    BOOST_TEST(!std::get<FileLock::Holder>(result).pid.has_value());
    BOOST_TEST(FileLock::holderOf(path).has_value());
}

BOOST_AUTO_TEST_CASE(failedTryLeavesTheHoldersIdReadable)
{
    const LockHolderProcess holder(holding());
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!isLocked(FileLock::openLocked(path)));
    BOOST_TEST(FileLock::holderOf(path).value().pid.value() == holder.pid());
}

BOOST_AUTO_TEST_CASE(lookingAtALockTakesNothing)
{
    const auto result = FileLock::openLocked(path);
    BOOST_REQUIRE(isLocked(result));
    const LockHolderProcess looker([this] {
        if (!FileLock::holderOf(path)) throw std::runtime_error("not seen as locked");
        const UniqueFd own(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (FileLock::holderOf(own.get())->pid != ::getppid()) throw std::runtime_error("pid");
    });
    BOOST_TEST(!FileLock::holderOf(std::get<UniqueFd>(result).get()).has_value());
}

BOOST_AUTO_TEST_CASE(freeOrMissingFileHasNoHolder)
{
    BOOST_TEST(!FileLock::holderOf(path).has_value());
    writeFile(path, "");
    BOOST_TEST(!FileLock::holderOf(path).has_value());
    BOOST_TEST(isLocked(FileLock::openLocked(path)));
}

BOOST_AUTO_TEST_CASE(removedFileIsNotTheOneWithItsName)
{
    const UniqueFd old(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    BOOST_TEST(FileLock::isFileAt(old.get(), path));
    fs::remove(path);
    BOOST_TEST(!FileLock::isFileAt(old.get(), path));
    writeFile(path, "");
    BOOST_TEST(!FileLock::isFileAt(old.get(), path));
}

BOOST_AUTO_TEST_CASE(lockOnARemovedFileDoesNotBindTheNextOne)
{
    const LockHolderProcess holder(holding([this] { fs::remove(path); }));
    BOOST_TEST(isLocked(FileLock::openLocked(path)));
}

BOOST_AUTO_TEST_CASE(lockIsAlwaysOnTheFileThatHasTheName)
{
    const LockHolderProcess rival([] {},
                                  [this] {
                                      const auto result = FileLock::openLocked(path);
                                      if (isLocked(result)) fs::remove(path);
                                  });
    int locked = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto result = FileLock::openLocked(path);
        if (!isLocked(result)) continue;
        ++locked;
        BOOST_REQUIRE(FileLock::isFileAt(std::get<UniqueFd>(result).get(), path));
    }
    BOOST_TEST(locked > 0);
}

BOOST_AUTO_TEST_CASE(symbolicLinkAndFolderAreRefused)
{
    const auto cannotCreate = [](const Error& error) {
        return error.exitCode() == ExitCode::cannotCreate;
    };
    fs::create_symlink("nowhere", path);
    BOOST_CHECK_EXCEPTION(FileLock::openLocked(path), Error, cannotCreate);
    BOOST_CHECK_EXCEPTION(FileLock::holderOf(path), Error, cannotCreate);
    fs::remove(path);
    fs::create_directory(path);
    BOOST_CHECK_EXCEPTION(FileLock::openLocked(path), Error, cannotCreate);
    BOOST_TEST(!fs::exists(dir / "nowhere"));
}

BOOST_AUTO_TEST_SUITE_END()
