#include "oauth_batch/api/ProxySettings.h"

#include "Authority.h"

#include "oauth_batch/api/Token.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::uint16_t kDefaultProxyPort = 80;

struct Setting
{
    const char* name = nullptr;
    std::string_view value;
};

template <std::size_t count>
Setting firstSet(const std::array<const char*, count>& names,
                 const ProxySettings::Variable& variable)
{
    for (const char* name : names) {
        const char* value = variable(name);
        if (value != nullptr && !trimmed(value).empty()) return {name, trimmed(value)};
    }
    return {};
}

/// The value is never repeated: it may hold a password.
[[noreturn]] void refuse(const Setting& setting, const std::string& problem)
{
    throw Error(ExitCode::configuration, std::string(setting.name) + ": " + problem +
                                             " (expected: http://[user:password@]host:port)");
}

std::string percentDecoded(const Setting& setting, std::string_view text)
{
    std::string decoded;
    try {
        Poco::URI::decode(std::string(text), decoded);
    } catch (const Poco::Exception&) {
        refuse(setting, "the user or password is not percent-encoded properly");
    }
    if (hasControlCharacter(decoded))
        refuse(setting, "the user or password holds a control character");
    return decoded;
}

/// RFC 7617. Poco knows how; the request is only a place to put it.
std::string basicAuthorization(const Setting& setting, std::string_view userInfo)
{
    const auto colon = std::min(userInfo.find(':'), userInfo.size());
    std::string user = percentDecoded(setting, userInfo.substr(0, colon));
    std::string password =
        colon < userInfo.size() ? percentDecoded(setting, userInfo.substr(colon + 1)) : "";
    Poco::Net::HTTPRequest request;
    Poco::Net::HTTPBasicCredentials(user, password).proxyAuthenticate(request);
    std::string value = request.get(Poco::Net::HTTPRequest::PROXY_AUTHORIZATION);
    wipe(user);
    wipe(password);
    return value;
}

/// True for what may be shown: without a scheme, a password may stand before the first "://".
bool isSchemeName(std::string_view text)
{
    constexpr std::size_t kLongest = 8; // socks5h, and then some
    return !text.empty() && text.size() <= kLongest &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == text.npos;
}

ProxySettings parseProxy(const Setting& setting)
{
    std::string_view url = setting.value;
    if (const auto end = url.find("://"); end != std::string_view::npos) {
        const std::string scheme = lowerCase(url.substr(0, end));
        if (scheme != "http")
            refuse(setting, isSchemeName(scheme)
                                ? "a proxy of the kind " + quoted(scheme) + " is not supported"
                                : "the scheme is not http");
        url.remove_prefix(end + 3);
    }
    const auto end = url.find_first_of("/?#");
    if (end != std::string_view::npos && url.find('@', end) != std::string_view::npos)
        refuse(setting,
               "a `/`, `?` or `#` in the user name or password has to be written %2F, %3F or "
               "%23");
    url = url.substr(0, end);
    ProxySettings proxy;
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        proxy.authorization = basicAuthorization(setting, url.substr(0, at));
        url.remove_prefix(at + 1);
    }
    auto parsed = parseAuthority(url);
    if (const auto* problem = std::get_if<std::string>(&parsed)) {
        // A password with a bare slash in it would be shown as a bad port.
        const bool mayHoldSecret = setting.value.find('@') != std::string_view::npos;
        refuse(setting, mayHoldSecret ? "the host or the port is not valid" : *problem);
    }
    auto& authority = std::get<Authority>(parsed);
    proxy.host = std::move(authority.host);
    proxy.port = authority.port.value_or(kDefaultProxyPort);
    return proxy;
}

/// "10.0.0.0/8" against an address literal.
bool isInNetwork(std::string_view network, const std::string& host)
{
    const auto slash = network.find('/');
    Poco::Net::IPAddress base;
    Poco::Net::IPAddress address;
    if (slash == std::string_view::npos ||
        !Poco::Net::IPAddress::tryParse(std::string(network.substr(0, slash)), base) ||
        !Poco::Net::IPAddress::tryParse(host, address) || base.family() != address.family())
        return false;
    const auto length = parseUnsigned(network.substr(slash + 1));
    if (!length || *length > 8U * static_cast<unsigned>(base.length())) return false;
    const Poco::Net::IPAddress mask(static_cast<unsigned>(*length), base.family());
    return (address & mask) == (base & mask);
}

bool isSameHost(std::string_view pattern, const std::string& host)
{
    if (isAddressLiteral(host)) {
        Poco::Net::IPAddress wanted;
        Poco::Net::IPAddress address;
        return Poco::Net::IPAddress::tryParse(std::string(pattern), wanted) &&
               Poco::Net::IPAddress::tryParse(host, address) && wanted == address;
    }
    if (pattern.starts_with("*.")) pattern.remove_prefix(1);
    if (pattern.starts_with('.')) pattern.remove_prefix(1);
    if (pattern.empty() || !host.ends_with(pattern)) return false;
    return host.size() == pattern.size() || host[host.size() - pattern.size() - 1] == '.';
}

bool isMatch(std::string_view entry, const std::string& host, std::uint16_t port)
{
    if (entry == "*" || isInNetwork(entry, host)) return true;
    const auto bracket = entry.find(']');
    const auto colon = entry.rfind(':');
    const bool hasPort =
        colon != std::string_view::npos &&
        (bracket == std::string_view::npos ? entry.find(':') == colon : colon > bracket);
    if (hasPort) {
        if (parseUnsigned(entry.substr(colon + 1)) != port) return false;
        entry = entry.substr(0, colon);
    }
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    return isSameHost(entry, host);
}

} // namespace

ProxySettings::~ProxySettings()
{
    wipe(authorization);
}

bool isExemptFromProxy(std::string_view noProxy, const std::string& host, std::uint16_t port)
{
    const std::string list = lowerCase(noProxy);
    constexpr std::string_view kSeparators = ", \t";
    for (std::size_t at = 0; at < list.size();) {
        const auto end = std::min(list.find_first_of(kSeparators, at), list.size());
        const auto entry = std::string_view(list).substr(at, end - at);
        if (!entry.empty() && isMatch(entry, host, port)) return true;
        at = end + 1;
    }
    return false;
}

std::optional<ProxySettings> ProxySettings::fromEnvironment(const Endpoint& endpoint,
                                                            const Variable& variable)
{
    constexpr std::array kProxies = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    constexpr std::array kExemptions = {"no_proxy", "NO_PROXY"};
    if (!endpoint.isSecure()) return std::nullopt;
    const Setting setting = firstSet(kProxies, variable);
    if (setting.name == nullptr) return std::nullopt;
    if (isExemptFromProxy(firstSet(kExemptions, variable).value, endpoint.host(), endpoint.port()))
        return std::nullopt;
    return parseProxy(setting);
}

std::optional<ProxySettings> ProxySettings::fromEnvironment(const Endpoint& endpoint)
{
    return fromEnvironment(endpoint, [](const char* name) { return std::getenv(name); });
}

} // namespace oauth_batch
