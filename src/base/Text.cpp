#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace oauth_batch {

namespace {

using std::chrono::milliseconds;

struct CodeRange
{
    char32_t first;
    char32_t last;
};

/// What isPrintable() refuses, in ascending order; noncharacters at the end of a plane aside.
constexpr CodeRange kUnprintable[] = {
    {0x0000, 0x001F},   // C0
    {0x007F, 0x009F},   // DEL, C1
    {0x00AD, 0x00AD},   // soft hyphen
    {0x034F, 0x034F},   // combining grapheme joiner
    {0x061C, 0x061C},   // Arabic letter mark
    {0x180E, 0x180E},   // Mongolian vowel separator
    {0x200B, 0x200F},   // zero width, left-to-right and right-to-left mark
    {0x2028, 0x202E},   // line and paragraph separator, bidirectional embeddings and overrides
    {0x2060, 0x206F},   // word joiner, invisible operators, bidirectional isolates
    {0xD800, 0xDFFF},   // surrogates
    {0xFDD0, 0xFDEF},   // noncharacters
    {0xFEFF, 0xFEFF},   // byte order mark
    {0xFFF9, 0xFFFB},   // interlinear annotation
    {0xE0000, 0xE007F}, // tags
};

bool isEndBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

char lowerCase(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Bytes that the lead byte of a code point announces, and the least code point that may take so
/// many; a count of 0 where the byte leads nothing.
struct Utf8Lead
{
    std::size_t count;
    char32_t bits;
    char32_t least;
};

Utf8Lead utf8Lead(unsigned char byte)
{
    if (byte < 0x80) return {1, byte, 0};
    if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1FU, 0x80};
    if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0FU, 0x800};
    if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

void appendHexEscape(std::string& out, unsigned char byte)
{
    constexpr char kDigits[] = "0123456789ABCDEF";
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0x0F];
}

/// The optimal string alignment distance: insertion, deletion, substitution and the transposition
/// of neighbours cost 1 each. Case does not count.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> beforeLast(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        beforeLast.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lowerCase(a[i - 1]) == lowerCase(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && lowerCase(a[i - 1]) == lowerCase(b[j - 2]) &&
                lowerCase(a[i - 2]) == lowerCase(b[j - 1]))
                row[j] = std::min(row[j], beforeLast[j - 2] + 1);
        }
    }
    return row[b.size()];
}

struct TimeUnit
{
    std::string_view name;
    std::int64_t length; ///< in milliseconds
};

constexpr TimeUnit kTimeUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1},
};

/// The length of a unit as parseDuration() takes it, or 0.
std::int64_t unitLength(std::string_view name)
{
    if (name == "m") name = "min";
    for (const TimeUnit& unit : kTimeUnits)
        if (unit.name == name) return unit.length;
    return 0;
}

constexpr std::size_t kTimestampLength = 24;

/// The digits of a timestamp's field as a number, or -1.
int timestampField(std::string_view text, std::size_t at, std::size_t length)
{
    const auto value = parseUnsigned(text.substr(at, length));
    return value ? static_cast<int>(*value) : -1;
}

/// Its last `length` digits.
void putTimestampField(std::string& text, std::size_t at, std::size_t length, std::int64_t value)
{
    for (std::size_t digit = at + length; digit != at; value /= 10)
        text[--digit] = static_cast<char>('0' + value % 10);
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isEndBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isEndBlank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    if (a == b) return true; // as mostly, where they agree at all
    return std::equal(a.begin(), a.end(), b.begin(),
                      [](char x, char y) { return lowerCase(x) == lowerCase(y); });
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = lowerCase(c);
    return lower;
}

std::size_t decodeUtf8(std::string_view bytes, char32_t& code)
{
    const Utf8Lead lead = utf8Lead(static_cast<unsigned char>(bytes.front()));
    if (lead.count == 0 || lead.count > bytes.size()) return 0;
    char32_t value = lead.bits;
    for (std::size_t i = 1; i < lead.count; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if ((byte & 0xC0U) != 0x80U) return 0;
        value = (value << 6) | (byte & 0x3FU);
    }
    if (value < lead.least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    code = value;
    return lead.count;
}

bool isPrintable(char32_t code)
{
    if (code > 0x10FFFF || (code & 0xFFFEU) == 0xFFFEU) return false;
    for (const CodeRange& range : kUnprintable)
        if (code <= range.last) return code < range.first;
    return true;
}

bool isUtf8(std::string_view bytes)
{
    char32_t code = 0;
    while (!bytes.empty()) {
        const std::size_t length = decodeUtf8(bytes, code);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

bool hasControlCharacter(std::string_view bytes)
{
    return std::any_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

std::string quoted(std::string_view text, std::size_t limit)
{
    std::string out = "\"";
    std::size_t width = 0;
    while (!text.empty()) {
        char32_t code = 0;
        const std::size_t length = decodeUtf8(text, code);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
        const bool plain = length > 0 && isPrintable(code);
        const bool escaped = plain && (code == '"' || code == '\\');
        width += plain ? (escaped ? 2 : 1) : 4 * bytes.size();
        if (width > limit) {
            out += "…";
            break;
        }
        if (escaped) out += '\\';
        if (plain)
            out += bytes;
        else
            for (const char byte : bytes)
                appendHexEscape(out, static_cast<unsigned char>(byte));
        text.remove_prefix(bytes.size());
    }
    return out += '"';
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known)
{
    std::string_view best;
    std::size_t least = std::min(std::max<std::size_t>(1, word.size() / 3) + 1, word.size());
    for (const std::string_view candidate : known) {
        const std::size_t gap = candidate.size() > word.size() ? candidate.size() - word.size()
                                                               : word.size() - candidate.size();
        if (gap >= least) continue;
        const std::size_t distance = editDistance(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::optional<std::uint64_t> parseUnsigned(std::string_view digits)
{
    if (digits.empty() || !isDigit(digits.front())) return std::nullopt;
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::optional<milliseconds> parseDuration(std::string_view text)
{
    if (text == "0") return milliseconds::zero();
    constexpr std::int64_t kLongest = milliseconds(std::chrono::years(10)).count();
    constexpr std::size_t kMostFractionDigits = 9; // so that nothing below overflows
    const auto unitAt = text.find_first_not_of("0123456789.");
    if (unitAt == std::string_view::npos) return std::nullopt;
    const std::int64_t unit = unitLength(text.substr(unitAt));
    const std::string_view number = text.substr(0, unitAt);
    const auto point = number.find('.');
    const auto whole = parseUnsigned(number.substr(0, point));
    if (unit == 0 || !whole || *whole > static_cast<std::uint64_t>(kLongest / unit))
        return std::nullopt;
    std::int64_t total = static_cast<std::int64_t>(*whole) * unit;
    if (point != std::string_view::npos) {
        const std::string_view digits = number.substr(point + 1);
        const auto fraction = parseUnsigned(digits);
        if (!fraction || digits.size() > kMostFractionDigits) return std::nullopt;
        std::int64_t scale = 1;
        for (std::size_t i = 0; i < digits.size(); ++i)
            scale *= 10;
        // Rounded up: what is not 0 must not become 0, which often means "off".
        total += (static_cast<std::int64_t>(*fraction) * unit + scale - 1) / scale;
    }
    if (total > kLongest) return std::nullopt;
    return milliseconds(total);
}

std::string describeDuration(milliseconds duration)
{
    std::int64_t count = std::max<std::int64_t>(duration.count(), 0);
    if (count == 0) return "0 s";
    const auto largest = [&count] {
        std::size_t at = 0;
        while (kTimeUnits[at].length > count)
            ++at;
        return at;
    };
    const std::size_t second = std::min(largest() + 1, std::size(kTimeUnits) - 1);
    const std::int64_t step = kTimeUnits[second].length;
    count = (count / step + (count % step * 2 >= step ? 1 : 0)) * step;
    // Rounding may have completed a larger unit: 59 min 59.6 s is 1 h.
    const std::size_t first = largest();
    std::string text = std::to_string(count / kTimeUnits[first].length);
    text.append(" ").append(kTimeUnits[first].name);
    const std::int64_t rest = count % kTimeUnits[first].length;
    if (rest != 0) {
        const TimeUnit& next = kTimeUnits[first + 1];
        text.append(" ").append(std::to_string(rest / next.length)).append(" ").append(next.name);
    }
    return text;
}

std::string formatTimestamp(std::chrono::sys_time<milliseconds> time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string text = "0000-00-00T00:00:00.000Z";
    putTimestampField(text, 0, 4, static_cast<int>(date.year()));
    putTimestampField(text, 5, 2, static_cast<unsigned>(date.month()));
    putTimestampField(text, 8, 2, static_cast<unsigned>(date.day()));
    putTimestampField(text, 11, 2, clock.hours().count());
    putTimestampField(text, 14, 2, clock.minutes().count());
    putTimestampField(text, 17, 2, clock.seconds().count());
    putTimestampField(text, 20, 3, clock.subseconds().count());
    return text;
}

std::optional<std::chrono::sys_time<milliseconds>> parseTimestamp(std::string_view text)
{
    if (text.size() != kTimestampLength || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != '.' || text[23] != 'Z')
        return std::nullopt;
    const int year = timestampField(text, 0, 4);
    const int month = timestampField(text, 5, 2);
    const int day = timestampField(text, 8, 2);
    const int hour = timestampField(text, 11, 2);
    const int minute = timestampField(text, 14, 2);
    const int second = timestampField(text, 17, 2);
    const int fraction = timestampField(text, 20, 3);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || fraction < 0)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + milliseconds(fraction);
}

} // namespace oauth_batch
