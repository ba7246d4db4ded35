#include "oauth_batch/schedule/OutageBreaker.h"

#include <boost/test/unit_test.hpp>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);
constexpr bool kCounts = true;
constexpr bool kCountsNot = false;
constexpr bool kProbe = true;
constexpr bool kNoProbe = false;

void failTimes(OutageBreaker& breaker, int times)
{
    for (int i = 0; i < times; ++i)
        breaker.failed(kCounts, kNoProbe, kStart);
}

BOOST_AUTO_TEST_SUITE(OutageBreakerTest)

BOOST_AUTO_TEST_CASE(opensAtTheFifthFailureInARow)
{
    OutageBreaker breaker(15min);
    failTimes(breaker, 4);
    BOOST_TEST(!breaker.isOpen());
    BOOST_TEST((breaker.deadline() == Instant::max()));
    failTimes(breaker, 1);
    BOOST_TEST(breaker.isOpen());
    BOOST_TEST((breaker.until() == kStart + 5s));
    BOOST_TEST((breaker.deadline() == kStart + 15min));
}

BOOST_AUTO_TEST_CASE(anyAnswerBreaksTheRow)
{
    OutageBreaker breaker(15min);
    failTimes(breaker, 4);
    breaker.answered();
    failTimes(breaker, 4);
    BOOST_TEST(!breaker.isOpen());
}

BOOST_AUTO_TEST_CASE(failuresThatDoNotCountNeitherAddNorBreakTheRow)
{
    OutageBreaker breaker(15min);
    failTimes(breaker, 4);
    for (int i = 0; i < 10; ++i)
        breaker.failed(kCountsNot, kNoProbe, kStart);
    BOOST_TEST(!breaker.isOpen());
    failTimes(breaker, 1);
    BOOST_TEST(breaker.isOpen());
}

BOOST_AUTO_TEST_CASE(probesGoOutWithGrowingPausesUntilAnAnswer)
{
    OutageBreaker breaker(15min);
    failTimes(breaker, 5);
    breaker.failed(kCounts, kNoProbe, kStart + 4s); // was on its way
    BOOST_TEST((breaker.until() == kStart + 5s));
    Instant now = breaker.until();
    for (const auto pause : {10s, 20s, 40s, 60s, 60s}) {
        breaker.failed(kCountsNot, kProbe, now);
        BOOST_TEST((breaker.until() == now + pause));
        now = breaker.until();
    }
    BOOST_TEST((breaker.deadline() == kStart + 15min)); // counts from the beginning
    breaker.answered();
    BOOST_TEST(!breaker.isOpen());
    failTimes(breaker, 5);
    BOOST_TEST((breaker.until() == kStart + 5s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
