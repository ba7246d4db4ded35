#include "oauth_batch/schedule/RetryPolicy.h"

#include <algorithm>
#include <utility>

namespace oauth_batch {

RetryPolicy::RetryPolicy(std::chrono::milliseconds maxWait, Random random)
    : maxWait_(maxWait), random_(std::move(random))
{}

std::chrono::nanoseconds RetryPolicy::delay(std::uint32_t failures,
                                            std::optional<std::chrono::milliseconds> wish) const
{
    const std::uint32_t doublings = std::min(failures, 6U); // 2^6 s is beyond the longest
    const std::chrono::nanoseconds bound =
        std::min<std::chrono::nanoseconds>(kShortest * (1U << doublings), kLongest);
    const std::chrono::duration<double, std::nano> span = bound - kShortest;
    const std::chrono::nanoseconds backoff =
        kShortest + std::chrono::duration_cast<std::chrono::nanoseconds>(span * random_());
    if (!wish) return backoff;
    return std::max<std::chrono::nanoseconds>(backoff, std::min(*wish, maxWait_));
}

} // namespace oauth_batch
