#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace oauth_batch {

/// A source of random numbers in [0, 1).
using Random = std::function<double()>;

/// How long a row waits before its next attempt: exponential backoff with full jitter, at random
/// between 1 s and a bound of 2, 4, 8, 16, 32, 60, 60 … s (see "Exponential Backoff And Jitter",
/// AWS Architecture Blog, 2015). Pure but for the random source.
class RetryPolicy
{
public:
    static constexpr std::chrono::seconds kShortest{1};
    static constexpr std::chrono::seconds kLongest{60};

    /// `maxWait` bounds what a server may ask for.
    RetryPolicy(std::chrono::milliseconds maxWait, Random random);

    /// After the `failures`-th failed attempt of a row in this run (from 1). `wish` is what the
    /// server asked to wait (503 with Retry-After): never less than that, but at most maxWait,
    /// since one row's wish is no reason to stop a run.
    std::chrono::nanoseconds delay(std::uint32_t failures,
                                   std::optional<std::chrono::milliseconds> wish) const;

private:
    std::chrono::milliseconds maxWait_;
    Random random_;
};

} // namespace oauth_batch
