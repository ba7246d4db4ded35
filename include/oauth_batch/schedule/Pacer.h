#pragma once

#include "oauth_batch/base/Clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace oauth_batch {

/// Hands out the moments at which requests may start. Thread-safe; never sleeps.
class Pacer
{
public:
    virtual ~Pacer() = default;

    /// The moment, not before `now`, at which one start may happen. It is spent, used or not.
    virtual Instant reserve(Instant now) = 0;

    /// To ask right before the start, when the slot has come: may it happen `now`? Not during a
    /// pause, and not where the slot was missed by too much. The slot is lost then: reserve again.
    virtual bool mayStart(Instant slot, Instant now) = 0;

    /// No moment before `until` is handed out any more (what was handed out stays valid: whoever
    /// holds it asks the Scheduler again before it sends). Pauses only grow.
    virtual void pauseUntil(Instant until) = 0;

    /// The end of the longest pause so far; Instant::min() if there was none.
    virtual Instant pausedUntil() const = 0;
};

/// How far apart starts are, and how many of them one window of the quota holds.
struct Pace
{
    /// Implicit: an interval alone is a pace whose windows hold one start.
    template <class Count, class Unit>
    // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions)
    Pace(std::chrono::duration<Count, Unit> apart, std::uint32_t starts = 1)
        : interval(apart), perWindow(starts)
    {}

    std::chrono::nanoseconds interval;
    std::uint32_t perWindow;

    std::chrono::nanoseconds window() const { return interval * perWindow; }
    /// What a thread may wake up late by, of no account beside the percent left for travel times.
    std::chrono::nanoseconds tolerance() const { return window() / 1000; }
};

/// What a pacer remembers, and its rules: the generic cell rate algorithm with a burst of 1; and
/// who starts late (the machine was busy, suspended, or the process stopped) puts off all slots
/// that are reserved from then on by as much. So the N-th slot after a start is at least N
/// intervals later than the start itself, less the tolerance, and no window holds one too many.
struct PaceState
{
    std::optional<Instant> lastStart;
    Instant pausedUntil = Instant::min();

    Instant reserve(const Pace& pace, Instant now)
    {
        Instant start = std::max(now, pausedUntil);
        if (lastStart) start = std::max(start, *lastStart + pace.interval);
        lastStart = start;
        return start;
    }

    bool mayStart(const Pace& pace, Instant slot, Instant now)
    {
        if (now < pausedUntil) return false;
        const std::chrono::nanoseconds late = now - slot - pace.tolerance();
        if (pace.interval == pace.interval.zero() || late <= late.zero()) return true;
        const Instant last = std::max(lastStart.value_or(slot), slot);
        // The N-th slot after this one is reserved already: it cannot be put off any more.
        if (last - slot >= pace.window()) return false;
        lastStart = last + late;
        return true;
    }
};

} // namespace oauth_batch
