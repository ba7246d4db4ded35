#pragma once

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch::sandbox {

/// So many requests in any span of that length.
struct Quota
{
    std::uint32_t limit = 60;
    std::chrono::nanoseconds window = std::chrono::minutes(1);

    bool operator==(const Quota&) const = default;
};

/// "60/min", "5/s", "1000/h", or with a window of its own, "60/6s", from a millisecond to a day;
/// nothing for any other text or a limit of 0.
std::optional<Quota> parseQuota(std::string_view text);

/// "60/min"; "60 in 6 s".
std::string toString(const Quota& quota);

enum class QuotaCounts : std::uint8_t
{
    accepted, ///< a refused request does not use up quota
    all       ///< every request does: who hammers on never gets in again
};

/// A strict sliding window: at no instant do the counted requests of the last `window` exceed the
/// limit. A request is counted when it arrives. The window is half open: of two requests exactly
/// one window apart, the second one no longer sees the first. Thread-safe, never blocks.
class QuotaWindow
{
public:
    explicit QuotaWindow(Quota quota, QuotaCounts counts = QuotaCounts::accepted);

    struct Verdict
    {
        bool accepted = true;
        std::uint32_t remaining = 0;      ///< more requests that would be accepted now
        std::chrono::nanoseconds reset{}; ///< until the next one is accepted; 0 if now
    };

    /// Judges a request that arrives now. Times that run backwards (threads that overtake each
    /// other) are taken as the latest seen.
    Verdict take(Instant now);

    const Quota& quota() const { return quota_; }

private:
    void forgetUntil(Instant now);

    const Quota quota_;
    const QuotaCounts counts_;
    std::mutex mutex_;
    std::deque<Instant> counted_;     ///< protected by mutex_; at most `limit`, oldest first
    Instant latest_ = Instant::min(); ///< protected by mutex_
};

} // namespace oauth_batch::sandbox
