#pragma once

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace oauth_batch {

/// How far a run is, at one moment.
struct ProgressState
{
    std::uint64_t done = 0;  ///< rows that need nothing more
    std::uint64_t total = 0; ///< rows of the file
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0; ///< `unknown` ones too
    std::uint64_t blocked = 0;
    std::uint64_t requests = 0;      ///< sent in this run
    std::optional<double> perMinute; ///< requests, measured lately; nothing while not known
    unsigned inFlight = 0;
    std::optional<std::chrono::milliseconds> timeLeft; ///< nothing while not known
    /// Why nothing goes on, or slower: "throttled by the API, next probe in 20 s"; empty when all
    /// is well. May hold any bytes.
    std::string pause;
};

/// What the terminal can show.
enum class Charset : std::uint8_t
{
    ascii,
    utf8
};

/// The charset of the environment's locale (LC_ALL, LC_CTYPE, LANG).
Charset terminalCharset();

/// One line of less than `width` columns, so that it never wraps: what matters least is left out
/// first. Without a line end.
std::string renderBar(const ProgressState& state, std::size_t width, Charset charset);

/// One line for a log, the time first, without a line end:
/// "2026-05-01T07:30:00Z 1200/10000 done (12 %), 1190 ok, 8 failed, 59.4/min, 2 h 28 min left".
std::string renderPlain(const ProgressState& state, WallTime time);

} // namespace oauth_batch
