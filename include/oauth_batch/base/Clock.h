#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace oauth_batch {

/// The clock of CLOCK_BOOTTIME: never steps, and counts the time that the machine is suspended, so
/// that a pace or a pause is not confused by either.
struct BootClock
{
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};

/// A point on the clock by which everything is timed. `Instant::max()` stands for "never".
using Instant = BootClock::time_point;

/// A point in UTC, in milliseconds, for people and files only: it may step.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of time and of waiting, so that tests run on a clock of their own.
/// Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;

    virtual Instant now() const = 0;
    virtual WallTime wallTime() const = 0;

    /// Blocks until `event` is notified or `deadline` has come, or spuriously earlier: callers
    /// look at their condition again. `lock` is held on return.
    virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& event,
                      Instant deadline) = 0;
};

/// The machine's clocks.
class SystemClock : public Clock
{
public:
    Instant now() const override;
    WallTime wallTime() const override;
    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& event,
              Instant deadline) override;
};

} // namespace oauth_batch
