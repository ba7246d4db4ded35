#include "oauth_batch/report/RateMeter.h"

#include <boost/test/tools/floating_point_comparison.hpp>
#include <boost/test/unit_test.hpp>

using namespace oauth_batch;
using namespace std::chrono_literals;

namespace {

const Instant kStart{100h};

} // namespace

BOOST_AUTO_TEST_SUITE(RateMeterTest)

BOOST_AUTO_TEST_CASE(nothingIsKnownInTheFirstSeconds)
{
    RateMeter meter;
    BOOST_TEST(!meter.perMinute().has_value());
    meter.sample(kStart, 0);
    BOOST_TEST(!meter.perMinute().has_value());
    meter.sample(kStart + 4999ms, 100);
    BOOST_TEST(!meter.perMinute().has_value());
}

BOOST_AUTO_TEST_CASE(earlyRateIsThatSinceTheStart)
{
    RateMeter meter;
    meter.sample(kStart, 7);
    meter.sample(kStart + 10s, 17);
    BOOST_TEST(meter.perMinute().value() == 60.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(rateIsThatOfTheLastMinute)
{
    RateMeter meter;
    std::uint64_t requests = 0;
    Instant now = kStart;
    for (; now < kStart + 600s; now += 200ms)
        meter.sample(now, requests += 10);
    BOOST_TEST(meter.perMinute().value() == 3000.0, boost::test_tools::tolerance(0.01));
    for (const Instant pauseEnd = now + 61s; now < pauseEnd; now += 200ms)
        meter.sample(now, requests);
    BOOST_TEST(meter.perMinute().value() == 0.0);
}

BOOST_AUTO_TEST_CASE(gapLongerThanTheWindowIsAveraged)
{
    RateMeter meter;
    meter.sample(kStart, 0);
    meter.sample(kStart + 10min, 600);
    BOOST_TEST(meter.perMinute().value() == 60.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
