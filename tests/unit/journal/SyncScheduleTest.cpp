#include "oauth_batch/journal/SyncSchedule.h"

#include <boost/test/unit_test.hpp>

using namespace oauth_batch;
using std::chrono::milliseconds;

namespace {

const Instant kStart(std::chrono::seconds(1000));

} // namespace

BOOST_AUTO_TEST_SUITE(SyncScheduleTest)

BOOST_AUTO_TEST_CASE(twentyInASecondAreNotBusyAndTwentyOneAre)
{
    SyncSchedule schedule(SyncPolicy::auto_, kStart);
    for (int i = 0; i < 20; ++i)
        schedule.countIntent(kStart);
    BOOST_TEST(schedule.isDue(kStart));
    schedule.countIntent(kStart);
    BOOST_TEST(!schedule.isDue(kStart));
}

BOOST_AUTO_TEST_CASE(aRequestIsCountedOnceThoughItHasTwoRecords)
{
    SyncSchedule schedule(SyncPolicy::auto_, kStart);
    for (int i = 0; i < 20; ++i) {
        schedule.countIntent(kStart);
        schedule.countOutcome(kStart);
    }
    BOOST_TEST(schedule.isDue(kStart));
    schedule.countOutcome(kStart);
    BOOST_TEST(!schedule.isDue(kStart));
}

BOOST_AUTO_TEST_CASE(busyTimeEndsASecondAfterItsEvents)
{
    SyncSchedule schedule(SyncPolicy::auto_, kStart);
    for (int i = 0; i < 100; ++i)
        schedule.countIntent(kStart);
    schedule.synced(kStart + milliseconds(500));
    BOOST_TEST(!schedule.isDue(kStart + milliseconds(999)));
    BOOST_TEST(schedule.isDue(kStart + milliseconds(1000)));
}

BOOST_AUTO_TEST_CASE(busyTimeIsSyncedOnceASecond)
{
    SyncSchedule schedule(SyncPolicy::auto_, kStart);
    const Instant later = kStart + milliseconds(1000);
    for (int i = 0; i < 100; ++i)
        schedule.countIntent(later);
    BOOST_TEST(schedule.isOverdue(later));
    BOOST_TEST(schedule.isDue(later));
    schedule.synced(later);
    BOOST_TEST(!schedule.isOverdue(later));
    BOOST_TEST(!schedule.isDue(later));
}

BOOST_AUTO_TEST_CASE(alwaysIsAlwaysDue)
{
    SyncSchedule schedule(SyncPolicy::always, kStart);
    for (int i = 0; i < 100; ++i)
        schedule.countIntent(kStart);
    BOOST_TEST(schedule.isDue(kStart));
}

BOOST_AUTO_TEST_SUITE_END()
