#include "oauth_batch/model/Outcome.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>

namespace oauth_batch {

namespace {

constexpr std::array<std::string_view, kRowStatusCount> kStatusNames = {
    "pending", "succeeded", "failed", "unknown", "invalid", "blocked", "duplicate",
};

/// In the order of ErrorCode. "http" is the name's start only.
constexpr std::array<std::string_view, 21> kCodeNames = {
    "",
    "http",
    "timeout",
    "reset",
    "connect_timeout",
    "connection_refused",
    "dns_error",
    "tls_error",
    "proxy_error",
    "redirected",
    "rejected",
    "bad_response",
    "superseded",
    "blocked",
    "duplicate",
    "bad_operation",
    "bad_id",
    "bad_profile",
    "bad_force",
    "field_count",
    "stopped",
};
static_assert(kCodeNames.size() == static_cast<std::size_t>(ErrorCode::stopped) + 1);

constexpr std::string_view kHttpPrefix = "http_";
constexpr std::size_t kLongestMessage = 200;
constexpr std::string_view kEllipsis = "…";

/// Every kind of blank and line break, Unicode's included.
bool isSpace(char32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/// What makes a spreadsheet read a cell as a formula, in either width.
bool startsFormula(std::string_view text)
{
    constexpr std::array<std::string_view, 8> kStarts = {"=",  "+",  "-",  "@",
                                                         "＝", "＋", "－", "＠"};
    return std::any_of(kStarts.begin(), kStarts.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

/// Printable characters with single blanks between words and none at the start; the first
/// `kLongestMessage + 2` are enough to know whether the text must be cut, prefix included.
std::string printableLine(std::string_view text)
{
    std::string line;
    bool blankWaits = false;
    for (std::size_t count = 0; !text.empty() && count < kLongestMessage + 2;) {
        char32_t code = 0;
        const std::size_t length = decodeUtf8(text, code);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(bytes.size());
        if (length > 0 && isSpace(code)) {
            blankWaits = !line.empty();
            continue;
        }
        if (blankWaits) line += ' ';
        count += blankWaits ? 2 : 1;
        blankWaits = false;
        if (length > 0 && isPrintable(code))
            line += bytes;
        else
            line += '?';
    }
    return line;
}

/// Where the character number `index` starts; npos if there are fewer. `text` is UTF-8.
std::size_t characterStart(std::string_view text, std::size_t index)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (starts && index-- == 0) return at;
    }
    return std::string_view::npos;
}

} // namespace

std::string_view toString(RowStatus status)
{
    return kStatusNames[static_cast<std::size_t>(status)];
}

std::optional<RowStatus> parseRowStatus(std::string_view text)
{
    const auto found = std::find(kStatusNames.begin(), kStatusNames.end(), text);
    if (found == kStatusNames.end()) return std::nullopt;
    return static_cast<RowStatus>(found - kStatusNames.begin());
}

std::string toString(ErrorCode code, int httpStatus)
{
    if (code == ErrorCode::http) return std::string(kHttpPrefix) + std::to_string(httpStatus);
    return std::string(kCodeNames[static_cast<std::size_t>(code)]);
}

std::optional<ParsedErrorCode> parseErrorCode(std::string_view text)
{
    if (text.starts_with(kHttpPrefix)) {
        const std::string_view digits = text.substr(kHttpPrefix.size());
        const auto status = parseUnsigned(digits);
        if (!status || digits.size() != 3 || *status < 100) return std::nullopt;
        return ParsedErrorCode{ErrorCode::http, static_cast<int>(*status)};
    }
    const auto found = std::find(kCodeNames.begin(), kCodeNames.end(), text);
    const auto code = static_cast<ErrorCode>(found - kCodeNames.begin());
    if (found == kCodeNames.end() || code == ErrorCode::http) return std::nullopt;
    return ParsedErrorCode{code, 0};
}

std::string safeMessage(std::string_view text)
{
    std::string line = printableLine(text);
    if (startsFormula(line)) line.insert(line.begin(), '\'');
    if (characterStart(line, kLongestMessage) == std::string::npos) return line;
    line.resize(characterStart(line, kLongestMessage - 1));
    if (line.ends_with(' ')) line.pop_back();
    return line.append(kEllipsis);
}

} // namespace oauth_batch
