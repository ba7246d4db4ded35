#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/report/ProgressState.h"

#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The option --progress.
enum class ProgressMode : std::uint8_t
{
    automatic, ///< a bar on a terminal, else plain
    bar,       ///< one line that is written anew
    plain,     ///< a line every 30 s, and one for each event
    none       ///< nothing
};

/// "auto", "bar", "plain", "none".
std::optional<ProgressMode> parseProgressMode(std::string_view text);

/// Shows on standard error how far a run is. Owns nothing but the line it has drawn; the descriptor
/// stays open. Not thread-safe: used by one thread.
///
/// Nothing throws when the descriptor goes away: after a failed write it falls silent. A reader
/// that has gone raises SIGPIPE unless the program ignores it. Writing blocks as long as the reader
/// does.
class ProgressPrinter
{
public:
    /// `clock` outlives the printer.
    ProgressPrinter(ProgressMode mode, const Clock& clock, int descriptor);

    /// Ends a bar's line, so that what follows starts on its own.
    ~ProgressPrinter();
    ProgressPrinter(const ProgressPrinter&) = delete;
    ProgressPrinter& operator=(const ProgressPrinter&) = delete;

    /// Shows the state if it is time to: a bar five times a second, a plain line every 30 s. To be
    /// called as often as one likes.
    void tick(const ProgressState& state);

    /// Whether tick() would show anything: saves making a state in vain.
    bool isDue() const;

    /// An event, as a line of its own with the time before it; above the bar.
    void note(std::string_view text);

    /// Shows the last state and ends the line.
    void finish(const ProgressState& state);

    /// `automatic` is decided.
    ProgressMode mode() const { return mode_; }

private:
    void drawBar(const ProgressState& state);
    void write(std::string_view text);

    // Constant after construction.
    const Clock& clock_;
    const int descriptor_;
    const Charset charset_;
    const ProgressMode mode_;

    Instant due_;
    std::string barLine_; ///< what stands on the terminal's current line, empty if nothing does
    bool gone_ = false;
};

} // namespace oauth_batch
