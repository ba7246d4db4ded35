#include "oauth_batch/report/LatencyHistogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace oauth_batch {

// Values below kSteps have a bucket each. A greater one is cut to its highest 5 bits: with n bits
// dropped, these are kSteps to 2 * kSteps - 1, and the bucket is n * kSteps further.
std::size_t LatencyHistogram::bucketOf(std::uint64_t value)
{
    const int dropped = std::max(static_cast<int>(std::bit_width(value)) - 5, 0);
    return static_cast<std::size_t>(dropped) * kSteps + static_cast<std::size_t>(value >> dropped);
}

std::uint64_t LatencyHistogram::middleOf(std::size_t bucket)
{
    if (bucket < 2 * kSteps) return bucket;
    const std::size_t dropped = bucket / kSteps - 1;
    const std::uint64_t least = static_cast<std::uint64_t>(bucket - dropped * kSteps) << dropped;
    return least + (std::uint64_t{1} << dropped) / 2;
}

void LatencyHistogram::record(Duration duration)
{
    constexpr Duration::rep kLongest = 0xFFFF'FFFF;
    const auto value =
        static_cast<std::uint64_t>(std::clamp<Duration::rep>(duration.count(), 0, kLongest));
    ++buckets_[bucketOf(value)];
    ++count_;
    sum_ += value;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
}

void LatencyHistogram::merge(const LatencyHistogram& other)
{
    for (std::size_t i = 0; i < kBuckets; ++i)
        buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

LatencyHistogram::Duration LatencyHistogram::quantile(double share) const
{
    if (count_ == 0) return Duration::zero();
    const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
    const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        seen += buckets_[i];
        if (seen >= rank)
            return Duration(static_cast<Duration::rep>(std::clamp(middleOf(i), min_, max_)));
    }
    return max();
}

} // namespace oauth_batch
