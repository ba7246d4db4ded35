#pragma once

#include "LatencyRange.h"
#include "QuotaWindow.h"
#include "World.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oauth_batch::sandbox {

/// How a 429 says when to come back.
enum class RetryAfterStyle : std::uint8_t
{
    seconds,         ///< Retry-After: 12
    date,            ///< Retry-After: an HTTP date
    none,            ///< not at all
    rateLimit,       ///< RateLimit-Limit, -Remaining, -Reset (seconds from now)
    rateLimitItem,   ///< RateLimit: "default";r=0;t=12
    xRateLimit,      ///< X-RateLimit-Limit, -Remaining, -Reset (seconds of the Unix epoch)
    xRateLimitDelta, ///< the same, Reset in seconds from now
};

/// What the sandbox is told: checked, immutable once made.
struct Options
{
    std::uint16_t port = 0; ///< 0: any free one
    std::string portFile;
    std::optional<std::string> token; ///< nothing: any bearer token is good
    std::optional<Quota> quota = Quota{};
    QuotaCounts quotaCounts = QuotaCounts::accepted;
    RetryAfterStyle retryAfter = RetryAfterStyle::seconds;
    LatencyRange latency;
    std::string customersFile; ///< empty: an open world
    std::string scenarioFile;
    std::vector<ProfileRecord> profiles;
    Policies policies;
    std::string tlsCertificate; ///< empty: plain http
    std::string tlsKey;
    std::string requestLog;
    std::string stateFile;
    std::chrono::milliseconds keepAliveTimeout = std::chrono::seconds(75);
    int keepAliveRequests = 0; ///< 0: any number
    std::uint64_t seed = 1;
};

using Setting = std::pair<std::string, std::string>;

/// The command line, split but not checked.
struct CommandLine
{
    bool help = false;
    bool version = false;
    std::vector<Setting> settings;
    std::vector<std::string> errors;

    /// The value of a setting, or nothing.
    std::optional<std::string> find(const std::string& name) const;
};

/// Options are `--name=value`, never abbreviated. Pure.
CommandLine parseCommandLine(const std::vector<std::string>& arguments);

/// Checks all settings, those of the scenario file too, which give way to the command line's.
/// Throws UsageError with all errors, one a line.
Options makeOptions(const CommandLine& commandLine, const std::vector<Setting>& fromScenario);

/// The text of --help.
std::string helpText();

} // namespace oauth_batch::sandbox
