#pragma once

#include "oauth_batch/api/Endpoint.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The HTTP proxy through which an endpoint is reached (by CONNECT: the proxy sees the host's name
/// and nothing of the requests). Its credentials are a secret: overwritten at the end.
struct ProxySettings
{
    /// Reads a variable of the environment; nullptr where it is not set.
    using Variable = std::function<const char*(const char* name)>;

    ProxySettings() = default;
    ProxySettings(const ProxySettings&) = default;
    ProxySettings(ProxySettings&&) = default;
    ProxySettings& operator=(const ProxySettings&) = default;
    ProxySettings& operator=(ProxySettings&&) = default;
    ~ProxySettings();

    /// `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, the first that is set and not empty,
    /// unless `no_proxy` or `NO_PROXY` exempts the host. Nothing for a plain http endpoint: that is
    /// on this machine, and its token would pass the proxy unencrypted.
    /// Throws Error (configuration) for a value that is no URL of an HTTP proxy.
    static std::optional<ProxySettings> fromEnvironment(const Endpoint& endpoint,
                                                        const Variable& variable);
    static std::optional<ProxySettings> fromEnvironment(const Endpoint& endpoint);

    std::string host;
    std::uint16_t port = 0;
    /// The value of Proxy-Authorization, empty where the URL names no user.
    std::string authorization;
};

/// True if the comma-separated list exempts the host: `*`, a host name (and all names below it,
/// with or without a dot before it), an address, a network (`10.0.0.0/8`), each with `:port` if
/// wanted.
bool isExemptFromProxy(std::string_view noProxy, const std::string& host, std::uint16_t port);

} // namespace oauth_batch
