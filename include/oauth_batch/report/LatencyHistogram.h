#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace oauth_batch {

/// How long attempts took: a histogram of fixed size, however many there are. Buckets grow with the
/// value, 16 to each doubling, so that a quantile is within 1/32 of the true one; the least, the
/// greatest and the sum are exact. Not thread-safe.
class LatencyHistogram
{
public:
    using Duration = std::chrono::milliseconds;

    /// Less than nothing counts as 0, more than 2^32 ms as that.
    void record(Duration duration);
    void merge(const LatencyHistogram& other);

    std::uint64_t count() const { return count_; }

    // All of these are 0 while nothing was recorded.
    Duration min() const { return Duration(static_cast<Duration::rep>(count_ ? min_ : 0)); }
    Duration max() const { return Duration(static_cast<Duration::rep>(max_)); }
    Duration sum() const { return Duration(static_cast<Duration::rep>(sum_)); }

    /// The value that `share` (0 to 1) of the recorded ones do not exceed: 0.5 is the median.
    Duration quantile(double share) const;

private:
    static constexpr std::size_t kSteps = 16;
    static constexpr std::size_t kBuckets = kSteps * 29;

    static std::size_t bucketOf(std::uint64_t value);
    static std::uint64_t middleOf(std::size_t bucket);

    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t min_ = UINT64_MAX;
    std::uint64_t max_ = 0;
};

} // namespace oauth_batch
