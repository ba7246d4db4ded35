#include "oauth_batch/api/AnswerHead.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>

namespace oauth_batch {

namespace {

constexpr std::size_t kMostFields = 200;
constexpr std::size_t kLongestStatusLine = 1024;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

} // namespace

bool AnswerHead::isStatusLine(std::string_view line)
{
    return (line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) && line.size() > 12 &&
           isDigit(line[9]) && line[9] != '0' && isDigit(line[10]) && isDigit(line[11]) &&
           (line[12] == ' ' || line[12] == '\r' || line[12] == '\n');
}

void AnswerHead::clear()
{
    text_.clear();
    fields_.clear();
    ambiguous_ = false;
}

int AnswerHead::status() const
{
    return (text_[9] - '0') * 100 + (text_[10] - '0') * 10 + (text_[11] - '0');
}

void AnswerHead::parse()
{
    std::size_t start = text_.find('\n') + 1;
    if (start > kLongestStatusLine) throw MalformedAnswer("the answer's status line is too long");
    lineEnd(0);
    for (;;) {
        const std::size_t end = lineEnd(start);
        if (end == start) return;
        if (isBlank(text_[start]))
            unfold(start, end);
        else
            addField(start, end);
        start = text_.find('\n', end) + 1;
    }
}

/// Where the line's own text ends: before its LF or CR LF.
std::size_t AnswerHead::lineEnd(std::size_t start) const
{
    const std::size_t feed = text_.find('\n', start);
    const std::size_t end = feed > start && text_[feed - 1] == '\r' ? feed - 1 : feed;
    const std::string_view line = std::string_view(text_).substr(start, end - start);
    if (line.find('\r') != std::string_view::npos)
        throw MalformedAnswer("the answer's head is malformed: a CR within a line");
    return end;
}

void AnswerHead::addField(std::size_t start, std::size_t end)
{
    if (fields_.size() == kMostFields)
        throw MalformedAnswer("the answer's head has more than " + std::to_string(kMostFields) +
                              " fields");
    const std::string_view line = std::string_view(text_).substr(start, end - start);
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    ambiguous_ = ambiguous_ || name.empty() || colon == std::string_view::npos ||
                 name.find_first_of(" \t") != std::string_view::npos ||
                 line.find('\0') != std::string_view::npos;
    if (colon == std::string_view::npos) return;
    fields_.push_back({name, trimmed(line.substr(colon + 1))});
}

/// The line end before a folded line stands for blanks (RFC 9112, section 5.2).
void AnswerHead::unfold(std::size_t start, std::size_t end)
{
    ambiguous_ = true;
    if (fields_.empty()) return;
    for (std::size_t at = start; at > 0 && (text_[at - 1] == '\n' || text_[at - 1] == '\r'); --at)
        text_[at - 1] = ' ';
    std::string_view& value = fields_.back().value;
    const char* const from = value.empty() ? text_.data() + start : value.data();
    value = trimmed({from, static_cast<std::size_t>(text_.data() + end - from)});
}

std::size_t AnswerHead::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(fields_.begin(), fields_.end(),
                      [name](const Field& field) { return equalsIgnoringCase(field.name, name); }));
}

std::string_view AnswerHead::value(std::string_view name) const
{
    const auto found = std::find_if(fields_.begin(), fields_.end(), [name](const Field& field) {
        return equalsIgnoringCase(field.name, name);
    });
    return found == fields_.end() ? std::string_view() : found->value;
}

std::vector<std::string_view> AnswerHead::values(std::string_view name) const
{
    std::vector<std::string_view> found;
    for (const Field& field : fields_) {
        if (equalsIgnoringCase(field.name, name)) found.push_back(field.value);
    }
    return found;
}

bool AnswerHead::hasToken(std::string_view name, std::string_view token) const
{
    for (std::string_view list : values(name)) {
        while (!list.empty()) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (equalsIgnoringCase(trimmed(list.substr(0, comma)), token)) return true;
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }
    return false;
}

} // namespace oauth_batch
