#pragma once

#include <algorithm>
#include <chrono>

namespace oauth_batch {

/// Pauses that double from 5 s up to 60 s, until reset().
class EscalatingPause
{
public:
    static constexpr std::chrono::seconds kShortest{5};
    static constexpr std::chrono::seconds kLongest{60};

    std::chrono::seconds next()
    {
        const std::chrono::seconds pause = next_;
        next_ = std::min(next_ * 2, kLongest);
        return pause;
    }

    void reset() { next_ = kShortest; }

private:
    std::chrono::seconds next_ = kShortest;
};

} // namespace oauth_batch
