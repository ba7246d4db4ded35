#pragma once

#include "oauth_batch/report/Tally.h"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace oauth_batch {

/// How far a run has come, read from its journal or its results file.
struct StatusReport
{
    enum class State : std::uint8_t
    {
        finished,   ///< no row is pending
        unfinished, ///< rows are pending, and nobody works on them
        running,    ///< a program holds the lock
    };

    std::string resultsPath;
    State state = State::finished;
    std::optional<long> pid; ///< of the program that runs, where it is known
    Tally tally;             ///< every row of the file; requests over all runs
    std::string nextStep;    ///< what to do now, empty if nothing
};

/// For people: counts by status and error code.
void printStatus(std::ostream& out, const StatusReport& report);

/// For programs: one JSON object and a newline, with the names that summaryJson() has.
std::string statusJson(const StatusReport& report);

} // namespace oauth_batch
