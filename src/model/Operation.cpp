#include "oauth_batch/model/Operation.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

namespace oauth_batch {

namespace {

constexpr std::string_view kCustomerPrefix = "/api/managed_users/";
constexpr std::string_view kProfilePrefix = "/custom_oauth_profiles/";
constexpr std::string_view kForceQuery = "?force=true";

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool allDigits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}

void appendSegment(std::string& target, std::string_view id)
{
    if (allDigits(id)) {
        target += id;
        return;
    }
    // Every printable byte that RFC 3986 does not list as unreserved; URI::encode() adds the rest.
    static const std::string kReserved = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}";
    Poco::URI::encode(std::string(id), kReserved, target);
}

std::optional<std::string> decodeSegment(std::string_view segment)
{
    std::string id;
    try {
        Poco::URI::decode(std::string(segment), id);
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
    return id;
}

/// Cuts `text` at the first `mark` and returns what stood before it.
std::optional<std::string_view> takeUntil(std::string_view& text, std::string_view mark)
{
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at + mark.size());
    return before;
}

} // namespace

std::string_view toString(Verb verb)
{
    return verb == Verb::assign ? "assign" : "unassign";
}

std::string_view methodOf(Verb verb)
{
    return verb == Verb::assign ? "POST" : "DELETE";
}

std::string requestTarget(Verb verb, std::string_view customerId, std::string_view profileId,
                          bool force)
{
    std::string target;
    target.reserve(kCustomerPrefix.size() + kProfilePrefix.size() + 3 * customerId.size() +
                   profileId.size() + 24);
    target += kCustomerPrefix;
    appendSegment(target, customerId);
    target += kProfilePrefix;
    appendSegment(target, profileId);
    target += '/';
    target += toString(verb);
    if (force) target += kForceQuery;
    return target;
}

std::string requestTarget(const Operation& operation)
{
    return requestTarget(operation.verb, operation.customerId, operation.profileId,
                         operation.force);
}

std::string requestLine(const Operation& operation)
{
    return std::string(methodOf(operation.verb)) + ' ' + requestTarget(operation);
}

std::optional<Operation> parseRequestLine(std::string_view text)
{
    std::string_view rest = text;
    Operation operation;
    const auto method = takeUntil(rest, " ");
    if (!method || (*method != "POST" && *method != "DELETE")) return std::nullopt;
    operation.verb = *method == "POST" ? Verb::assign : Verb::unassign;
    if (!rest.starts_with(kCustomerPrefix)) return std::nullopt;
    rest.remove_prefix(kCustomerPrefix.size());
    const auto customer = takeUntil(rest, kProfilePrefix);
    const auto profile = takeUntil(rest, "/");
    if (!customer || !profile) return std::nullopt;
    operation.force = rest.ends_with(kForceQuery);
    const auto customerId = decodeSegment(*customer);
    if (!customerId || !isCustomerIdShape(*customerId) || !isProfileId(*profile))
        return std::nullopt;
    operation.customerId = *customerId;
    operation.profileId = *profile;
    // What we write has one spelling only; anything else is not ours.
    if ((operation.force && operation.verb == Verb::assign) || requestLine(operation) != text)
        return std::nullopt;
    return operation;
}

bool isCustomerIdShape(std::string_view id)
{
    return allDigits(id) || (id.size() > 1 && id.front() == 'E');
}

bool isProfileId(std::string_view id)
{
    return allDigits(id) && id.find_first_not_of('0') != std::string_view::npos;
}

} // namespace oauth_batch
