#include "Rig.h"

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

/// The most requests that any window, half open, of this length holds.
std::size_t mostInAWindow(const Times& times, std::chrono::nanoseconds length)
{
    std::size_t most = 0;
    for (auto first = times.begin(); first != times.end(); ++first) {
        const auto end = std::lower_bound(first, times.end(), *first + length);
        most = std::max(most, static_cast<std::size_t>(end - first));
    }
    return most;
}

double perSecond(const Times& times)
{
    const std::chrono::duration<double> span = times.back() - times.front();
    return static_cast<double>(times.size() - 1) / span.count();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Pace, Rig)

BOOST_AUTO_TEST_CASE(twoHundredRowsKeepAndUseTheQuota)
{
    const StubApi api; // At 10/s: a strict sliding window of 60 per 6 s.
    write("in.csv", assignments(200));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--rate=10/s"}), 0);
    const Times times = arrivals(api);
    BOOST_REQUIRE_EQUAL(times.size(), 200U);
    BOOST_TEST_MESSAGE("at most " << mostInAWindow(times, 6s) << " in 6 s, "
                                  << perSecond(times) / 10 * 100 << " % of the rate used");
    BOOST_TEST(mostInAWindow(times, 6s) <= 60U);
    BOOST_TEST(perSecond(times) >= 9.8);
}

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
