#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/base/ExitCode.h"
#include "oauth_batch/model/Outcome.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Why a run starts no more rows.
enum class StopReason : std::uint8_t
{
    none,
    unauthorized,  ///< 401
    forbidden,     ///< 403 on each of the first 5 answers
    untrusted,     ///< the server's certificate or TLS version is not acceptable
    maxFailures,   ///< --max-failures
    maxDuration,   ///< --max-duration
    throttled,     ///< 429s for longer than --max-wait, or a wish beyond it
    outage,        ///< --outage-timeout
    interrupted,   ///< a signal; the exit code is the signal's
    journalFailed, ///< what cannot be recorded is not sent
};

/// "max_failures", as `stop_reason` in the summary; "none" too.
std::string_view toString(StopReason reason);

/// `ok` for none; `interrupted` (SIGINT's) for any signal.
ExitCode exitCodeOf(StopReason reason);

/// --max-failures=N or N%.
struct FailureLimit
{
    std::uint32_t count = 1; ///< from 1; at most 100 where it is a percentage
    bool isPercentage = false;

    /// "25" or "10%"; nothing for any other text or a limit of 0.
    static std::optional<FailureLimit> parse(std::string_view text);
    std::string toString() const;

    bool operator==(const FailureLimit&) const = default;
};

/// The stop rules that count. Each returns the reason to stop, or none. What earlier runs counted
/// does not matter: a run that continues begins anew, or it could never get on.
/// Pure; not thread-safe.
class StopRules
{
public:
    static constexpr std::uint32_t kFirstAnswers = 5;
    /// Before so many rows have ended a percentage says nothing.
    static constexpr std::uint32_t kFewRows = 20;

    explicit StopRules(std::optional<FailureLimit> limit) : limit_(limit) {}

    /// Any answer of the server. Counts the first ones only.
    StopReason answered(int httpStatus);

    /// A row that was sent has ended. Failures are `failed` and `unknown`.
    StopReason finished(RowStatus status);

private:
    std::optional<FailureLimit> limit_;
    std::uint32_t answers_ = 0;
    std::uint32_t forbidden_ = 0;
    std::uint64_t finished_ = 0;
    std::uint64_t failures_ = 0;
};

} // namespace oauth_batch
