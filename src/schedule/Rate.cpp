#include "oauth_batch/schedule/Rate.h"

#include "oauth_batch/base/Text.h"

namespace oauth_batch {

namespace {

constexpr std::uint64_t kMostCount = 1'000'000;

struct Unit
{
    std::string_view name;
    std::chrono::seconds window;
};

constexpr Unit kUnits[] = {
    {"s", std::chrono::seconds(1)},
    {"min", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
};

} // namespace

std::chrono::nanoseconds Rate::interval() const
{
    if (isOff()) return std::chrono::nanoseconds::zero();
    const std::int64_t windows = std::chrono::nanoseconds(window).count() * 100;
    const std::int64_t starts = std::int64_t{count} * 99;
    return std::chrono::nanoseconds((windows + starts - 1) / starts);
}

std::string Rate::toString() const
{
    if (isOff()) return "off";
    for (const Unit& unit : kUnits) {
        if (unit.window == window) return std::to_string(count) + '/' + std::string(unit.name);
    }
    return std::to_string(count) + '/' + std::to_string(window.count()) + "s";
}

std::optional<Rate> Rate::parse(std::string_view text)
{
    if (text == "off") return off();
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto count = parseUnsigned(text.substr(0, slash));
    if (!count || *count == 0 || *count > kMostCount) return std::nullopt;
    for (const Unit& unit : kUnits) {
        if (unit.name == text.substr(slash + 1))
            return Rate{static_cast<std::uint32_t>(*count), unit.window};
    }
    return std::nullopt;
}

} // namespace oauth_batch
