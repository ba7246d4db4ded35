#include "QuotaWindow.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>

namespace oauth_batch::sandbox {

namespace {

struct Unit
{
    std::string_view name;
    std::chrono::nanoseconds window;
};

constexpr std::array<Unit, 3> kUnits = {{{"s", std::chrono::seconds(1)},
                                         {"min", std::chrono::minutes(1)},
                                         {"h", std::chrono::hours(1)}}};

/// 16 MiB of arrival times.
constexpr std::uint64_t kHighestLimit = 2'000'000;

constexpr std::chrono::hours kLongestWindow{24};

/// "min" or "6s".
std::optional<std::chrono::nanoseconds> parseWindow(std::string_view text)
{
    for (const Unit& unit : kUnits) {
        if (text == unit.name) return unit.window;
    }
    const auto window = parseDuration(text);
    if (!window || window->count() == 0 || *window > kLongestWindow) return std::nullopt;
    return *window;
}

} // namespace

std::optional<Quota> parseQuota(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto limit = parseUnsigned(text.substr(0, slash));
    if (!limit || *limit == 0 || *limit > kHighestLimit) return std::nullopt;
    const auto window = parseWindow(text.substr(slash + 1));
    if (!window) return std::nullopt;
    return Quota{static_cast<std::uint32_t>(*limit), *window};
}

std::string toString(const Quota& quota)
{
    for (const Unit& unit : kUnits) {
        if (quota.window == unit.window)
            return std::to_string(quota.limit) + '/' + std::string(unit.name);
    }
    return std::to_string(quota.limit) + " in " +
           describeDuration(std::chrono::ceil<std::chrono::milliseconds>(quota.window));
}

QuotaWindow::QuotaWindow(Quota quota, QuotaCounts counts) : quota_(quota), counts_(counts) {}

QuotaWindow::Verdict QuotaWindow::take(Instant now)
{
    const std::lock_guard lock(mutex_);
    latest_ = std::max(latest_, now);
    now = latest_;
    forgetUntil(now);
    Verdict verdict;
    verdict.accepted = counted_.size() < quota_.limit;
    if (verdict.accepted || counts_ == QuotaCounts::all) counted_.push_back(now);
    // Where refused requests count, the newest ones are those that keep the window full.
    if (counted_.size() > quota_.limit) counted_.pop_front();
    verdict.remaining = quota_.limit - static_cast<std::uint32_t>(counted_.size());
    if (verdict.remaining == 0) verdict.reset = counted_.front() + quota_.window - now;
    return verdict;
}

void QuotaWindow::forgetUntil(Instant now)
{
    while (!counted_.empty() && now - counted_.front() >= quota_.window)
        counted_.pop_front();
}

} // namespace oauth_batch::sandbox
