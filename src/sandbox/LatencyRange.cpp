#include "LatencyRange.h"

#include "oauth_batch/base/Text.h"

namespace oauth_batch::sandbox {

std::chrono::nanoseconds LatencyRange::at(double where) const
{
    const std::chrono::nanoseconds width = most - least;
    return least + std::chrono::nanoseconds(
                       static_cast<std::int64_t>(static_cast<double>(width.count()) * where));
}

std::optional<LatencyRange> parseLatency(std::string_view text)
{
    const auto dots = text.find("..");
    const auto least = parseDuration(text.substr(0, dots));
    const auto most = dots == std::string_view::npos ? least : parseDuration(text.substr(dots + 2));
    if (!least || !most || *most < *least) return std::nullopt;
    return LatencyRange{*least, *most};
}

std::string toString(const LatencyRange& latency)
{
    if (latency.least == latency.most) return describeDuration(latency.least);
    return describeDuration(latency.least) + " to " + describeDuration(latency.most);
}

} // namespace oauth_batch::sandbox
