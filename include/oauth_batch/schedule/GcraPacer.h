#pragma once

#include "oauth_batch/schedule/Pacer.h"

#include <mutex>

namespace oauth_batch {

/// Evenly spaced starts for the threads of this process.
class GcraPacer : public Pacer
{
public:
    explicit GcraPacer(Pace pace) : pace_(pace) {}

    Instant reserve(Instant now) override
    {
        const std::scoped_lock lock(mutex_);
        return state_.reserve(pace_, now);
    }

    bool mayStart(Instant slot, Instant now) override
    {
        const std::scoped_lock lock(mutex_);
        return state_.mayStart(pace_, slot, now);
    }

    void pauseUntil(Instant until) override
    {
        const std::scoped_lock lock(mutex_);
        state_.pausedUntil = std::max(state_.pausedUntil, until);
    }

    Instant pausedUntil() const override
    {
        const std::scoped_lock lock(mutex_);
        return state_.pausedUntil;
    }

private:
    const Pace pace_;
    mutable std::mutex mutex_;
    PaceState state_; // protected by mutex_
};

/// --rate=off: only pauses hold anybody up.
class NoPacer : public GcraPacer
{
public:
    NoPacer() : GcraPacer(std::chrono::nanoseconds::zero()) {}
};

} // namespace oauth_batch
