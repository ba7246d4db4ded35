#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace oauth_batch {

/// Where the API is: the parts of a base URL. Immutable, cheap to copy.
class Endpoint
{
public:
    /// Reads a base URL: `https://host`, with a port and a path prefix if wanted, IPv6 literals in
    /// brackets. Plain http is for loopback only: `localhost`, 127.0.0.0/8, `::1`.
    /// The alternative is what is wrong, for people; it never repeats user information, which may
    /// hold a password. Pure.
    static std::variant<Endpoint, std::string> parse(std::string_view baseUrl);

    bool isSecure() const noexcept { return secure_; }
    /// Lower case, an IPv6 literal without brackets.
    const std::string& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    /// What stands before each request target: empty, or `/gateway` without a slash at its end.
    const std::string& pathPrefix() const noexcept { return pathPrefix_; }
    bool isAddressLiteral() const noexcept { return addressLiteral_; }
    /// True where the name or the literal stands for this machine.
    bool isLoopback() const;

    /// `host:port`, always with the port, an IPv6 literal in brackets.
    std::string authority() const;
    /// The Host header: the port only where it is not the scheme's default.
    std::string hostHeader() const;
    /// One spelling for each origin (RFC 6454), `https://host:port`: what a quota is keyed by.
    std::string origin() const;

private:
    Endpoint() = default;

    std::string host_;
    std::string pathPrefix_;
    std::uint16_t port_ = 0;
    bool secure_ = true;
    bool addressLiteral_ = false;
};

/// The base URL of a region, `us eu jp sg au il cn trial`; nothing for any other name.
std::optional<std::string_view> regionBaseUrl(std::string_view region);

} // namespace oauth_batch
