#pragma once

#include "oauth_batch/base/Clock.h"

#include <condition_variable>
#include <mutex>

namespace oauth_batch::sandbox {

/// Ends the waits of all connections when the server stops. Thread-safe.
class StopSignal
{
public:
    explicit StopSignal(Clock& clock) : clock_(clock) {}

    void raise()
    {
        {
            const std::lock_guard lock(mutex_);
            raised_ = true;
        }
        event_.notify_all();
    }

    /// Blocks until `deadline`; false if the server stops instead.
    bool waitUntil(Instant deadline)
    {
        std::unique_lock lock(mutex_);
        while (!raised_ && clock_.now() < deadline)
            clock_.wait(lock, event_, deadline);
        return !raised_;
    }

private:
    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable event_;
    bool raised_ = false; ///< protected by mutex_
};

} // namespace oauth_batch::sandbox
