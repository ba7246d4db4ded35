// Three lines: a base URL, the value of https_proxy, the value of no_proxy. What is taken has one
// spelling that means the same, cannot end a header or a request line, and plain http stays on this
// machine. What is refused is refused without showing a password.

#include "SafeText.h"

#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/api/ProxySettings.h"
#include "oauth_batch/base/Error.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;
using fuzz::require;

bool isPlain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool isHost(std::string_view host)
{
    return !host.empty() && isPlain(host) && host.find_first_of("/?#@[]\\%") == host.npos;
}

void checkEndpoint(const Endpoint& endpoint)
{
    require(isHost(endpoint.host()) && endpoint.port() > 0);
    require(isPlain(endpoint.pathPrefix()) && !endpoint.pathPrefix().ends_with('/'));
    require(endpoint.pathPrefix().empty() || endpoint.pathPrefix().starts_with('/'));
    require((endpoint.pathPrefix() + '/').find("/../") == std::string::npos);
    require(endpoint.isSecure() || endpoint.host() == "localhost" || endpoint.host() == "::1" ||
            endpoint.host().starts_with("127."));
    const auto again = Endpoint::parse(endpoint.origin() + endpoint.pathPrefix());
    const auto* const same = std::get_if<Endpoint>(&again);
    require(same != nullptr && same->origin() == endpoint.origin());
    require(same->pathPrefix() == endpoint.pathPrefix());
    require(same->hostHeader() == endpoint.hostHeader());
}

bool isWordCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// No part of what stands before an @ is shown, if it is one that no message would hold by itself:
/// long and with a digit.
void requireNoPassword(const std::string& message, std::string_view url)
{
    fuzz::requireHarmless(message);
    std::string_view secret = url.substr(0, url.rfind('@') + 1);
    while (!secret.empty()) {
        const auto end = std::find_if_not(secret.begin(), secret.end(), isWordCharacter);
        const auto length = static_cast<std::size_t>(end - secret.begin());
        const std::string_view word = secret.substr(0, length);
        if (length >= 12 && word.find_first_of("0123456789") != std::string_view::npos)
            require(message.find(word) == std::string::npos);
        secret.remove_prefix(std::min(length + 1, secret.size()));
    }
}

void checkProxy(const Endpoint& endpoint, const std::string& proxy, const std::string& exempt)
{
    const auto variable = [&](std::string_view name) -> const char* {
        if (name == "https_proxy") return proxy.c_str();
        return name == "no_proxy" ? exempt.c_str() : nullptr;
    };
    try {
        const auto settings = ProxySettings::fromEnvironment(endpoint, variable);
        if (!settings) return;
        require(endpoint.isSecure());
        require(!isExemptFromProxy(exempt, endpoint.host(), endpoint.port()));
        require(isHost(settings->host) && settings->port > 0);
        require(std::none_of(settings->authorization.begin(), settings->authorization.end(),
                             [](char c) { return c < ' ' || c >= '\x7f'; }));
    } catch (const Error& error) {
        require(error.exitCode() == ExitCode::configuration);
        requireNoPassword(error.what(), proxy);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest = fuzz::textOf(data, size);
    const std::string_view url = fuzz::takeUntil(rest, "\n");
    // A variable of the environment has no NUL.
    const std::string proxy = std::string(fuzz::takeUntil(rest, "\n")).c_str();
    const std::string exempt = std::string(fuzz::takeUntil(rest, "\n")).c_str();
    const auto parsed = Endpoint::parse(url);
    if (const auto* const problem = std::get_if<std::string>(&parsed)) {
        require(!problem->empty());
        requireNoPassword(*problem, url);
    } else {
        checkEndpoint(std::get<Endpoint>(parsed));
        checkProxy(std::get<Endpoint>(parsed), proxy, exempt);
    }
    const auto known = Endpoint::parse("https://10.1.2.3:8443");
    checkProxy(std::get<Endpoint>(known), proxy, exempt);
    return 0;
}
