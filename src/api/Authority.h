#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace oauth_batch {

/// `host[:port]` of a URL (RFC 3986, without user information).
struct Authority
{
    std::string host; ///< lower case, an IPv6 literal without brackets
    std::optional<std::uint16_t> port;
    bool addressLiteral = false;
};

/// The alternative is what is wrong. Strict where resolvers are not: `127.1` and `0x7f.1`, which
/// getaddrinfo takes for addresses, are no host names here.
std::variant<Authority, std::string> parseAuthority(std::string_view text);

/// True for 127.0.0.0/8 and ::1, written as literals.
bool isLoopbackLiteral(const std::string& host);

/// True for an IPv4 or IPv6 literal (without brackets).
bool isAddressLiteral(const std::string& host);

} // namespace oauth_batch
