#include "oauth_batch/schedule/RetryPolicy.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <tuple>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

RetryPolicy policyWith(double random)
{
    return {1h, [random] { return random; }};
}

BOOST_AUTO_TEST_SUITE(RetryPolicyTest)

const std::vector<std::tuple<std::uint32_t, int>> kBounds = {
    {1, 2}, {2, 4}, {3, 8}, {4, 16}, {5, 32}, {6, 60}, {7, 60}, {100, 60}, {4'000'000'000U, 60}};

BOOST_DATA_TEST_CASE(delayLiesBetweenOneSecondAndABoundThatDoubles, kBounds, failures, seconds)
{
    const std::chrono::nanoseconds bound = std::chrono::seconds(seconds);
    BOOST_TEST((policyWith(0.0).delay(failures, {}) == 1s));
    BOOST_TEST((policyWith(0.5).delay(failures, {}) == (1s + bound) / 2));
    const auto longest = policyWith(0.999999).delay(failures, {});
    BOOST_TEST((longest > bound - 1ms && longest <= bound));
}

BOOST_AUTO_TEST_CASE(serverWishIsAMinimum)
{
    BOOST_TEST((policyWith(0.0).delay(1, 30s) == 30s));
    BOOST_TEST((policyWith(0.5).delay(6, 10s) == 30500ms));
    BOOST_TEST((policyWith(0.0).delay(1, 0s) == 1s));
}

BOOST_AUTO_TEST_CASE(serverWishIsCutAtMaxWait)
{
    BOOST_TEST((policyWith(0.0).delay(1, 48h) == 1h));
    const RetryPolicy impatient(2s, [] { return 0.0; });
    BOOST_TEST((impatient.delay(1, 30s) == 2s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
