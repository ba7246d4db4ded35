#include "oauth_batch/report/LatencyHistogram.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace oauth_batch;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(LatencyHistogramTest)

BOOST_AUTO_TEST_CASE(emptyHistogramIsZero)
{
    const LatencyHistogram histogram;
    BOOST_TEST(histogram.count() == 0U);
    BOOST_TEST((histogram.min() == 0ms));
    BOOST_TEST((histogram.max() == 0ms));
    BOOST_TEST((histogram.quantile(0.5) == 0ms));
}

BOOST_DATA_TEST_CASE(oneValueIsEveryQuantile,
                     data::make({0LL, 1LL, 15LL, 31LL, 32LL, 1'000LL, 45'000LL, 4'294'967'295LL}))
{
    LatencyHistogram histogram;
    histogram.record(std::chrono::milliseconds(sample));
    for (const double share : {-1.0, 0.0, 0.5, 0.95, 1.0, 2.0})
        BOOST_TEST(histogram.quantile(share).count() == sample);
    BOOST_TEST(histogram.sum().count() == sample);
}

BOOST_AUTO_TEST_CASE(quantilesOfSmallValuesAreExact)
{
    LatencyHistogram histogram;
    for (int i = 1; i <= 20; ++i)
        histogram.record(std::chrono::milliseconds(i));
    BOOST_TEST((histogram.min() == 1ms));
    BOOST_TEST((histogram.quantile(0.5) == 10ms));
    BOOST_TEST((histogram.quantile(0.95) == 19ms));
    BOOST_TEST((histogram.max() == 20ms));
    BOOST_TEST((histogram.sum() == 210ms));
}

BOOST_DATA_TEST_CASE(quantilesAreWithinAThirtySecond,
                     data::make({0.01, 0.1, 0.5, 0.9, 0.95, 0.999}))
{
    LatencyHistogram histogram;
    constexpr int kCount = 100'000;
    for (int i = 1; i <= kCount; ++i)
        histogram.record(std::chrono::milliseconds(i));
    const double exact = sample * kCount;
    const auto found = static_cast<double>(histogram.quantile(sample).count());
    BOOST_TEST(found >= exact * 31 / 32);
    BOOST_TEST(found <= exact * 33 / 32);
}

BOOST_AUTO_TEST_CASE(valuesOutsideTheRangeAreBounded)
{
    LatencyHistogram histogram;
    histogram.record(-5ms);
    histogram.record(std::chrono::milliseconds::max());
    BOOST_TEST((histogram.min() == 0ms));
    BOOST_TEST(histogram.max().count() == 4'294'967'295LL);
}

BOOST_AUTO_TEST_CASE(mergedHistogramIsThatOfAllValues)
{
    LatencyHistogram first;
    LatencyHistogram second;
    first.record(10ms);
    second.record(5ms);
    second.record(20ms);
    first.merge(second);
    first.merge(LatencyHistogram());
    BOOST_TEST(first.count() == 3U);
    BOOST_TEST((first.min() == 5ms));
    BOOST_TEST((first.quantile(0.5) == 10ms));
    BOOST_TEST((first.max() == 20ms));
}

BOOST_AUTO_TEST_SUITE_END()
