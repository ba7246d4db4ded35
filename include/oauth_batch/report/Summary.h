#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/base/ExitCode.h"
#include "oauth_batch/report/LatencyHistogram.h"
#include "oauth_batch/report/Tally.h"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace oauth_batch {

/// What a run or a retry has come to. Paths and texts may hold any bytes: the functions below make
/// them fit for where they go.
struct Summary
{
    std::string command;   ///< "run" or "retry"
    std::string inputPath; ///< as given, "-" included
    std::string resultsPath;
    Tally tally;                         ///< every row of the file; requests are those of this run
    std::uint64_t retries = 0;           ///< requests that were not the first of their row
    std::uint64_t throttledEpisodes = 0; ///< how often a 429 stopped all workers
    std::string rate;                    ///< as configured: "60/min", "off"
    unsigned workers = 0;
    bool resumed = false; ///< whether this run continued an unfinished one
    WallTime startedAt{};
    WallTime endedAt{};
    std::chrono::milliseconds elapsed{}; ///< on a clock that does not step
    LatencyHistogram latency;            ///< of this run's attempts
    std::string stopReason;              ///< why it stopped early, empty if it did not
    ExitCode exitCode = ExitCode::ok;
    std::string nextStep; ///< what to do now, empty if nothing
};

/// For people: one fact a line, 10 to 15 lines. Error codes the most frequent first.
void printSummary(std::ostream& out, const Summary& summary);

/// For programs: one JSON object (RFC 8259) and a newline. The keys are always there and in the
/// same order; "counts" has every status, "codes" the error codes that occur; times in UTC (ISO
/// 8601), durations in milliseconds.
std::string summaryJson(const Summary& summary);

} // namespace oauth_batch
