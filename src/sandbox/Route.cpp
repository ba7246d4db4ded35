#include "Route.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <limits>

namespace oauth_batch::sandbox {

namespace {

constexpr std::uint32_t kLongestPage = 100;

int hexValue(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// The path and query of an absolute-form target, as a proxy sends it; others as they are.
std::string_view withoutOrigin(std::string_view target)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const auto slash = target.find('/', scheme.size());
        return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    return target;
}

/// The segments after the leading slash; at most one more than any path of the API has.
struct Segments
{
    std::array<std::string_view, 7> at;
    std::size_t count = 0;
};

Segments splitPath(std::string_view path)
{
    Segments segments;
    if (!path.starts_with('/')) return segments;
    path.remove_prefix(1);
    while (segments.count < segments.at.size()) {
        const auto slash = path.find('/');
        segments.at[segments.count++] = path.substr(0, slash);
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return segments;
}

Endpoint operationOf(std::string_view method, std::string_view word)
{
    if (method == "POST" && word == "assign") return Endpoint::assign;
    if (method == "DELETE" && word == "unassign") return Endpoint::unassign;
    return Endpoint::none;
}

void readOperation(Route& route, std::string_view method, const Segments& segments)
{
    const auto& at = segments.at;
    if (at[1] != "managed_users" || at[3] != "custom_oauth_profiles") return;
    if (at[2].empty() || at[4].empty()) return;
    route.endpoint = operationOf(method, at[5]);
    if (route.endpoint == Endpoint::none) return;
    const auto customer = decodePercent(at[2]);
    const auto profile = decodePercent(at[4]);
    route.malformed = !customer || !profile;
    route.customerId = customer.value_or(std::string(at[2]));
    route.profileId = profile.value_or(std::string(at[4]));
}

Endpoint listingOf(std::string_view method, std::string_view word)
{
    if (method != "GET") return Endpoint::none;
    if (word == "custom_oauth_profiles") return Endpoint::listProfiles;
    return word == "managed_users" ? Endpoint::listCustomers : Endpoint::none;
}

bool readForce(const std::string& value, bool& force)
{
    force = value == "true" || value == "1";
    return force || value.empty() || value == "false" || value == "0";
}

bool readNumber(const std::string& value, std::uint32_t& number)
{
    const auto parsed = parseUnsigned(value);
    if (!parsed || *parsed == 0) return false;
    number = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(*parsed, std::numeric_limits<std::uint32_t>::max()));
    return true;
}

bool readParameter(Route& route, std::string_view name, const std::string& value)
{
    if (route.endpoint == Endpoint::unassign)
        return name == "force" ? readForce(value, route.force) : true;
    if (route.endpoint == Endpoint::assign) return true;
    if (name == "page") return readNumber(value, route.page);
    if (name == "per_page") return readNumber(value, route.perPage);
    return true;
}

void readQuery(Route& route, std::string_view query)
{
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const auto equals = pair.find('=');
        const auto value = decodePercent(
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        if (!value || !readParameter(route, pair.substr(0, equals), *value)) route.malformed = true;
    }
    route.perPage = std::min(route.perPage, kLongestPage);
}

} // namespace

Route parseRoute(std::string_view method, std::string_view target)
{
    Route route;
    target = withoutOrigin(target);
    const auto question = target.find('?');
    const Segments segments = splitPath(target.substr(0, question));
    if (segments.count == 0 || segments.at[0] != "api") return route;
    if (segments.count == 6) readOperation(route, method, segments);
    if (segments.count == 2) route.endpoint = listingOf(method, segments.at[1]);
    if (route.endpoint != Endpoint::none && question != std::string_view::npos)
        readQuery(route, target.substr(question + 1));
    return route;
}

std::optional<std::string> decodePercent(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

bool countsTowardsQuota(Endpoint endpoint)
{
    return endpoint == Endpoint::assign || endpoint == Endpoint::unassign ||
           endpoint == Endpoint::listProfiles;
}

} // namespace oauth_batch::sandbox
