#pragma once

#include "oauth_batch/api/Transport.h"
#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace oauth_batch {

/// What a server asks to wait. Pure functions; what cannot be read is as if it were not there.
/// Results are between 0 and a year.

/// An HTTP-date in any of the three forms of RFC 9110, section 5.6.7.
std::optional<WallTime> parseHttpDate(std::string_view text, WallTime now);

/// Retry-After (RFC 9110, section 10.2.3): seconds or a date; a date counts from `now`.
std::optional<std::chrono::milliseconds> parseRetryAfter(std::string_view text, WallTime now);

/// RateLimit, of the drafts of draft-ietf-httpapi-ratelimit-headers: `limit=10, remaining=0,
/// reset=30` and `"default";r=0;t=30`. Of several policies the longest wait of those that have
/// nothing left, or of all where none says so.
std::optional<std::chrono::milliseconds> parseRateLimit(std::string_view text);

/// RateLimit-Reset and X-RateLimit-Reset: seconds from now, or since 1970, or milliseconds since
/// 1970. Nothing says which, so the size decides: up to a year, from 10^9, from 10^12; anything
/// between is ignored.
std::optional<std::chrono::milliseconds> parseRateLimitReset(std::string_view text, WallTime now);

/// The first of Retry-After, RateLimit, RateLimit-Reset, X-RateLimit-Reset that can be read. Times
/// are counted from the answer's own Date where it has one, so that clocks need not agree.
std::optional<std::chrono::milliseconds> requestedWait(const AnswerHeaders& headers, WallTime now);

} // namespace oauth_batch
