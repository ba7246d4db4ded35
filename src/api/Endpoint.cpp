#include "oauth_batch/api/Endpoint.h"

#include "Authority.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool isPlainAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// What is wrong before the parts are looked at, or nothing.
std::string_view problemOf(std::string_view url)
{
    if (url.empty()) return "is empty";
    if (!isPlainAscii(url)) return "holds a blank, a control character or one outside ASCII";
    if (url.find('?') != std::string_view::npos) return "has a query (?…), which it must not";
    if (url.find('#') != std::string_view::npos) return "has a fragment (#…), which it must not";
    if (url.find('\\') != std::string_view::npos) return "has a backslash";
    // Behind the host too: a bare slash in a password makes the user a host, and what a message
    // shows of the URL a piece of the password.
    if (url.find('@') != std::string_view::npos)
        return "has user information before the host (…@), which it must not";
    return {};
}

bool isPathCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+,;=:%/").find(c) != std::string_view::npos;
}

bool hasEmptyOrDotSegment(std::string_view path)
{
    const std::string closed = std::string(path) + '/';
    return closed.find("//") != std::string::npos || closed.find("/./") != std::string::npos ||
           closed.find("/../") != std::string::npos;
}

std::string bracketed(const std::string& host)
{
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

} // namespace

std::variant<Endpoint, std::string> Endpoint::parse(std::string_view baseUrl)
{
    if (const auto problem = problemOf(baseUrl); !problem.empty()) return std::string(problem);
    const auto schemeEnd = baseUrl.find("://");
    const std::string scheme = lowerCase(baseUrl.substr(0, schemeEnd));
    if (schemeEnd == std::string_view::npos || (scheme != "https" && scheme != "http"))
        return std::string("does not start with https://");
    baseUrl.remove_prefix(schemeEnd + 3);
    const auto slash = std::min(baseUrl.find('/'), baseUrl.size());
    const std::string_view authorityText = baseUrl.substr(0, slash);
    std::string_view path = baseUrl.substr(slash);
    while (path.ends_with('/'))
        path.remove_suffix(1);

    auto parsed = parseAuthority(authorityText);
    if (auto* problem = std::get_if<std::string>(&parsed)) return std::move(*problem);
    auto& authority = std::get<Authority>(parsed);
    if (!std::all_of(path.begin(), path.end(), isPathCharacter) || hasEmptyOrDotSegment(path))
        return "has a path " + quoted(path) + " that cannot be a prefix";

    Endpoint endpoint;
    endpoint.secure_ = scheme == "https";
    endpoint.host_ = std::move(authority.host);
    endpoint.addressLiteral_ = authority.addressLiteral;
    endpoint.port_ = authority.port.value_or(endpoint.secure_ ? kHttpsPort : kHttpPort);
    endpoint.pathPrefix_ = path;
    if (!endpoint.secure_ && !endpoint.isLoopback())
        return std::string("is plain http, which is for loopback addresses only "
                           "(localhost, 127.0.0.0/8, ::1): use https");
    return endpoint;
}

bool Endpoint::isLoopback() const
{
    return host_ == "localhost" || (addressLiteral_ && isLoopbackLiteral(host_));
}

std::string Endpoint::authority() const
{
    return bracketed(host_) + ':' + std::to_string(port_);
}

std::string Endpoint::hostHeader() const
{
    return port_ == (secure_ ? kHttpsPort : kHttpPort) ? bracketed(host_) : authority();
}

std::string Endpoint::origin() const
{
    return (secure_ ? "https://" : "http://") + authority();
}

std::optional<std::string_view> regionBaseUrl(std::string_view region)
{
    using Entry = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Entry, 8> kRegions{{
        {"us", "https://www.workato.com"},
        {"eu", "https://app.eu.workato.com"},
        {"jp", "https://app.jp.workato.com"},
        {"sg", "https://app.sg.workato.com"},
        {"au", "https://app.au.workato.com"},
        {"il", "https://app.il.workato.com"},
        {"cn", "https://app.workatoapp.cn"},
        {"trial", "https://app.trial.workato.com"},
    }};
    const auto* const found = std::find_if(kRegions.begin(), kRegions.end(),
                                           [&](const Entry& e) { return e.first == region; });
    if (found == kRegions.end()) return std::nullopt;
    return found->second;
}

} // namespace oauth_batch
