#include "oauth_batch/api/RetryAfter.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace oauth_batch {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLongestWait = std::chrono::hours(24) * 365;

std::optional<int> parseNumber(std::string_view text, std::size_t digits)
{
    const auto number = parseUnsigned(text);
    if (!number || text.size() != digits) return std::nullopt;
    return static_cast<int>(*number);
}

std::optional<unsigned> parseMonth(std::string_view text)
{
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(kMonths.begin(), kMonths.end(), text);
    if (found == kMonths.end()) return std::nullopt;
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

std::optional<seconds> parseTimeOfDay(std::string_view text)
{
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const auto hour = parseNumber(text.substr(0, 2), 2);
    const auto minute = parseNumber(text.substr(3, 2), 2);
    const auto second = parseNumber(text.substr(6, 2), 2);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

/// RFC 9110: a two-digit year that seems to be more than 50 years ahead is the past century's.
int fullYear(int shortYear, WallTime now)
{
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int thisYear = static_cast<int>(today.year());
    const int year = thisYear - thisYear % 100 + shortYear;
    return year > thisYear + 50 ? year - 100 : year;
}

std::vector<std::string_view> words(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> result;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(separators, at), text.size());
        if (end > at) result.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return result;
}

std::optional<WallTime> makeTime(std::optional<int> year, std::optional<unsigned> month,
                                 std::optional<int> day, std::optional<seconds> time)
{
    if (!year || !month || !day || !time) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + *time;
}

/// Decimal digits and perhaps a fraction, rounded up.
std::optional<std::uint64_t> parseSeconds(std::string_view text)
{
    const auto dot = std::min(text.find('.'), text.size());
    const std::string_view fraction = text.substr(dot);
    const bool isNumber =
        fraction.empty() ||
        (fraction.size() > 1 && fraction.find_first_not_of("0123456789", 1) == fraction.npos);
    const auto whole = parseUnsigned(text.substr(0, dot));
    if (!isNumber || !whole) return std::nullopt;
    const bool roundUp = fraction.find_first_not_of(".0") != fraction.npos;
    return roundUp && *whole < std::numeric_limits<std::uint64_t>::max() ? *whole + 1 : *whole;
}

/// True for digits only, which may be more than fit a number.
bool isAbsurd(std::string_view text)
{
    return text.size() > 15 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

milliseconds bounded(milliseconds wait)
{
    return std::clamp(wait, milliseconds::zero(), kLongestWait);
}

milliseconds fromSeconds(std::uint64_t count)
{
    constexpr auto kMost = static_cast<std::uint64_t>(kLongestWait / seconds(1));
    return seconds(static_cast<std::int64_t>(std::min(count, kMost)));
}

struct Policy
{
    std::optional<milliseconds> reset;
    std::optional<std::uint64_t> remaining;
};

/// One parameter of either draft: `reset=30`, `t=30`, `remaining=0`, `r=0`.
void readParameter(std::string_view parameter, Policy& policy)
{
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos) return;
    const std::string name = lowerCase(trimmed(parameter.substr(0, equals)));
    const auto value = parseSeconds(trimmed(parameter.substr(equals + 1)));
    if (!value) return;
    if (name == "reset" || name == "t") policy.reset = fromSeconds(*value);
    if (name == "remaining" || name == "r") policy.remaining = *value;
}

std::optional<milliseconds> longest(const std::vector<Policy>& policies, bool exhaustedOnly)
{
    std::optional<milliseconds> wait;
    for (const Policy& policy : policies) {
        if (policy.reset && (!exhaustedOnly || policy.remaining == 0U))
            wait = std::max(wait.value_or(milliseconds::zero()), *policy.reset);
    }
    return wait;
}

} // namespace

std::optional<WallTime> parseHttpDate(std::string_view text, WallTime now)
{
    const auto parts = words(trimmed(text), " ");
    if (parts.size() == 6 && parts[5] == "GMT") // Sun, 06 Nov 1994 08:49:37 GMT
        return makeTime(parseNumber(parts[3], 4), parseMonth(parts[2]), parseNumber(parts[1], 2),
                        parseTimeOfDay(parts[4]));
    if (parts.size() == 5) // Sun Nov  6 08:49:37 1994
        return makeTime(parseNumber(parts[4], 4), parseMonth(parts[1]),
                        parseNumber(parts[2], std::min<std::size_t>(parts[2].size(), 2)),
                        parseTimeOfDay(parts[3]));
    if (parts.size() == 4 && parts[3] == "GMT") { // Sunday, 06-Nov-94 08:49:37 GMT
        const auto date = words(parts[1], "-");
        if (date.size() != 3) return std::nullopt;
        auto year = parseNumber(date[2], 2);
        if (year) year = fullYear(*year, now);
        return makeTime(year, parseMonth(date[1]), parseNumber(date[0], 2),
                        parseTimeOfDay(parts[2]));
    }
    return std::nullopt;
}

std::optional<milliseconds> parseRetryAfter(std::string_view text, WallTime now)
{
    text = trimmed(text);
    if (const auto count = parseSeconds(text)) return fromSeconds(*count);
    if (isAbsurd(text)) return kLongestWait;
    if (const auto time = parseHttpDate(text, now)) return bounded(*time - now);
    return std::nullopt;
}

std::optional<milliseconds> parseRateLimit(std::string_view text)
{
    // The older draft has one policy over commas, the newer one policy between commas.
    const bool isOlder = lowerCase(text).find("reset") != std::string::npos;
    std::vector<Policy> policies;
    for (const std::string_view item : words(text, isOlder ? std::string_view() : ",")) {
        Policy policy;
        for (const std::string_view parameter : words(item, ",;"))
            readParameter(parameter, policy);
        policies.push_back(policy);
    }
    const auto exhausted = longest(policies, true);
    return exhausted ? exhausted : longest(policies, false);
}

std::optional<milliseconds> parseRateLimitReset(std::string_view text, WallTime now)
{
    constexpr std::uint64_t kEpochSeconds = 1'000'000'000;
    constexpr std::uint64_t kEpochMilliseconds = 1'000'000'000'000;
    const auto number = parseSeconds(trimmed(text));
    if (!number || *number >= 100 * kEpochMilliseconds) return std::nullopt;
    const auto count = static_cast<std::int64_t>(*number);
    if (*number >= kEpochMilliseconds) return bounded(WallTime(milliseconds(count)) - now);
    if (*number >= 100 * kEpochSeconds) return std::nullopt;
    if (*number >= kEpochSeconds) return bounded(WallTime(seconds(count)) - now);
    const milliseconds wait = seconds(count);
    if (wait > kLongestWait) return std::nullopt;
    return wait;
}

std::optional<milliseconds> requestedWait(const AnswerHeaders& headers, WallTime now)
{
    const WallTime base = parseHttpDate(headers.date, now).value_or(now);
    if (const auto wait = parseRetryAfter(headers.retryAfter, base)) return wait;
    if (const auto wait = parseRateLimit(headers.rateLimit)) return wait;
    if (const auto wait = parseRateLimitReset(headers.rateLimitReset, base)) return wait;
    return parseRateLimitReset(headers.xRateLimitReset, base);
}

} // namespace oauth_batch
