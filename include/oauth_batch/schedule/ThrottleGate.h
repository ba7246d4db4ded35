#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/schedule/EscalatingPause.h"

#include <chrono>
#include <optional>

namespace oauth_batch {

/// Holds everybody up after a 429 (RFC 6585): an episode. It lasts until the server's wish (plus a
/// little), or without one an escalating pause; then one probe may go out, whose answer ends the
/// episode or prolongs it. Pure; not thread-safe.
class ThrottleGate
{
public:
    /// Added to a wish, so that a server which counts in whole seconds is not met a moment early.
    static constexpr std::chrono::milliseconds kLittle{250};

    enum class Reaction
    {
        pause, ///< until() is set
        giveUp ///< the wish is longer than maxWait, or no request has succeeded for that long
    };

    explicit ThrottleGate(std::chrono::milliseconds maxWait) : maxWait_(maxWait) {}

    /// A 429. `wish` of 0 is none. Of an answer that is no probe's, and comes while the gate is
    /// closed (it was sent before), only a wish counts: it does not escalate.
    Reaction throttled(std::optional<std::chrono::milliseconds> wish, bool probe, Instant now);

    /// Any other answer. Opens the gate if it is the probe's; what was sent before the pause does
    /// not. `success` is an answer that shows the server at work: none of 408 and 5xx.
    void answered(bool success, bool probe);

    bool isClosed() const noexcept { return closed_; }
    /// When the next probe may go out. REQUIRES: isClosed().
    Instant until() const noexcept { return until_; }

private:
    std::chrono::milliseconds maxWait_;
    EscalatingPause pause_;
    bool closed_ = false;
    Instant until_ = Instant::min();
    std::optional<Instant> firstSinceSuccess_;
};

} // namespace oauth_batch
