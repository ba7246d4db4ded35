#pragma once

#include "oauth_batch/base/Clock.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>

namespace oauth_batch::test {

/// A clock that stands still until it is told. Thread-safe.
///
/// What wait() does is chosen at construction:
/// - Waiting::advances (for one thread): nobody else will move the time, so wait() itself jumps to
///   the deadline and returns at once.
/// - Waiting::blocks (for several threads): wait() returns when its event is notified or when
///   advance() has reached the deadline. A test lets the others arrive with awaitWaiters(), looks
///   at earliestDeadline(), and advances.
/// A wait until Instant::max() blocks for the event in either case.
class FakeClock final : public Clock
{
public:
    enum class Waiting : std::uint8_t
    {
        advances,
        blocks
    };

    explicit FakeClock(Waiting waiting = Waiting::advances) : waiting_(waiting) {}

    /// Starts at 1000 s, so that a default Instant is long past.
    Instant now() const override
    {
        const std::scoped_lock lock(mutex_);
        return now_;
    }

    /// Starts at 2026-05-01T07:30:00.000Z and goes along with now().
    WallTime wallTime() const override
    {
        const std::scoped_lock lock(mutex_);
        return wallStart_ + std::chrono::floor<std::chrono::milliseconds>(now_ - kStart);
    }

    void advance(std::chrono::nanoseconds by)
    {
        const std::scoped_lock lock(mutex_);
        now_ += by;
    }

    /// As when somebody sets the machine's clock: wallTime() only.
    void stepWallTime(std::chrono::milliseconds by)
    {
        const std::scoped_lock lock(mutex_);
        wallStart_ += by;
    }

    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& event,
              Instant deadline) override
    {
        if (waiting_ == Waiting::advances && deadline != Instant::max()) {
            const std::scoped_lock mine(mutex_);
            now_ = std::max(now_, deadline);
            return;
        }
        const Registration registration(*this, deadline);
        // advance() cannot notify an event that it does not know: who waits looks at the time now
        // and then. Not in a loop here: a notification that comes just when the time is up would
        // be taken for the end of the time, and be lost.
        if (now() < deadline) event.wait_for(lock, std::chrono::milliseconds(1));
    }

    /// Blocks until at least `count` threads are in wait(). Do not hold a mutex that they need.
    void awaitWaiters(std::size_t count) const
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return deadlines_.size() >= count; });
    }

    std::size_t waiters() const
    {
        const std::scoped_lock lock(mutex_);
        return deadlines_.size();
    }

    /// Of the threads in wait(); Instant::max() when there is none.
    Instant earliestDeadline() const
    {
        const std::scoped_lock lock(mutex_);
        return deadlines_.empty() ? Instant::max() : *deadlines_.begin();
    }

private:
    static constexpr Instant kStart{std::chrono::seconds(1000)};

    /// An entry of deadlines_ for as long as a thread waits.
    class Registration
    {
    public:
        Registration(FakeClock& clock, Instant deadline) : clock_(clock)
        {
            const std::scoped_lock lock(clock_.mutex_);
            entry_ = clock_.deadlines_.insert(deadline);
            clock_.changed_.notify_all();
        }
        ~Registration()
        {
            const std::scoped_lock lock(clock_.mutex_);
            clock_.deadlines_.erase(entry_);
        }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        FakeClock& clock_;
        std::multiset<Instant>::iterator entry_;
    };

    const Waiting waiting_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    // Protected by mutex_:
    Instant now_ = kStart;
    WallTime wallStart_ = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) +
                          std::chrono::hours(7) + std::chrono::minutes(30);
    std::multiset<Instant> deadlines_;
};

} // namespace oauth_batch::test
