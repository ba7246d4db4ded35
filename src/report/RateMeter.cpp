#include "oauth_batch/report/RateMeter.h"

namespace oauth_batch {

using namespace std::chrono_literals;

void RateMeter::sample(Instant now, std::uint64_t requests)
{
    latest_ = {now, requests};
    if (samples_.empty() || now - samples_.back().time >= 1s) samples_.push_back(latest_);
    // One sample of a minute ago or before stays: the window reaches back to it.
    while (samples_.size() > 1 && now - samples_[1].time >= 60s)
        samples_.pop_front();
}

std::optional<double> RateMeter::perMinute() const
{
    if (samples_.empty() || latest_.time - samples_.front().time < 5s) return std::nullopt;
    const std::chrono::duration<double, std::ratio<60>> span = latest_.time - samples_.front().time;
    return static_cast<double>(latest_.requests - samples_.front().requests) / span.count();
}

} // namespace oauth_batch
