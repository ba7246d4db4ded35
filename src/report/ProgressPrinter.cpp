#include "oauth_batch/report/ProgressPrinter.h"

#include "ReportText.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kBarInterval = 200ms;
constexpr std::chrono::nanoseconds kPlainInterval = 30s;
constexpr std::size_t kUsualWidth = 80;
constexpr std::string_view kEraseToEndOfLine = "\x1B[K"; // ECMA-48 EL

bool isTerminal(int descriptor)
{
    const char* const kind = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

ProgressMode decided(ProgressMode mode, int descriptor)
{
    if (mode != ProgressMode::automatic) return mode;
    return isTerminal(descriptor) ? ProgressMode::bar : ProgressMode::plain;
}

/// Asked for each line, so that no handler of SIGWINCH is needed.
std::size_t terminalWidth(int descriptor)
{
    winsize size{};
    const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : kUsualWidth;
}

} // namespace

std::optional<ProgressMode> parseProgressMode(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, ProgressMode>, 4> kNames = {{
        {"auto", ProgressMode::automatic},
        {"bar", ProgressMode::bar},
        {"plain", ProgressMode::plain},
        {"none", ProgressMode::none},
    }};
    for (const auto& [name, mode] : kNames)
        if (name == text) return mode;
    return std::nullopt;
}

ProgressPrinter::ProgressPrinter(ProgressMode mode, const Clock& clock, int descriptor)
    : clock_(clock),
      descriptor_(descriptor),
      charset_(terminalCharset()),
      mode_(decided(mode, descriptor)),
      due_(clock.now())
{
    if (mode_ == ProgressMode::plain) due_ += kPlainInterval;
}

ProgressPrinter::~ProgressPrinter()
{
    if (!barLine_.empty()) write("\n");
}

bool ProgressPrinter::isDue() const
{
    return mode_ != ProgressMode::none && !gone_ && clock_.now() >= due_;
}

void ProgressPrinter::tick(const ProgressState& state)
{
    if (!isDue()) return;
    if (mode_ == ProgressMode::bar) {
        due_ = clock_.now() + kBarInterval;
        drawBar(state);
    } else {
        due_ = clock_.now() + kPlainInterval;
        write(renderPlain(state, clock_.wallTime()) + '\n');
    }
}

void ProgressPrinter::note(std::string_view text)
{
    if (mode_ == ProgressMode::none) return;
    const std::string line = formatSeconds(clock_.wallTime()) + ' ' + printable(text);
    if (mode_ == ProgressMode::plain) {
        write(line + '\n');
        return;
    }
    std::string output = barLine_.empty() ? "" : "\r";
    output += line;
    if (!barLine_.empty()) output += kEraseToEndOfLine;
    write(output + '\n' + barLine_);
}

void ProgressPrinter::finish(const ProgressState& state)
{
    if (mode_ == ProgressMode::plain) write(renderPlain(state, clock_.wallTime()) + '\n');
    if (mode_ != ProgressMode::bar) return;
    drawBar(state);
    write("\n");
    barLine_.clear();
}

void ProgressPrinter::drawBar(const ProgressState& state)
{
    barLine_ = renderBar(state, terminalWidth(descriptor_), charset_);
    std::string output = "\r" + barLine_;
    write(output.append(kEraseToEndOfLine));
}

void ProgressPrinter::write(std::string_view text)
{
    while (!text.empty() && !gone_) {
        const ssize_t written = ::write(descriptor_, text.data(), text.size());
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (written < 0 && errno == EAGAIN)
            return; // a reader that is too slow misses a line, but the next may come through
        else if (written == 0 || errno != EINTR)
            gone_ = true;
    }
}

} // namespace oauth_batch
