#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch::sandbox {

/// How long the server takes: anything from `least` to `most`, evenly.
struct LatencyRange
{
    std::chrono::milliseconds least{};
    std::chrono::milliseconds most{};

    /// `where` in [0, 1) chooses.
    std::chrono::nanoseconds at(double where) const;

    bool operator==(const LatencyRange&) const = default;
};

/// "120ms" or "10ms..2s"; nothing for any other text.
std::optional<LatencyRange> parseLatency(std::string_view text);

std::string toString(const LatencyRange& latency);

} // namespace oauth_batch::sandbox
