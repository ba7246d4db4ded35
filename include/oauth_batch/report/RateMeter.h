#pragma once

#include "oauth_batch/base/Clock.h"

#include <cstdint>
#include <deque>
#include <optional>

namespace oauth_batch {

/// Measures how many requests a minute were sent lately: over the last minute, or since the first
/// sample while that is less. Holds at most a sample a second. Not thread-safe.
class RateMeter
{
public:
    /// `requests` sent up to `now`. Both never go back.
    void sample(Instant now, std::uint64_t requests);

    /// As of the last sample; nothing before 5 seconds are known.
    std::optional<double> perMinute() const;

private:
    struct Sample
    {
        Instant time;
        std::uint64_t requests;
    };

    std::deque<Sample> samples_; ///< a second apart or more, the oldest first
    Sample latest_{};
};

} // namespace oauth_batch
