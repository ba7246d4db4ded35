#pragma once

#include "oauth_batch/base/Clock.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace oauth_batch {

/// Hands out the moments at which requests may start. Thread-safe; never sleeps.
class Pacer
{
public:
    virtual ~Pacer() = default;

    /// The moment, not before `now`, at which one start may happen. It is spent, used or not.
    virtual Instant reserve(Instant now) = 0;

    /// No moment before `until` is handed out any more (what was handed out stays valid: whoever
    /// holds it asks the Scheduler again before it sends). Pauses only grow.
    virtual void pauseUntil(Instant until) = 0;

    /// The end of the longest pause so far; Instant::min() if there was none.
    virtual Instant pausedUntil() const = 0;
};

/// What a pacer remembers, and its one rule: the generic cell rate algorithm with a burst of 1.
struct PaceState
{
    std::optional<Instant> lastStart;
    Instant pausedUntil = Instant::min();

    Instant reserve(std::chrono::nanoseconds interval, Instant now)
    {
        Instant start = std::max(now, pausedUntil);
        if (lastStart) start = std::max(start, *lastStart + interval);
        lastStart = start;
        return start;
    }
};

} // namespace oauth_batch
