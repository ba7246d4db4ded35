#include "ReportText.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <limits>

namespace oauth_batch {

namespace {

/// Copies `text`, with `substitute` for each byte that is no UTF-8, and for each code point that
/// `keep` refuses.
template <typename Keep>
std::string replaced(std::string_view text, std::string_view substitute, Keep keep)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        char32_t code = 0;
        const std::size_t length = decodeUtf8(text, code);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
        out += length > 0 && keep(code) ? bytes : substitute;
        text.remove_prefix(bytes.size());
    }
    return out;
}

} // namespace

std::string printable(std::string_view text)
{
    return replaced(text, "?", isPrintable);
}

std::string displayedPath(std::string_view path)
{
    const bool plain = !path.empty() && trimmed(path) == path && printable(path) == path;
    return plain ? std::string(path) : quoted(path, std::numeric_limits<std::size_t>::max());
}

std::string validUtf8(std::string_view bytes)
{
    return replaced(bytes, "\uFFFD", [](char32_t) { return true; });
}

std::string formatSeconds(WallTime time)
{
    std::string text = formatTimestamp(time);
    const auto point = text.rfind('.');
    return text.replace(point, text.size() - point, "Z");
}

std::string describeCodes(const Tally& tally, std::size_t limit)
{
    const std::vector<CodeCount> codes = tally.codes();
    std::string text;
    for (std::size_t i = 0; i < std::min(limit, codes.size()); ++i) {
        if (i > 0) text += ", ";
        text += codes[i].code + ' ' + std::to_string(codes[i].count);
    }
    if (codes.size() > limit) text += " and " + std::to_string(codes.size() - limit) + " more";
    return text;
}

} // namespace oauth_batch
