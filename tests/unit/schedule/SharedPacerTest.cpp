#include "oauth_batch/schedule/SharedPacer.h"

#include "TempDir.h"

#include "oauth_batch/base/Error.h"

#include <Poco/Checksum.h>
#include <Poco/NumberFormatter.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr Instant kStart = Instant(1000s);
constexpr const char* kBoot = "11111111-2222-3333-4444-555555555555";
constexpr const char* kOtherBoot = "99999999-2222-3333-4444-555555555555";

struct Folder
{
    std::string read() const { return test::readFile(file); }
    void write(const std::string& bytes) const { test::writeFile(file, bytes); }

    const test::TempDir folder;
    const fs::path path = folder.path();
    const std::string file = (path / "quota").string();
};

unsigned modeOf(const fs::path& path)
{
    struct stat found = {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &found), 0);
    return found.st_mode & 0777U;
}

/// A record after one start at kStart.
std::string recordAfterStart(const Folder& folder)
{
    fs::remove(folder.file);
    SharedPacer pacer(folder.file, 1s, kBoot);
    pacer.reserve(kStart);
    return folder.read();
}

BOOST_FIXTURE_TEST_SUITE(SharedPacerTest, Folder)

BOOST_AUTO_TEST_CASE(startsAreEvenlySpacedFromTheFirstOn)
{
    SharedPacer pacer(file, 1s, kBoot);
    BOOST_TEST((pacer.reserve(kStart) == kStart));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 1s));
    BOOST_TEST((pacer.reserve(kStart + 60s) == kStart + 60s));
    BOOST_TEST((pacer.reserve(kStart + 60s) == kStart + 61s));
}

BOOST_AUTO_TEST_CASE(theNextRunGoesOnWhereTheLastOneEnded)
{
    {
        SharedPacer pacer(file, 1s, kBoot);
        pacer.reserve(kStart);
    }
    SharedPacer pacer(file, 1s, kBoot);
    BOOST_TEST((pacer.reserve(kStart + 10ms) == kStart + 1s));
}

BOOST_AUTO_TEST_CASE(aLateStartOfOneProcessPutsOffTheSlotsOfAll)
{
    SharedPacer one(file, Pace(1s, 60), kBoot);
    SharedPacer two(file, Pace(1s, 60), kBoot);
    const Instant slot = one.reserve(kStart);
    BOOST_TEST((two.reserve(kStart) == kStart + 1s));
    BOOST_TEST(one.mayStart(slot, kStart + 760ms)); // 60 ms are tolerated
    BOOST_TEST((two.reserve(kStart) == kStart + 2s + 700ms));
    BOOST_TEST((one.reserve(kStart) == kStart + 3s + 700ms));
    fs::remove(file); // it remembers by itself too
    BOOST_TEST(one.mayStart(kStart + 3s + 700ms, kStart + 5s));
    BOOST_TEST((one.reserve(kStart) == kStart + 5940ms));
}

BOOST_AUTO_TEST_CASE(aStartOnTimeWritesNothing)
{
    SharedPacer pacer(file, Pace(1s, 60), kBoot);
    const Instant slot = pacer.reserve(kStart);
    const std::string record = read();
    BOOST_TEST(pacer.mayStart(slot, slot + 60ms));
    BOOST_TEST(read() == record);
    BOOST_TEST(pacer.mayStart(slot, slot + 61ms));
    BOOST_TEST(read() != record);
}

BOOST_AUTO_TEST_CASE(slotsAndPausesAreSharedByAllThatNameTheFile)
{
    SharedPacer one(file, 1s, kBoot);
    SharedPacer two(file, 1s, kBoot);
    BOOST_TEST((one.reserve(kStart) == kStart));
    BOOST_TEST((two.reserve(kStart) == kStart + 1s));
    BOOST_TEST((one.reserve(kStart) == kStart + 2s));
    two.pauseUntil(kStart + 30s);
    BOOST_TEST((one.pausedUntil() == kStart + 30s));
    one.pauseUntil(kStart + 20s); // never shortens
    BOOST_TEST((two.pausedUntil() == kStart + 30s));
    BOOST_TEST((one.reserve(kStart) == kStart + 30s));
    BOOST_TEST((two.reserve(kStart) == kStart + 31s));
}

BOOST_AUTO_TEST_CASE(aPauseBeforeAnyStartIsNoStart)
{
    SharedPacer pacer(file, 10s, kBoot);
    BOOST_TEST((pacer.pausedUntil() == Instant::min()));
    pacer.pauseUntil(kStart + 5s);
    BOOST_TEST((pacer.reserve(kStart) == kStart + 5s));
}

BOOST_AUTO_TEST_CASE(eachKeepsItsOwnIntervalAfterTheLatestStart)
{
    SharedPacer quick(file, 1s, kBoot);
    SharedPacer slow(file, 10s, kBoot);
    BOOST_TEST((quick.reserve(kStart) == kStart));
    BOOST_TEST((slow.reserve(kStart) == kStart + 10s));
    BOOST_TEST((quick.reserve(kStart) == kStart + 11s));
}

BOOST_AUTO_TEST_CASE(fileAndFoldersAreForTheOwnerOnly)
{
    const fs::path deep = path / "a" / "b" / "quota";
    SharedPacer pacer(deep.string(), 1s, kBoot);
    BOOST_TEST(modeOf(deep) == 0600U);
    BOOST_TEST(modeOf(path / "a" / "b") == 0700U);
    BOOST_TEST(modeOf(path / "a") == 0700U);
}

BOOST_AUTO_TEST_CASE(afterAnotherBootAStartCountsAsJustMade)
{
    recordAfterStart(*this);
    SharedPacer before(file, 1s, kBoot);
    before.pauseUntil(kStart + 3600s);
    SharedPacer after(file, 1s, kOtherBoot);
    BOOST_TEST((after.reserve(Instant(7s)) == Instant(8s)));
    BOOST_TEST((after.reserve(Instant(7s)) == Instant(9s)));
    SharedPacer again(file, 1s, kOtherBoot);
    BOOST_TEST((again.reserve(Instant(7s)) == Instant(10s)));
}

BOOST_AUTO_TEST_CASE(damageInAnyByteCountsAsAStartJustMade)
{
    const std::string record = recordAfterStart(*this);
    const Instant now = kStart + 500ms;
    for (std::size_t at = 0; at < record.size(); ++at) {
        for (const int flip : {1, 0x20, 0x80}) {
            std::string damaged = record;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            write(damaged);
            SharedPacer pacer(file, 1s, kBoot);
            BOOST_REQUIRE_MESSAGE(pacer.reserve(now) == now + 1s, "byte " << at);
            BOOST_REQUIRE((pacer.reserve(now) == now + 2s));
            // It is whole again.
            SharedPacer other(file, 1s, kBoot);
            BOOST_REQUIRE((other.reserve(now) == now + 3s));
        }
    }
}

BOOST_AUTO_TEST_CASE(truncationAtAnyByteCountsAsAStartJustMade)
{
    const std::string record = recordAfterStart(*this);
    const Instant now = kStart + 500ms;
    for (std::size_t size = 0; size < record.size(); ++size) {
        write(record.substr(0, size));
        SharedPacer pacer(file, 1s, kBoot);
        BOOST_REQUIRE_MESSAGE(pacer.reserve(now) == now + 1s, "size " << size);
        BOOST_REQUIRE_EQUAL(read().size(), record.size());
    }
}

BOOST_AUTO_TEST_CASE(surplusBytesAndZerosAreDamageToo)
{
    const std::string record = recordAfterStart(*this);
    const Instant now = kStart + 500ms;
    for (const std::string& bytes :
         {record + "x", record + record, std::string(record.size(), '\0')}) {
        write(bytes);
        SharedPacer pacer(file, 1s, kBoot);
        BOOST_TEST((pacer.reserve(now) == now + 1s));
        BOOST_TEST(read().size() == record.size());
    }
}

BOOST_AUTO_TEST_CASE(damageDoesNotMakeAPacerForgetItsOwnSlotsAndPauses)
{
    SharedPacer pacer(file, 1s, kBoot);
    for (int i = 0; i < 5; ++i)
        pacer.reserve(kStart);
    pacer.pauseUntil(kStart + 2s);
    write("");
    BOOST_TEST((pacer.reserve(kStart) == kStart + 5s));
    write("");
    BOOST_TEST((pacer.pausedUntil() == kStart + 2s));
}

BOOST_AUTO_TEST_CASE(timesTooFarAheadAreDamage)
{
    {
        SharedPacer pacer(file, 1s, kBoot);
        pacer.reserve(kStart + 30 * 24h); // a clock that ran ahead
    }
    SharedPacer pacer(file, 1s, kBoot);
    BOOST_TEST((pacer.reserve(kStart) == kStart + 1s));
    pacer.pauseUntil(kStart + 30 * 24h);
    SharedPacer other(file, 1s, kBoot);
    BOOST_TEST((other.reserve(kStart) == kStart + 1s));
}

// Under UndefinedBehaviorSanitizer this finds arithmetic with the interval before it is judged.
BOOST_AUTO_TEST_CASE(anIntervalLongerThanAnyRateHasIsDamage)
{
    std::string record = recordAfterStart(*this);
    const std::size_t checksumAt = record.size() - 9;
    record.replace(checksumAt - 17, 16, "7fffffffffffffff");
    Poco::Checksum checksum(Poco::Checksum::TYPE_CRC32);
    checksum.update(record.substr(0, checksumAt - 1));
    record.replace(checksumAt, 8,
                   Poco::NumberFormatter::formatHex(std::uint64_t{checksum.checksum()}, 8));
    std::transform(record.begin(), record.end(), record.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    write(record);
    SharedPacer pacer(file, 1s, kBoot);
    BOOST_TEST((pacer.reserve(kStart + 1min) == kStart + 1min + 1s));
}

BOOST_AUTO_TEST_CASE(manySlotsAheadAreNoDamage)
{
    SharedPacer pacer(file, 1h, kBoot);
    for (int i = 0; i < 300; ++i)
        pacer.reserve(kStart);
    SharedPacer other(file, 1h, kBoot);
    BOOST_TEST((other.reserve(kStart) == kStart + 300h));
}

BOOST_AUTO_TEST_CASE(aRemovedOrReplacedFileIsNoticed)
{
    SharedPacer pacer(file, 1s, kBoot);
    pacer.reserve(kStart);
    fs::remove(file);
    BOOST_TEST((pacer.reserve(kStart) == kStart + 1s));
    SharedPacer other(file, 1s, kBoot);
    BOOST_TEST((other.reserve(kStart) == kStart + 2s));
    fs::rename(file, file + ".old");
    BOOST_TEST((pacer.reserve(kStart) == kStart + 2s)); // its own last start was at 1 s
    BOOST_TEST((other.reserve(kStart) == kStart + 3s));
}

BOOST_AUTO_TEST_CASE(aFileOfAnotherKindIsRefusedAndLeftAlone)
{
    const std::string csv = "operation,managed_user_id,profile_id\nassign,1,2\n";
    write(csv);
    BOOST_CHECK_EXCEPTION(SharedPacer(file, 1s, kBoot), Error, [](const Error& error) {
        return error.exitCode() == ExitCode::dataError;
    });
    BOOST_TEST(read() == csv);
}

BOOST_AUTO_TEST_CASE(symbolicLinksFoldersAndMissingPermissionAreRefused)
{
    const auto isCannotCreate = [](const Error& error) {
        return error.exitCode() == ExitCode::cannotCreate;
    };
    fs::create_symlink(path / "target", file);
    BOOST_CHECK_EXCEPTION(SharedPacer(file, 1s, kBoot), Error, isCannotCreate);
    BOOST_TEST(!fs::exists(path / "target"));
    BOOST_CHECK_EXCEPTION(SharedPacer(path.string(), 1s, kBoot), Error, isCannotCreate);
    BOOST_CHECK_EXCEPTION(SharedPacer("/dev/null/x/quota", 1s, kBoot), Error, isCannotCreate);
    BOOST_CHECK_EXCEPTION(SharedPacer("/dev/null", 1s, kBoot), Error, isCannotCreate);
}

BOOST_AUTO_TEST_CASE(theKernelsBootIdIsUsed)
{
    BOOST_TEST(SharedPacer::currentBootId().size() == 36U);
    SharedPacer pacer(file, 1s);
    pacer.reserve(kStart);
    BOOST_TEST(read().find(SharedPacer::currentBootId()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(threadsNeverGetTheSameSlot)
{
    SharedPacer pacer(file, 1ms, kBoot);
    std::vector<std::vector<Instant>> slots(4);
    {
        std::vector<std::jthread> threads;
        for (auto& own : slots)
            threads.emplace_back([&pacer, &own] {
                for (int i = 0; i < 300; ++i) {
                    own.push_back(pacer.reserve(kStart));
                    pacer.pausedUntil();
                }
            });
    }
    std::vector<Instant> all;
    for (const auto& own : slots)
        all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i)
        BOOST_REQUIRE((all[i] == kStart + i * 1ms));
}

/// In a process of its own: reserves `count` slots and writes them to `pipe`. Never returns.
[[noreturn]] void reserveInChild(const std::string& file, int count, int pipe)
{
    SharedPacer pacer(file, 1ms, kBoot);
    for (int i = 0; i < count; ++i) {
        const auto slot = pacer.reserve(kStart).time_since_epoch().count();
        if (::write(pipe, &slot, sizeof slot) != sizeof slot) ::_exit(1);
    }
    ::_exit(0);
}

BOOST_AUTO_TEST_CASE(processesNeverGetTheSameSlot)
{
    constexpr int kProcesses = 3;
    constexpr int kSlots = 400;
    int ends[2];
    BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
        const pid_t child = ::fork();
        BOOST_REQUIRE(child >= 0);
        if (child == 0) reserveInChild(file, kSlots, ends[1]);
        children.push_back(child);
    }
    ::close(ends[1]);
    std::vector<std::int64_t> all;
    for (std::int64_t slot = 0; ::read(ends[0], &slot, sizeof slot) == sizeof slot;)
        all.push_back(slot);
    ::close(ends[0]);
    for (const pid_t child : children) {
        int status = -1;
        BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
        BOOST_TEST(status == 0);
    }
    BOOST_REQUIRE_EQUAL(all.size(), static_cast<std::size_t>(kProcesses * kSlots));
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i)
        BOOST_REQUIRE((Instant(std::chrono::nanoseconds(all[i])) == kStart + i * 1ms));
}

BOOST_AUTO_TEST_CASE(aKilledHolderLeavesNoLock)
{
    int ends[2];
    BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) reserveInChild(file, 1'000'000'000, ends[1]);
    std::int64_t slot = 0;
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(::read(ends[0], &slot, sizeof slot) == sizeof slot);
    ::kill(child, SIGKILL);
    int status = 0;
    BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
    ::close(ends[1]);
    while (true) {
        std::int64_t next = 0;
        if (::read(ends[0], &next, sizeof next) != sizeof next) break;
        slot = next;
    }
    ::close(ends[0]);
    SharedPacer pacer(file, 1ms, kBoot);
    const Instant last = Instant(std::chrono::nanoseconds(slot));
    const Instant next = pacer.reserve(kStart);
    // The slot that it had taken but could not tell of may be lost.
    BOOST_TEST((next == last + 1ms || next == last + 2ms));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
