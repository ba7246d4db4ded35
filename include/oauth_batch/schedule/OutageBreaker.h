#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/schedule/EscalatingPause.h"

#include <chrono>

namespace oauth_batch {

/// Notices that the server as a whole is away: 5 failed attempts in a row, over all workers. Then
/// dispatch stops and probes go out with growing pauses until any other answer arrives, or the
/// patience ends. Pure; not thread-safe.
class OutageBreaker
{
public:
    static constexpr int kFailuresInARow = 5;

    explicit OutageBreaker(std::chrono::milliseconds timeout) : timeout_(timeout) {}

    /// An attempt failed. `counts` is false for a 5xx of a row that has had one before: a few rows
    /// that the server always fails on are no outage.
    void failed(bool counts, bool probe, Instant now);

    /// Any answer that is neither 408 nor 5xx.
    void answered();

    bool isOpen() const noexcept { return open_; }
    /// When the next probe may go out. REQUIRES: isOpen().
    Instant until() const noexcept { return until_; }
    /// When the run is to stop. Instant::max() without an outage.
    Instant deadline() const noexcept { return open_ ? begin_ + timeout_ : Instant::max(); }

private:
    std::chrono::milliseconds timeout_;
    EscalatingPause pause_;
    int inARow_ = 0;
    bool open_ = false;
    Instant begin_{};
    Instant until_{};
};

} // namespace oauth_batch
