#include "oauth_batch/base/Clock.h"

#include <algorithm>
#include <ctime>

namespace oauth_batch {

Instant SystemClock::now() const
{
    timespec value{};
    ::clock_gettime(CLOCK_BOOTTIME, &value);
    return Instant(std::chrono::seconds(value.tv_sec) + std::chrono::nanoseconds(value.tv_nsec));
}

WallTime SystemClock::wallTime() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void SystemClock::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& event,
                       Instant deadline)
{
    // A condition variable sleeps on a clock that stands still during suspend: wake up each second
    // and look at ours.
    constexpr std::chrono::nanoseconds kLongest = std::chrono::seconds(1);
    const Instant time = now();
    if (deadline > time) // the difference to an earlier deadline may overflow
        event.wait_for(lock, std::min<std::chrono::nanoseconds>(deadline - time, kLongest));
}

} // namespace oauth_batch
