#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

enum class Verb : std::uint8_t
{
    assign,
    unassign
};

/// The other one: what reverses it.
constexpr Verb opposite(Verb verb)
{
    return verb == Verb::assign ? Verb::unassign : Verb::assign;
}

/// "assign" or "unassign", as the CSV has it.
std::string_view toString(Verb verb);

/// One thing to ask of the API. All IDs are text, exactly as they were written.
struct Operation
{
    Verb verb = Verb::assign;
    /// As the API takes it, not yet URL-encoded: digits, or `E` and the partner's external ID.
    std::string customerId;
    /// Digits, at least one of them not 0.
    std::string profileId;
    /// Unassign only: even if the profile is in use.
    bool force = false;

    bool operator==(const Operation&) const = default;
};

/// "POST" or "DELETE".
std::string_view methodOf(Verb verb);

/// The request target (RFC 9112 origin-form) of an operation, each ID percent-encoded as one path
/// segment: every byte outside RFC 3986 `unreserved` becomes %XX, upper case, `%` included.
/// `/api/managed_users/EA%2F1/custom_oauth_profiles/322/unassign?force=true`
std::string requestTarget(Verb verb, std::string_view customerId, std::string_view profileId,
                          bool force);
std::string requestTarget(const Operation& operation);

/// Method and target with one blank between: the text of the column `result_request`.
std::string requestLine(const Operation& operation);

/// The reverse of requestLine(). Nothing where the text is not exactly what requestLine() writes
/// for some operation (so requestLine(*parse) == text always holds).
std::optional<Operation> parseRequestLine(std::string_view text);

/// True for what the API takes as a customer ID: digits, or `E` and at least one byte. Says nothing
/// of control characters or UTF-8.
bool isCustomerIdShape(std::string_view id);

/// True for digits of which at least one is not 0.
bool isProfileId(std::string_view id);

} // namespace oauth_batch
