#include "Rig.h"
#include "Timing.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

using Times = std::vector<std::chrono::steady_clock::time_point>;

Times arrivals(const StubApi& api)
{
    Times times;
    for (const StubRequest& request : api.requests())
        times.push_back(request.arrival);
    std::sort(times.begin(), times.end());
    return times;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Pace, Rig)

BOOST_AUTO_TEST_CASE(retriesAreWithinTheQuotaToo)
{
    const StubApi api([](const StubRequest& request) {
        return request.number % 3 == 0 ? Reply::status(503) : Reply::success();
    });
    write("in.csv", assignments(40));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=20/s", "--max-attempts=20"}), 0);
    const Times times = arrivals(api);
    BOOST_TEST(times.size() > 40U);
    BOOST_TEST(mostInAWindow(times, 3s) <= 60U);
}

BOOST_AUTO_TEST_CASE(startsAreEvenlySpacedWithoutABurst)
{
    const StubApi api;
    write("in.csv", assignments(12));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=5/s"}), 0);
    const Times times = arrivals(api);
    BOOST_REQUIRE_EQUAL(times.size(), 12U);
    for (std::size_t i = 1; i < times.size(); ++i) {
        BOOST_TEST((times[i] - times[i - 1] > 150ms)); // 202 ms but for the way
    }
}

BOOST_AUTO_TEST_CASE(slowRateKeepsFewConnectionsWarm)
{
    const StubApi api;
    write("in.csv", assignments(20));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=20/s", "--workers=8"}), 0);
    BOOST_TEST(api.connections() <=
               4U); // Half the workers is few, whatever the machine is busy with.
}

BOOST_AUTO_TEST_SUITE_END()
