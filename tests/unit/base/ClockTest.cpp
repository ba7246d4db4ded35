#include "oauth_batch/base/Clock.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <thread>

using namespace oauth_batch;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(SystemClockTest)

BOOST_AUTO_TEST_CASE(timeNeverGoesBack)
{
    const SystemClock clock;
    Instant last = clock.now();
    for (int i = 0; i < 1000; ++i) {
        const Instant next = clock.now();
        BOOST_REQUIRE(next >= last);
        last = next;
    }
}

BOOST_AUTO_TEST_CASE(timeIsTheTimeSinceBoot)
{
    double uptime = 0;
    std::ifstream("/proc/uptime") >> uptime;
    const std::chrono::duration<double> now = SystemClock().now().time_since_epoch();
    BOOST_TEST(now.count() >= uptime - 1);
    BOOST_TEST(now.count() < uptime + 60);
}

BOOST_AUTO_TEST_CASE(wallTimeIsUtc)
{
    const auto before = std::chrono::system_clock::now() - 1ms;
    const WallTime time = SystemClock().wallTime();
    BOOST_TEST((time >= before));
    BOOST_TEST((time <= std::chrono::system_clock::now()));
}

BOOST_AUTO_TEST_CASE(waitReturnsAtOnceWhenTheDeadlineHasPassed)
{
    SystemClock clock;
    std::mutex mutex;
    std::condition_variable event;
    std::unique_lock lock(mutex);
    const Instant start = clock.now();
    clock.wait(lock, event, start);
    clock.wait(lock, event, Instant::min());
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST((clock.now() - start < 1s));
}

BOOST_AUTO_TEST_CASE(waitEndsByTheDeadline)
{
    SystemClock clock;
    std::mutex mutex;
    std::condition_variable event;
    std::unique_lock lock(mutex);
    const Instant deadline = clock.now() + 5ms;
    while (clock.now() < deadline)
        clock.wait(lock, event, deadline);
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(notifiedWaitEndsBeforeANeverComingDeadline)
{
    SystemClock clock;
    std::mutex mutex;
    std::condition_variable event;
    bool happened = false;
    std::jthread other([&] {
        const std::lock_guard guard(mutex);
        happened = true;
        event.notify_all();
    });
    std::unique_lock lock(mutex);
    while (!happened)
        clock.wait(lock, event, Instant::max());
    BOOST_TEST(happened);
}

BOOST_AUTO_TEST_SUITE_END()
