#pragma once

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// A quota of requests: N in each sliding window of a second, a minute or an hour; or none.
struct Rate
{
    std::uint32_t count = 60; ///< 1 to 1,000,000; 0 stands for "off"
    std::chrono::seconds window = std::chrono::minutes(1);

    bool isOff() const noexcept { return count == 0; }

    /// The distance of two starts: evenly spaced at 99 % of the quota. The missing percent is what
    /// travel times may vary by before a window at the server holds one too many. Zero when off.
    std::chrono::nanoseconds interval() const;

    /// "60/min", "5/s", "1000/h", "off".
    std::string toString() const;

    /// The reverse of toString(), exactly these forms; nothing for any other text.
    static std::optional<Rate> parse(std::string_view text);

    static constexpr Rate off() { return {0, std::chrono::seconds(1)}; }

    bool operator==(const Rate&) const = default;
};

} // namespace oauth_batch
