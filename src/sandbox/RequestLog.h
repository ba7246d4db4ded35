#pragma once

#include "Scenario.h"
#include "World.h"

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/base/UniqueFd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch::sandbox {

/// What the quota said.
enum class QuotaUse : std::uint8_t
{
    free,    ///< an endpoint without quota, or a request that was turned away before
    counted, ///< accepted
    refused  ///< 429
};

/// One request of the log. The token is not in it.
struct LogEntry
{
    Instant arrival;  ///< when its headers had been read
    Instant answered; ///< see RequestLog
    std::uint64_t connection = 0;
    std::string_view method;
    std::string_view target; ///< as it came
    int status = 0;          ///< 0: no answer was sent
    Fault fault = Fault::none;
    Effect effect = Effect::none;
    std::optional<std::size_t> inFlight; ///< nothing where the request names no customer
    bool authorized = false;
    QuotaUse quota = QuotaUse::free;
};

/// A line of the log with its newline.
std::string formatLogLine(const LogEntry& entry);

/// The request log: text, one line per request, appended to the file with one write(2) each, so
/// that nothing is held back and lines of several threads do not mix. A line is in the file before
/// the first byte of its answer is sent (or before the connection is cut; with `hang`, before the
/// silence begins): who has seen an answer finds its line. Lines stand in the order of answers.
/// Columns, tab-separated, without a header:
///
///  1. arrival: CLOCK_BOOTTIME in nanoseconds
///  2. answered: the same, immediately before the answer was sent
///  3. connection: number of the connection, from 1, in the order of their first requests
///  4. method
///  5. target: raw; bytes that are no visible ASCII as \xNN
///  6. status: of the answer, `-` where none was sent
///  7. fault: of the scenario's rule, `-` without one
///  8. effect: `applied`, `repeated` (confirmed, but the state was already so) or `none`
///  9. in flight: other requests of the same customer, by the ID in the target, that were neither
///     answered nor given up by their client when this one arrived; `-` where there is no customer
/// 10. authorized: `yes` or `no`
/// 11. quota: `counted`, `refused` or `free`
///
/// Thread-safe. append() blocks on the file system and throws IoError (74).
class RequestLog
{
public:
    /// Appends to the file or creates it (0600). Throws IoError (73).
    explicit RequestLog(std::string path);

    void append(const LogEntry& entry);

private:
    const std::string path_;
    UniqueFd file_;
};

} // namespace oauth_batch::sandbox
