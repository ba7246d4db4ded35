#include "Authority.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>

#include <arpa/inet.h>

namespace oauth_batch {

namespace {

bool isIpv4(const std::string& host)
{
    in_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool isIpv6(const std::string& host)
{
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool isHostCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool isLabel(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), isHostCharacter);
}

bool isHostName(std::string_view host)
{
    if (host.size() > 253) return false;
    std::string_view label;
    for (std::string_view rest = host;;) {
        const auto dot = rest.find('.');
        label = rest.substr(0, dot);
        if (!isLabel(label)) return false;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    // A last label that starts with a digit makes getaddrinfo try the text as an address.
    return label.front() < '0' || label.front() > '9';
}

std::optional<std::string> readHost(std::string_view text, Authority& authority)
{
    std::string host = lowerCase(text);
    if (host.ends_with('.')) host.pop_back();
    if (host.empty()) return "the host name is missing";
    authority.addressLiteral = isIpv4(host);
    if (!authority.addressLiteral && !isHostName(host))
        return quoted(text) + " is no host name (write an international name as xn--…)";
    authority.host = host;
    return std::nullopt;
}

std::optional<std::string> readPort(std::string_view text, Authority& authority)
{
    const auto port = parseUnsigned(text);
    if (!port || *port == 0 || *port > 65535)
        return "port " + quoted(text) + " is not a number from 1 to 65535";
    authority.port = static_cast<std::uint16_t>(*port);
    return std::nullopt;
}

std::optional<std::string> readBracketed(std::string_view& text, Authority& authority)
{
    const auto close = text.find(']');
    if (close == std::string_view::npos) return "a bracket is not closed";
    authority.host = lowerCase(text.substr(1, close - 1));
    if (!isIpv6(authority.host)) return quoted(authority.host) + " is no IPv6 address";
    authority.addressLiteral = true;
    text.remove_prefix(close + 1);
    return std::nullopt;
}

} // namespace

std::variant<Authority, std::string> parseAuthority(std::string_view text)
{
    Authority authority;
    std::optional<std::string> problem;
    if (text.starts_with('[')) {
        problem = readBracketed(text, authority);
        if (!problem && !text.empty() && text.front() != ':')
            problem = "something follows the bracket that is no port";
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        problem = readHost(text.substr(0, colon), authority);
        text.remove_prefix(colon);
    }
    // "host:" without digits means the default port (RFC 3986, 3.2.3).
    if (!problem && text.size() > 1) problem = readPort(text.substr(1), authority);
    if (problem) return *problem;
    return authority;
}

bool isLoopbackLiteral(const std::string& host)
{
    return (isIpv4(host) && host.starts_with("127.")) || host == "::1";
}

bool isAddressLiteral(const std::string& host)
{
    return isIpv4(host) || isIpv6(host);
}

} // namespace oauth_batch
