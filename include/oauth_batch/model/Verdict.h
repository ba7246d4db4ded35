#pragma once

#include "oauth_batch/model/Outcome.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace oauth_batch {

/// What to do with a row after one attempt.
enum class NextStep : std::uint8_t
{
    conclude,  ///< the row ends with the verdict's status
    retry,     ///< try again; the verdict's status holds when its attempts are used up
    throttled, ///< 429: everybody waits; the attempt does not count
    notSent,   ///< nothing of the request left: try again at once on a new connection, no attempt
    unauthorized, ///< 401: the run stops, the row stays pending
    untrusted,    ///< the server's TLS is not acceptable: the run stops, the row stays pending
};

/// Whether the failure says something about the server as a whole (for the outage breaker).
enum class FailureKind : std::uint8_t
{
    none,      ///< an answer that shows the server at work
    transport, ///< no answer: refused, reset, time-out, DNS, TLS, proxy
    server,    ///< 408 or 5xx
};

/// One attempt, judged: made by `api` from what came over the wire, read by `schedule`.
struct Verdict
{
    NextStep next = NextStep::conclude;
    FailureKind kind = FailureKind::none;
    RowStatus status = RowStatus::unknown; ///< if this was the last attempt
    ErrorCode code = ErrorCode::none;
    int httpStatus = 0; ///< 0 when there was no answer
    /// The request (or a part of it) left and nothing tells whether it was applied.
    bool mayBeApplied = false;
    /// What the server asked to wait (Retry-After and relatives), already bounded to >= 0.
    std::optional<std::chrono::milliseconds> wait;
    std::string message; ///< made by safeMessage(); empty on success
};

} // namespace oauth_batch
