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

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
