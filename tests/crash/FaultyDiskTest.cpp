#include "Trial.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <ostream>

#include <sys/mount.h>
#include <unistd.h>

using namespace oauth_batch::test;

namespace {

constexpr std::size_t kRows = 8;
constexpr std::size_t kWorkers = 2;

/// A call that fails, and the file that it concerns.
struct FaultCase
{
    const char* call;
    const char* file;
    const char* error;
    bool quick; ///< tried even where only some of the calls are
};

std::ostream& operator<<(std::ostream& out, const FaultCase& one)
{
    return out << one.error << " at " << one.call << " of " << one.file;
}

const std::vector<FaultCase> kFaults = {
    {"write", kJournal, "ENOSPC", true},
    {"write", kJournal, "EIO", false},
    {"fdatasync", kJournal, "EIO", true},
    {"fdatasync", kJournal, "ENOSPC", false},
    {"openat", kJournal, "ENOSPC", true},
    {"openat", kJournal, "EIO", false},
    {"openat", kTemporary, "ENOSPC", false},
    {"openat", kTemporary, "EIO", false},
    {"write", kTemporary, "ENOSPC", true},
    {"write", kTemporary, "EIO", false},
    {"fsync", kTemporary, "EIO", true},
    {"fsync", kTemporary, "ENOSPC", false},
    {"rename", kTemporary, "EIO", true},
    {"rename", kTemporary, "ENOSPC", false},
    {"openat", kInputCopyTemporary, "ENOSPC", false},
    {"write", kInputCopyTemporary, "ENOSPC", true},
    {"fsync", kInputCopyTemporary, "EIO", true},
    {"rename", kInputCopyTemporary, "EIO", false},
    {"fsync", ".", "EIO", true},
    {"unlink", kJournal, "EIO", true},
};

std::vector<std::string> commandLine(const SandboxProcess& sandbox, const CrashRig& rig,
                                     const std::string& verb)
{
    return rig.against(sandbox.url(), {verb, verb == "run" ? kInput : kResults,
                                       "--workers=" + std::to_string(kWorkers)});
}

std::size_t sentSoFar(const Audit& audit)
{
    std::size_t sent = 0;
    for (const auto& [row, requests] : audit.requests())
        sent += requests.size();
    return sent;
}

/// 74, or 73 where it fails before the first request; a reason; nothing else.
void checkStopped(const Ended& ended, std::size_t sent)
{
    const bool expected = ended.exitCode == 74 || (ended.exitCode == 73 && sent == 0);
    BOOST_TEST(expected, "exit code " << ended.exitCode << " after " << sent << " requests"
                                      << describe(ended));
    BOOST_TEST(contains(ended.err, "oauth-batch: cannot "), describe(ended));
}

/// False if the command ended before it came to that call.
bool failAndContinue(Trial& trial, const FaultCase& fault, const std::string& when)
{
    const Ended ended =
        trial.disturb(fault.call, std::string("error=") + fault.error, when, fault.file);
    if (ended.exitCode == 0) {
        trial.atEnd();
        return false;
    }
    checkStopped(ended, trial.sent());
    trial.afterStop();
    trial.continueToTheEnd();
    return true;
}

/// A small memory disk, mounted over a folder as long as this lives.
class SmallDisk
{
public:
    explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder))
    {
        std::filesystem::create_directory(folder_);
        mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") == 0;
        if (!mounted_) std::cout << "skipped: mount: " << std::strerror(errno) << '\n'; // NOLINT
    }
    ~SmallDisk()
    {
        if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool mounted() const { return mounted_; }
    bool grow() const
    {
        return ::mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0;
    }

private:
    std::filesystem::path folder_;
    bool mounted_ = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(FaultyDisk)

BOOST_DATA_TEST_CASE(failedCallStopsTheCommandWhichThenContinues,
                     boost::unit_test::data::make(kTrialStages) *
                         boost::unit_test::data::make(kFaults),
                     stage, fault)
{
    if (!canTrace()) return;
    const std::size_t stride = setting("OAUTH_BATCH_CRASH_STRIDE", 6);
    if (stride > 1 && !fault.quick) return;
    const CrashRig files;
    const auto sandbox = makeTrialSandbox(stage.command, files);
    std::size_t trials = 0;
    bool failed = true;
    for (std::size_t n = 1; failed; n += n < 2 ? 1 : stride) {
        // Once, as of a disk that is fine again, and from then on.
        for (const char* more : {"", "+"}) {
            BOOST_TEST_CONTEXT("number " << n << more)
            {
                Trial trial(stage, *sandbox, ++trials);
                failed = failAndContinue(trial, fault, std::to_string(n) + more);
            }
            if (!failed) break;
        }
    }
    std::cout << stage << ", " << fault << ": " << trials - 1 << " faults" << std::endl;
}

BOOST_DATA_TEST_CASE(sizeLimitStopsTheRunWhichThenContinues,
                     boost::unit_test::data::make({0, 1, 100, 168, 180, 300, 700, 900, 1000}),
                     limit)
{
    const SandboxProcess sandbox;
    const CrashRig rig;
    const Rows rows{1, kRows};
    Audit audit(rig, sandbox, rows, kWorkers);
    rig.write(kInput, rows.input());
    const Command same = rig.program(commandLine(sandbox, rig, "run"));
    Command limited = same;
    limited.arguments.insert(limited.arguments.begin(),
                             {"/usr/bin/prlimit", "--fsize=" + std::to_string(limit)});
    const Ended ended = Process::run(limited);
    checkStopped(ended, sentSoFar(audit));
    audit.afterStop();
    CHECK_EXIT(Process::run(same), 0);
    audit.atEnd();
}

BOOST_DATA_TEST_CASE(fullMemoryDiskStopsTheRunWhichThenContinues,
                     boost::unit_test::data::make({300, 350, 2000}), count)
{
    // The journal of 300 rows fits in 64 KiB; their results beside it do not.
    const CrashRig rig;
    const SmallDisk disk(rig.path("disk"));
    if (!disk.mounted()) return;
    const SandboxProcess sandbox;
    const Rows rows{1, static_cast<std::size_t>(count)};
    rig.write(kInput, rows.input());
    Arguments arguments = commandLine(sandbox, rig, "run");
    arguments.emplace_back("--output=disk/in.results.csv");
    const Command same = rig.program(arguments);
    const Ended ended = Process::run(same);
    const std::size_t sent = sandbox.requests().size();
    BOOST_TEST(sent > 0U);
    checkStopped(ended, sent);
    BOOST_TEST(rig.exists("disk/in.results.csv.journal"));
    BOOST_TEST(!rig.exists("disk/in.results.csv"));
    // As full as before, the same once more: nothing is sent that cannot be recorded.
    CHECK_EXIT(Process::run(same), 74);
    BOOST_TEST(sandbox.requests().size() <= sent + kWorkers);
    BOOST_REQUIRE(disk.grow());
    CHECK_EXIT(Process::run(same), 0);
    BOOST_TEST(sandbox.requests().size() <= rows.count + 2 * kWorkers);
    const auto statuses = rig.table("disk/in.results.csv").column("result_status");
    BOOST_TEST(statuses.size() == rows.count);
    BOOST_TEST(std::set<std::string>(statuses.begin(), statuses.end()).size() == 1U);
    BOOST_TEST(statuses.front() == "succeeded");
}

BOOST_AUTO_TEST_CASE(placeThatCannotBeWrittenIsRefusedBeforeAnyRequest)
{
    const SandboxProcess sandbox;
    const CrashRig rig;
    rig.write(kInput, assignments(3));
    rig.write("elsewhere", "precious");
    std::filesystem::create_symlink("elsewhere", rig.path("link"));
    std::filesystem::create_symlink("elsewhere", rig.path("journal-link.journal"));
    std::filesystem::create_symlink("nowhere", rig.path("dangling"));
    std::filesystem::create_directory(rig.path("folder"));
    std::filesystem::create_directory(rig.path("journal-folder.journal"));
    for (const char* place : {"link", "journal-link", "dangling", "folder", "journal-folder",
                              "missing/out.csv", "elsewhere/out.csv", "/dev/full"}) {
        Arguments arguments = commandLine(sandbox, rig, "run");
        arguments.push_back(std::string("--output=") + place);
        const Ended ended = Process::run(rig.program(arguments));
        BOOST_TEST(ended.exitCode == 73, place << describe(ended));
    }
    BOOST_TEST(sandbox.requests().empty());
    BOOST_TEST(rig.read("elsewhere") == "precious");
    BOOST_TEST(!rig.exists("nowhere"));
}

BOOST_AUTO_TEST_CASE(symlinkAtTheTemporaryFileIsNotFollowed)
{
    const SandboxProcess sandbox;
    const CrashRig rig;
    rig.write(kInput, assignments(3));
    rig.write("elsewhere", "precious");
    std::filesystem::create_symlink("elsewhere", rig.path(kTemporary));
    const Ended ended = Process::run(rig.program(commandLine(sandbox, rig, "run")));
    CHECK_EXIT(ended, 73);
    BOOST_TEST(sandbox.requests().empty());
    BOOST_TEST(rig.read("elsewhere") == "precious");
}

BOOST_AUTO_TEST_CASE(folderWithoutWritePermissionIsRefusedBeforeAnyRequest)
{
    if (::geteuid() == 0 && !std::filesystem::exists("/usr/bin/setpriv")) return;
    const SandboxProcess sandbox;
    const CrashRig rig;
    rig.write(kInput, assignments(3));
    const auto root = rig.path("");
    std::filesystem::permissions(root, std::filesystem::perms(0555));
    std::filesystem::permissions(rig.path("state"), std::filesystem::perms(0777));
    Command command = rig.program(commandLine(sandbox, rig, "run"));
    if (::geteuid() == 0) {
        // Root may write anywhere; nobody may not.
        command.arguments.insert(command.arguments.begin(),
                                 {"/usr/bin/setpriv", "--reuid=65534", "--clear-groups"});
    }
    const Ended ended = Process::run(command);
    std::filesystem::permissions(root, std::filesystem::perms(0700));
    CHECK_EXIT(ended, 73);
    BOOST_TEST(sandbox.requests().empty());
}

BOOST_AUTO_TEST_CASE(fullStandardOutputIsSaidAndTheResultsStand)
{
    const SandboxProcess sandbox;
    const CrashRig rig;
    rig.write(kInput, assignments(3));
    Command command = rig.program(commandLine(sandbox, rig, "run"));
    command.arguments.insert(command.arguments.begin(),
                             {"/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"});
    const Ended ended = Process::run(command);
    CHECK_EXIT(ended, 74);
    BOOST_TEST(contains(ended.err, "standard output"), describe(ended));
    const auto statuses = rig.table(kResults).column("result_status");
    BOOST_TEST(std::count(statuses.begin(), statuses.end(), "succeeded") == 3);
    BOOST_TEST(!rig.exists(kJournal));
}

BOOST_AUTO_TEST_SUITE_END()
