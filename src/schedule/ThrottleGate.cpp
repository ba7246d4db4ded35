#include "oauth_batch/schedule/ThrottleGate.h"

#include <algorithm>

namespace oauth_batch {

ThrottleGate::Reaction ThrottleGate::throttled(std::optional<std::chrono::milliseconds> wish,
                                               bool probe, Instant now)
{
    if (!firstSinceSuccess_) firstSinceSuccess_ = now;
    const Instant giveUpAt = *firstSinceSuccess_ + maxWait_;
    if (now >= giveUpAt || (wish && *wish > maxWait_)) return Reaction::giveUp;
    if (wish && wish->count() > 0)
        until_ = std::max(until_, now + *wish + kLittle);
    else if (probe || !closed_)
        // The last pause ends with the patience, so that giving up follows a last look.
        until_ = std::max(until_, std::min(now + pause_.next(), giveUpAt));
    closed_ = true;
    return Reaction::pause;
}

void ThrottleGate::answered(bool success, bool probe)
{
    if (success) firstSinceSuccess_.reset();
    if (!closed_ || !probe) return;
    closed_ = false;
    pause_.reset();
}

} // namespace oauth_batch
