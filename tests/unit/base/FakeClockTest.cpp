#include "FakeClock.h"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace oauth_batch;
using namespace oauth_batch::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(FakeClockTest)

BOOST_AUTO_TEST_CASE(standsStillUntilAdvanced)
{
    FakeClock clock;
    const Instant start = clock.now();
    const WallTime wallStart = clock.wallTime();
    BOOST_TEST((clock.now() == start));
    clock.advance(milliseconds(1500));
    BOOST_TEST((clock.now() - start == milliseconds(1500)));
    BOOST_TEST((clock.wallTime() - wallStart == milliseconds(1500)));
    clock.stepWallTime(seconds(-10));
    BOOST_TEST((clock.wallTime() - wallStart == milliseconds(-8500)));
    BOOST_TEST((clock.now() - start == milliseconds(1500)));
}

BOOST_AUTO_TEST_CASE(advancingWaitJumpsToTheDeadlineAndNeverBack)
{
    FakeClock clock;
    std::mutex mutex;
    std::condition_variable event;
    std::unique_lock lock(mutex);
    const Instant deadline = clock.now() + seconds(5);
    clock.wait(lock, event, deadline);
    BOOST_TEST((clock.now() == deadline));
    clock.wait(lock, event, deadline - seconds(1));
    BOOST_TEST((clock.now() == deadline));
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(blockingWaitReturnsWhenTheTimeHasCome)
{
    FakeClock clock(FakeClock::Waiting::blocks);
    const Instant deadline = clock.now() + seconds(5);
    std::jthread waiter([&] {
        std::mutex mutex;
        std::condition_variable event;
        std::unique_lock lock(mutex);
        clock.wait(lock, event, deadline);
    });
    clock.awaitWaiters(1);
    BOOST_TEST((clock.earliestDeadline() == deadline));
    clock.advance(seconds(5));
    waiter.join();
    BOOST_TEST(clock.waiters() == 0U);
    BOOST_TEST((clock.earliestDeadline() == Instant::max()));
}

BOOST_AUTO_TEST_CASE(blockingWaitReturnsWhenItsEventComes)
{
    FakeClock clock(FakeClock::Waiting::blocks);
    std::mutex mutex;
    std::condition_variable event;
    bool happened = false;
    std::jthread waiter([&] {
        std::unique_lock lock(mutex);
        while (!happened)
            clock.wait(lock, event, Instant::max());
    });
    clock.awaitWaiters(1);
    {
        const std::scoped_lock lock(mutex);
        happened = true;
    }
    event.notify_one();
    waiter.join();
    BOOST_TEST(clock.waiters() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
