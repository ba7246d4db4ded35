#include "oauth_batch/schedule/GcraPacer.h"

#include "oauth_batch/schedule/Rate.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);

BOOST_AUTO_TEST_SUITE(GcraPacerTest)

BOOST_AUTO_TEST_CASE(startsAreEvenlySpacedWithoutABurst)
{
    GcraPacer pacer(1s);
    BOOST_TEST((pacer.reserve(kStart) == kStart));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 1s));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 2s));
    // What was not used is not saved up.
    BOOST_TEST((pacer.reserve(kStart + 60s) == kStart + 60s));
    BOOST_TEST((pacer.reserve(kStart + 60s) == kStart + 61s));
}

BOOST_AUTO_TEST_CASE(pausesOnlyGrow)
{
    GcraPacer pacer(1s);
    BOOST_TEST((pacer.pausedUntil() == Instant::min()));
    pacer.pauseUntil(kStart + 10s);
    pacer.pauseUntil(kStart + 5s);
    BOOST_TEST((pacer.pausedUntil() == kStart + 10s));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 10s));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 11s));
}

BOOST_AUTO_TEST_CASE(withoutARateOnlyPausesHoldAnybodyUp)
{
    NoPacer pacer;
    BOOST_TEST((pacer.reserve(kStart) == kStart));
    BOOST_TEST((pacer.reserve(kStart) == kStart));
    pacer.pauseUntil(kStart + 5s);
    BOOST_TEST((pacer.reserve(kStart + 1s) == kStart + 5s));
}

BOOST_AUTO_TEST_CASE(aLateStartPutsOffWhatIsReservedAfterIt)
{
    const Pace pace(1s, 60); // of which 60 ms are tolerated
    GcraPacer pacer(pace);
    const Instant slot = pacer.reserve(kStart);
    BOOST_TEST(pacer.mayStart(slot, slot + 60ms));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 1s));
    BOOST_TEST(pacer.mayStart(kStart + 1s, kStart + 1s + 460ms));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 2s + 400ms));
}

BOOST_AUTO_TEST_CASE(aSlotIsLostOnceAWholeWindowOfLaterOnesIsReserved)
{
    GcraPacer pacer(Pace(1s, 3));
    const Instant slot = pacer.reserve(kStart);
    pacer.reserve(kStart);
    pacer.reserve(kStart);
    BOOST_TEST(pacer.mayStart(slot, kStart + 500ms)); // puts the next off to 3.497 s
    BOOST_TEST((pacer.reserve(kStart) == kStart + 3497ms));
    BOOST_TEST(!pacer.mayStart(slot, kStart + 500ms));
    BOOST_TEST((pacer.reserve(kStart) == kStart + 4497ms)); // nothing was put off for it
}

BOOST_AUTO_TEST_CASE(nothingMayStartDuringAPause)
{
    GcraPacer pacer(1s);
    const Instant slot = pacer.reserve(kStart);
    pacer.pauseUntil(kStart + 10s);
    BOOST_TEST(!pacer.mayStart(slot, kStart + 10s - 1ns));
    NoPacer free;
    free.pauseUntil(kStart + 10s);
    BOOST_TEST(!free.mayStart(slot, kStart + 10s - 1ns));
    BOOST_TEST(free.mayStart(slot, kStart + 3600s)); // nothing to be late for
}

BOOST_AUTO_TEST_CASE(threadsNeverGetTheSameSlot)
{
    GcraPacer pacer(1ms);
    std::vector<std::vector<Instant>> slots(4);
    {
        std::vector<std::jthread> threads;
        for (auto& own : slots)
            threads.emplace_back([&pacer, &own] {
                for (int i = 0; i < 500; ++i)
                    own.push_back(pacer.reserve(kStart));
            });
    }
    std::vector<Instant> all;
    for (const auto& own : slots)
        all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i)
        BOOST_REQUIRE((all[i] == kStart + i * 1ms));
}

/// Simulates workers that wake up late (a timer's tick and some load) and checks every window.
void checkWindows(const Rate& rate, std::chrono::nanoseconds tick)
{
    GcraPacer pacer(rate.interval());
    std::mt19937 random(7);
    std::uniform_int_distribution<std::int64_t> late(0, tick.count());
    std::vector<Instant> sent;
    Instant now = kStart;
    for (std::uint32_t i = 0; i < 5 * rate.count; ++i) {
        const Instant slot = pacer.reserve(now);
        sent.push_back(slot + std::chrono::nanoseconds(late(random)));
        now = std::max(now, slot - 3 * rate.interval()); // several workers reserve ahead
    }
    std::sort(sent.begin(), sent.end());
    for (std::size_t i = rate.count; i < sent.size(); ++i)
        BOOST_REQUIRE((sent[i] - sent[i - rate.count] > rate.window));
    const auto span = sent.back() - sent.front();
    BOOST_TEST(static_cast<double>(span.count()) <
               5.0 / 0.98 * static_cast<double>(std::chrono::nanoseconds(rate.window).count()));
}

BOOST_AUTO_TEST_CASE(noSlidingWindowHoldsMoreThanTheQuotaAndAtLeast98PercentAreUsed)
{
    checkWindows(Rate{60, 60s}, 500ms);
    checkWindows(Rate{1, 1s}, 9ms);
    checkWindows(Rate{1000, 1s}, 9ms);
    checkWindows(Rate{1000, 3600s}, 30s);
}

/// Processes that share a quota, each with a slot in hand, now and then stopped for a while, alone
/// or all together.
std::vector<Instant> startsOfStopped(const Rate& rate, unsigned processes, unsigned seed)
{
    GcraPacer pacer(Pace(rate.interval(), rate.count));
    std::mt19937 random(seed);
    using Times = std::vector<Instant>;
    Times slots;
    Times wakes;
    const auto lateness = [&] {
        const unsigned dice = static_cast<unsigned>(random() % 1000);
        const std::chrono::nanoseconds most = dice < 5    ? 2 * rate.window
                                              : dice < 50 ? 3 * rate.interval()
                                                          : rate.interval() / 5;
        return most * (random() % 1000) / 1000;
    };
    const auto take = [&](Instant now, std::size_t process) {
        slots[process] = pacer.reserve(now);
        wakes[process] = slots[process] + lateness();
    };
    slots.resize(processes);
    wakes.resize(processes);
    for (std::size_t process = 0; process < processes; ++process)
        take(kStart, process);
    Times sent;
    while (sent.size() < 20U * rate.count) {
        const auto first = std::min_element(wakes.begin(), wakes.end());
        const auto process = static_cast<std::size_t>(first - wakes.begin());
        const Instant now = *first;
        if (random() % 500 == 0) { // the machine stands still
            const Instant until = now + lateness() * 4;
            for (Instant& wake : wakes)
                wake = std::max(wake, until);
            continue;
        }
        if (pacer.mayStart(slots[process], now)) sent.push_back(now);
        take(now, process);
    }
    return sent;
}

BOOST_AUTO_TEST_CASE(noWindowHoldsMoreThanTheQuotaHoweverLateStartsAre)
{
    for (unsigned seed = 0; seed < 40; ++seed) {
        for (const Rate& rate : {Rate{60, 60s}, Rate{10, 1s}, Rate{1, 1s}, Rate{1000, 3600s}}) {
            const auto sent = startsOfStopped(rate, 1 + seed % 7, seed);
            for (std::size_t i = rate.count; i < sent.size(); ++i)
                BOOST_REQUIRE((sent[i] - sent[i - rate.count] > rate.window * 1009 / 1000));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
