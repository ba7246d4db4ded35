#include "oauth_batch/schedule/WaitingRows.h"

#include <boost/test/unit_test.hpp>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);

BOOST_AUTO_TEST_SUITE(WaitingRowsTest)

BOOST_AUTO_TEST_CASE(rowsAreTakenWhenDueTheLongestWaitingFirst)
{
    WaitingRows rows;
    BOOST_TEST((rows.nextDue() == Instant::max()));
    rows.add(1, kStart + 3s);
    rows.add(2, kStart + 1s);
    rows.add(3, kStart + 2s);
    BOOST_TEST((rows.nextDue() == kStart + 1s));
    BOOST_TEST(!rows.takeDue(kStart + 1s - 1ns).has_value());
    BOOST_TEST(rows.takeDue(kStart + 2s).value() == 2U);
    BOOST_TEST(rows.takeDue(kStart + 2s).value() == 3U);
    BOOST_TEST(!rows.takeDue(kStart + 2s).has_value());
    BOOST_TEST(rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(aRowIsAvoidedOnlyWhereAnotherIsDue)
{
    WaitingRows rows;
    rows.add(1, kStart);
    rows.add(2, kStart + 1s);
    BOOST_TEST(rows.takeDue(kStart, 1).value() == 1U);
    rows.add(1, kStart);
    BOOST_TEST(rows.takeDue(kStart + 1s, 1).value() == 2U);
    BOOST_TEST(rows.takeDue(kStart + 1s, 1).value() == 1U);
    BOOST_TEST(rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
