#include "oauth_batch/schedule/Rate.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(RateTest)

const std::vector<std::tuple<std::string, unsigned, int>> kRates = {
    {"60/min", 60, 60}, {"1/s", 1, 1}, {"1000000/s", 1'000'000, 1}, {"7/h", 7, 3600}};

BOOST_DATA_TEST_CASE(formsOfTheContractAreReadAndWritten, kRates, text, count, seconds)
{
    const auto rate = Rate::parse(text);
    BOOST_REQUIRE(rate.has_value());
    BOOST_TEST(rate->count == count);
    BOOST_TEST(rate->window.count() == seconds);
    BOOST_TEST(!rate->isOff());
    BOOST_TEST(rate->toString() == text);
}

const std::vector<std::string> kNoRates = {
    "",      "60",   "/min",      "0/min",     "-1/min",   "+1/min",
    "1.5/s", "60/m", "60/minute", "60 /min",   "60/min ",  "60/MIN",
    "OFF",   "none", "1e3/s",     "1000001/s", "60/min/s", "99999999999999999999/s"};

BOOST_DATA_TEST_CASE(otherTextsAreNoRates, kNoRates, text)
{
    BOOST_TEST(!Rate::parse(text).has_value());
}

BOOST_AUTO_TEST_CASE(offHasNoInterval)
{
    const auto rate = Rate::parse("off");
    BOOST_REQUIRE(rate.has_value());
    BOOST_TEST(rate->isOff());
    BOOST_TEST(rate->interval().count() == 0);
    BOOST_TEST(rate->toString() == "off");
}

BOOST_AUTO_TEST_CASE(defaultIsSixtyAMinute)
{
    BOOST_TEST(Rate{}.toString() == "60/min");
}

BOOST_DATA_TEST_CASE(intervalIsThatOf99PercentRoundedUp, kRates, text, count, seconds)
{
    const auto interval = Rate::parse(text)->interval();
    const std::int64_t window = std::int64_t{seconds} * 1'000'000'000;
    // count starts at this distance take more than the window, but less than 1.02 of it.
    BOOST_TEST(interval.count() * std::int64_t{count} * 99 >= window * 100);
    BOOST_TEST((interval.count() - 1) * std::int64_t{count} * 99 < window * 100);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
