#include "Trial.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <iostream>

using namespace oauth_batch::test;

namespace {

const std::vector<std::string> kCalls = {"write",  "pwrite64",  "fdatasync", "fsync",
                                         "rename", "renameat",  "unlink",    "openat",
                                         "sendto", "ftruncate", "flock",     "fcntl"};

struct Figures
{
    std::size_t trials = 0;
    std::size_t kills = 0;
    std::size_t repeats = 0;
};

/// False if the command ended before it came to that call.
bool killAndContinue(Trial& trial, const std::string& call, std::size_t n)
{
    const Ended ended = trial.disturb(call, "signal=SIGKILL", std::to_string(n));
    if (ended.signal != SIGKILL) {
        CHECK_EXIT(ended, 0);
        trial.atEnd();
        return false;
    }
    trial.afterStop();
    trial.continueToTheEnd();
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(CrashAtSystemCall)

BOOST_DATA_TEST_CASE(killAtAnyCallIsContinued, boost::unit_test::data::make(kTrialStages), stage)
{
    if (!canTrace()) return;
    const CrashRig files;
    const auto sandbox = makeTrialSandbox(stage.command, files);
    const std::size_t stride = setting("OAUTH_BATCH_CRASH_STRIDE", 3);
    Figures figures;
    for (std::size_t i = 0; i < kCalls.size(); ++i) {
        // Each call begins elsewhere, so that a stride does not always leave out the same.
        bool killed = true;
        for (std::size_t n = 1 + i % stride; killed; n += stride) {
            BOOST_TEST_CONTEXT(kCalls[i] << " number " << n)
            {
                Trial trial(stage, *sandbox, ++figures.trials);
                killed = killAndContinue(trial, kCalls[i], n);
                figures.kills += killed ? 1 : 0;
                figures.repeats += trial.repeats();
            }
        }
    }
    std::cout << stage << ": " << figures.kills << " kills, " << figures.repeats
              << " rows sent twice" << std::endl;
    BOOST_TEST(figures.kills > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
