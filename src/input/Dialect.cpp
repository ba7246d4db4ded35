#include "oauth_batch/input/Dialect.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace oauth_batch {

namespace {

constexpr std::string_view kDelimiters = ",;\t|";

/// How well a delimiter fits a header.
struct Fit
{
    std::size_t knownNames = 0;
    std::size_t delimiters = 0;

    bool isBetterThan(const Fit& other) const
    {
        return std::tie(knownNames, delimiters) > std::tie(other.knownNames, other.delimiters);
    }
};

bool isKnown(std::string_view name, const InputOptions& options)
{
    if (parseColumnRole(name) || parseResultColumn(name)) return true;
    const std::string wanted = normalizedName(name);
    return std::any_of(options.columns.begin(), options.columns.end(), [&](const auto& mapping) {
        return normalizedName(mapping.second) == wanted;
    });
}

/// The length of the field at the start of `text`. Lenient: a quote counts at the start only.
std::size_t fieldLength(std::string_view text, char delimiter)
{
    std::size_t at = 0;
    if (text.starts_with('"')) {
        do
            at = text.find('"', at + 1);
        while (at != std::string_view::npos && text.substr(++at).starts_with('"'));
        if (at == std::string_view::npos) return text.size();
    }
    while (at < text.size() && text[at] != delimiter && text[at] != '\n')
        ++at;
    return at;
}

Fit fitOf(std::string_view text, char delimiter, const InputOptions& options)
{
    Fit fit;
    for (;;) {
        const std::size_t length = fieldLength(text, delimiter);
        std::string_view name = trimmed(text.substr(0, length));
        if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
            name = name.substr(1, name.size() - 2);
        if (isKnown(name, options)) ++fit.knownNames;
        if (length == text.size() || text[length] != delimiter) return fit;
        ++fit.delimiters;
        text.remove_prefix(length + 1);
    }
}

} // namespace

std::string_view headerText(std::string_view beginning)
{
    const auto at = beginning.find_first_not_of(" \t\r\n,;|\"");
    if (at == std::string_view::npos) return {};
    const auto feed = beginning.substr(0, at).rfind('\n');
    return beginning.substr(feed == std::string_view::npos ? 0 : feed + 1);
}

char detectDelimiter(std::string_view headerText, const InputOptions& options)
{
    char best = kDelimiters.front();
    Fit bestFit;
    for (const char delimiter : kDelimiters) {
        const Fit fit = fitOf(headerText, delimiter, options);
        if (fit.isBetterThan(bestFit)) {
            best = delimiter;
            bestFit = fit;
        }
    }
    return best;
}

std::optional<std::size_t> loneCarriageReturn(std::string_view headerText)
{
    bool inQuotes = false;
    for (std::size_t at = 0; at < headerText.size(); ++at) {
        const char c = headerText[at];
        if (c == '"') inQuotes = !inQuotes;
        if (inQuotes) continue;
        if (c == '\n' || c == '\0') break;
        const bool endsLine = at + 1 == headerText.size() || headerText[at + 1] == '\n';
        if (c == '\r' && !endsLine) return at;
    }
    return std::nullopt;
}

} // namespace oauth_batch
