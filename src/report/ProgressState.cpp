#include "oauth_batch/report/ProgressState.h"

#include "ReportText.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace oauth_batch {

namespace {

constexpr std::size_t kLeastCells = 10;
constexpr std::size_t kMostCells = 30;
constexpr std::size_t kFrame = 2; // the bar's brackets
constexpr std::string_view kGap = "  ";

/// Columns that a code point takes, rather too many than too few (UAX #11, wide and full-width).
std::size_t columnsOf(char32_t code)
{
    const bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                      (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                      (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
                      (code >= 0xFFE0 && code <= 0xFFE6) || code >= 0x1F000;
    return wide ? 2 : 1;
}

/// REQUIRES: `text` is UTF-8.
std::size_t columnsOf(std::string_view text)
{
    std::size_t columns = 0;
    for (char32_t code = 0; !text.empty(); columns += columnsOf(code))
        text.remove_prefix(decodeUtf8(text, code));
    return columns;
}

/// The first characters of `text` that fit, then an ellipsis; the whole where it fits.
std::string cutToColumns(std::string_view text, std::size_t columns, Charset charset)
{
    if (columnsOf(text) <= columns) return std::string(text);
    const std::string_view ellipsis = charset == Charset::utf8 ? "…" : "...";
    const std::size_t mark = columnsOf(ellipsis);
    if (mark > columns) return {};
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        char32_t code = 0;
        const std::size_t length = decodeUtf8(text.substr(at), code);
        if (used + columnsOf(code) + mark > columns) break;
        used += columnsOf(code);
        at += length;
    }
    return std::string(text.substr(0, at)).append(ellipsis);
}

std::string displayed(std::string_view text, Charset charset)
{
    std::string shown = printable(text);
    if (charset == Charset::utf8) return shown;
    std::string ascii;
    for (std::string_view rest = shown; !rest.empty();) {
        char32_t code = 0;
        rest.remove_prefix(decodeUtf8(rest, code));
        if (code == U'…')
            ascii += "...";
        else
            ascii += code < 0x80 ? static_cast<char>(code) : '?';
    }
    return ascii;
}

/// Rounded down: 100 only when all is done.
std::uint64_t percentOf(const ProgressState& state)
{
    const std::uint64_t done = std::min(state.done, state.total);
    return state.total == 0 ? 100 : done * 100 / state.total;
}

std::string describeCounts(const ProgressState& state)
{
    return std::to_string(state.done) + '/' + std::to_string(state.total);
}

std::string describeRate(double perMinute)
{
    char text[48];
    const int length =
        std::snprintf(text, sizeof text, perMinute < 99.95 ? "%.1f/min" : "%.0f/min", perMinute);
    return std::string(text, static_cast<std::size_t>(std::max(length, 0)));
}

bool hasRate(const ProgressState& state)
{
    return state.perMinute && std::isfinite(*state.perMinute) && *state.perMinute >= 0 &&
           *state.perMinute < 1e9;
}

std::string describeLeft(std::chrono::milliseconds left)
{
    return describeDuration(std::chrono::round<std::chrono::seconds>(left)) + " left";
}

/// A piece of the line; the one with the highest rank is left out first, rank 0 never.
struct Part
{
    int rank;
    std::string text;
};

constexpr int kBarRank = 7;
constexpr int kPauseRank = 1;

std::vector<Part> partsOf(const ProgressState& state, Charset charset)
{
    std::vector<Part> parts;
    parts.push_back({kBarRank, std::string(kLeastCells + kFrame, '#')});
    parts.push_back({0, describeCounts(state)});
    parts.push_back({6, std::to_string(percentOf(state)) + " %"});
    parts.push_back({4, std::to_string(state.succeeded) + " ok"});
    if (state.failed > 0) parts.push_back({2, std::to_string(state.failed) + " failed"});
    if (state.blocked > 0) parts.push_back({8, std::to_string(state.blocked) + " blocked"});
    if (!state.pause.empty()) {
        parts.push_back({kPauseRank, displayed(state.pause, charset)});
        return parts;
    }
    if (hasRate(state)) parts.push_back({5, describeRate(*state.perMinute)});
    if (state.timeLeft) parts.push_back({3, describeLeft(*state.timeLeft)});
    if (state.inFlight > 0) parts.push_back({9, std::to_string(state.inFlight) + " in flight"});
    return parts;
}

std::size_t columnsOf(const std::vector<Part>& parts)
{
    std::size_t columns = 0;
    for (const Part& part : parts)
        columns += (columns > 0 ? kGap.size() : 0) + columnsOf(part.text);
    return columns;
}

/// Leaves parts out, or cuts the reason of a pause, until the rest fits.
void fit(std::vector<Part>& parts, std::size_t columns, Charset charset)
{
    const auto byRank = [](const Part& a, const Part& b) { return a.rank < b.rank; };
    while (columnsOf(parts) > columns) {
        const auto least = std::max_element(parts.begin(), parts.end(), byRank);
        const std::size_t others = columnsOf(parts) - columnsOf(least->text);
        if (least->rank == 0) {
            least->text = cutToColumns(least->text, columns, charset);
            return;
        }
        if (least->rank == kPauseRank && others + kLeastCells <= columns)
            least->text = cutToColumns(least->text, columns - others, charset);
        else
            parts.erase(least);
    }
}

std::string drawBar(const ProgressState& state, std::size_t cells, Charset charset)
{
    const std::uint64_t done = std::min(state.done, state.total);
    const double share =
        state.total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(state.total);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(cells));
    std::string bar = "[";
    for (std::size_t i = 0; i < cells; ++i) {
        if (charset == Charset::utf8)
            bar += i < filled ? "█" : "░";
        else
            bar += i < filled ? '#' : '-';
    }
    return bar += ']';
}

} // namespace

Charset terminalCharset()
{
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string locale = lowerCase(value);
        const bool utf8 =
            locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
        return utf8 ? Charset::utf8 : Charset::ascii;
    }
    return Charset::ascii;
}

std::string renderBar(const ProgressState& state, std::size_t width, Charset charset)
{
    const std::size_t columns = width > 0 ? width - 1 : 0; // a full last column would wrap
    std::vector<Part> parts = partsOf(state, charset);
    fit(parts, columns, charset);
    if (parts.front().rank == kBarRank) {
        const std::size_t spare = columns - columnsOf(parts);
        const std::size_t cells = std::min(kLeastCells + spare, kMostCells);
        parts.front().text = drawBar(state, cells, charset);
    }
    std::string line;
    for (const Part& part : parts) {
        if (!line.empty()) line += kGap;
        line += part.text;
    }
    return line;
}

std::string renderPlain(const ProgressState& state, WallTime time)
{
    std::string line = formatSeconds(time) + ' ' + describeCounts(state) + " done (" +
                       std::to_string(percentOf(state)) + " %), " +
                       std::to_string(state.succeeded) + " ok, " + std::to_string(state.failed) +
                       " failed";
    if (state.blocked > 0) line += ", " + std::to_string(state.blocked) + " blocked";
    if (hasRate(state)) line += ", " + describeRate(*state.perMinute);
    if (state.timeLeft) line += ", " + describeLeft(*state.timeLeft);
    if (!state.pause.empty()) line += "; " + printable(state.pause);
    return line;
}

} // namespace oauth_batch
