#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace oauth_batch::test {

/// How late this machine wakes up threads, as long as the object lives: a thread of its own that
/// has something to do ten times a second, like what is tested. To tell a program that is late
/// from a machine that stands still.
class Punctuality
{
public:
    /// What nobody minds.
    static constexpr std::chrono::milliseconds kTolerance{1};

    Punctuality() : thread_([this](const std::stop_token& stop) { measureUntil(stop); }) {}

    std::chrono::nanoseconds latest() const
    {
        const std::scoped_lock lock(mutex_);
        return latest_;
    }

    /// The part of all time that passed between when a thread was due, and tolerated, and when it
    /// ran.
    double lostShare() const
    {
        const std::scoped_lock lock(mutex_);
        return elapsed_.count() == 0
                   ? 0
                   : static_cast<double>(lost_.count()) / static_cast<double>(elapsed_.count());
    }

private:
    void measureUntil(const std::stop_token& stop)
    {
        using Clock = std::chrono::steady_clock;
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            const auto begin = Clock::now();
            const auto due = begin + std::chrono::milliseconds(100);
            if (wake_.wait_until(lock, stop, due, [] { return false; })) return;
            if (stop.stop_requested()) return;
            const std::chrono::nanoseconds late = Clock::now() - due;
            latest_ = std::max(latest_, late);
            if (late > kTolerance) lost_ += late - kTolerance;
            elapsed_ += Clock::now() - begin;
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::chrono::nanoseconds latest_{0}; ///< guarded by mutex_, like those below
    std::chrono::nanoseconds lost_{0};
    std::chrono::nanoseconds elapsed_{0};
    std::jthread thread_;
};

} // namespace oauth_batch::test
