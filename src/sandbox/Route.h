#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch::sandbox {

enum class Endpoint : std::uint8_t
{
    none, ///< nothing of this API: 404
    assign,
    unassign,
    listProfiles,
    listCustomers,
};

/// What a request asks for.
struct Route
{
    Endpoint endpoint = Endpoint::none;
    std::string customerId; ///< decoded: digits, or `E` and the external ID; the operations only
    std::string profileId;  ///< decoded; the operations only
    bool force = false;     ///< unassign only
    std::uint32_t page = 1; ///< listings only
    std::uint32_t perPage = 100;
    bool malformed = false; ///< a broken escape or parameter: 400
};

/// Reads method and raw request target (RFC 9112 origin-form or absolute-form). The path is split
/// before it is decoded, so that `%2F` is part of an ID.
Route parseRoute(std::string_view method, std::string_view target);

/// Percent-decoding of one path segment or query value; nothing for a broken escape. `+` stays.
std::optional<std::string> decodePercent(std::string_view text);

/// True for the endpoints of the documented quota ("all custom OAuth profile endpoints together").
bool countsTowardsQuota(Endpoint endpoint);

} // namespace oauth_batch::sandbox
