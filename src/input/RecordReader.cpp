#include "oauth_batch/input/RecordReader.h"

#include "oauth_batch/base/Text.h"

#include <libfccp/csv.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace oauth_batch {

namespace {

constexpr char kQuote = '"';

std::string place(std::uint64_t line, std::uint64_t column)
{
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// REQUIRES: `scratch` has room for `raw` without moving.
template <class Quoting>
std::string_view unescaped(std::string_view raw, std::string& scratch)
{
    const std::string_view inner = raw.substr(1, raw.size() - 2);
    if (inner.find(kQuote) == std::string_view::npos) return inner;
    const std::size_t at = scratch.size();
    scratch += raw;
    char* begin = scratch.data() + at;
    char* end = begin + raw.size();
    Quoting::unescape(begin, end);
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// REQUIRES: `text` is a well-formed record with a NUL behind it.
template <char delimiter>
void split(std::string_view text, Record& record, std::string& scratch)
{
    using Quoting = io::double_quote_escape<delimiter, kQuote>;
    scratch.clear();
    std::size_t count = 0;
    const char* begin = text.data();
    for (;;) {
        const char* const end = Quoting::find_next_column_end(begin);
        const auto size = static_cast<std::size_t>(end - begin);
        // Records mostly have as many fields as the one before: their places are used again.
        if (count == record.fields.size()) record.fields.emplace_back();
        Field& field = record.fields[count++];
        // Made in place, each for itself: copied from one that was just made, they would be read
        // wider than they were written, for which a processor waits.
        field.raw = {begin, size};
        field.value = {begin, size};
        if (*begin == kQuote) {
            if (scratch.empty()) scratch.reserve(text.size());
            field.value = unescaped<Quoting>(field.raw, scratch);
        }
        if (*end == '\0') break;
        begin = end + 1;
    }
    record.fields.resize(count);
}

/// The place behind the quote that closes a field, or null; `at` is inside the field.
const char* behindClosingQuote(const char* at, const char* end)
{
    for (; at != end; ++at) {
        if (*at != kQuote) continue;
        if (at + 1 == end || at[1] != kQuote) return at + 1;
        ++at;
    }
    return nullptr;
}

} // namespace

bool Record::isBlank() const
{
    return std::all_of(fields.begin(), fields.end(),
                       [](const Field& field) { return trimmed(field.value).empty(); });
}

RecordReader::RecordReader(std::unique_ptr<ByteSource> source, FileProblems& problems,
                           Digest digest)
    : lines_(std::move(source), problems, digest), problems_(problems), split_(&split<','>)
{}

void RecordReader::setDelimiter(char delimiter)
{
    delimiter_ = delimiter;
    switch (delimiter) {
    case ';':
        split_ = &split<';'>;
        break;
    case '\t':
        split_ = &split<'\t'>;
        break;
    case '|':
        split_ = &split<'|'>;
        break;
    default:
        assert(delimiter == ',');
        split_ = &split<','>;
    }
}

const Record* RecordReader::next()
{
    Line line;
    while (!ended_) {
        if (!lines_.next(line)) {
            ended_ = true;
            if (lines_.isTooLong()) endTooLong(lines_.number() + 1);
            break;
        }
        record_.line = lines_.number();
        const bool complete =
            line.hasQuote ? readQuoted(line) : finish(line.begin, line.size, line.terminated);
        if (complete) return &record_;
    }
    return nullptr;
}

/// Reads the rest of a record of which the first line has a quote. False if it is no good.
bool RecordReader::readQuoted(Line& line)
{
    inQuotes_ = false;
    if (!scan(line)) return false;
    if (!inQuotes_) return finish(line.begin, line.size, line.terminated);
    joined_.assign(line.begin, line.size);
    while (inQuotes_) {
        if (!joinNext(line)) return false;
    }
    return finish(joined_.data(), joined_.size(), line.terminated);
}

bool RecordReader::joinNext(Line& line)
{
    if (line.terminated) joined_ += '\n';
    const bool more = lines_.next(line);
    if (more && joined_.size() + line.size <= kMaxRecordSize + 1) {
        joined_.append(line.begin, line.size);
        return scan(line);
    }
    ended_ = true;
    if (more || lines_.isTooLong())
        endTooLong(record_.line);
    else
        problems_.add(quoteLine_, quoteColumn_, "the quote that opens here is never closed");
    return false;
}

/// Follows the quoting through one line; false and a problem where it is against the rules.
bool RecordReader::scan(const Line& line)
{
    const char* at = line.begin;
    const char* end = line.begin + line.size;
    if (at != end && end[-1] == '\r') --end;
    for (;; ++at) {
        if (!inQuotes_ && at != end && *at == kQuote) {
            inQuotes_ = true;
            quoteLine_ = lines_.number();
            quoteColumn_ = static_cast<std::uint64_t>(at - line.begin) + 1;
            ++at;
        }
        if (inQuotes_) {
            at = behindClosingQuote(at, end);
            inQuotes_ = at == nullptr;
            if (inQuotes_) return true;
            if (at != end && *at != delimiter_)
                return refuse(at - line.begin,
                              "text after the closing quote of the field that starts at " +
                                  place(quoteLine_, quoteColumn_) +
                                  ": a quote inside a quoted field must be doubled");
        } else {
            while (at != end && *at != delimiter_ && *at != kQuote)
                ++at;
            if (at != end && *at == kQuote)
                return refuse(at - line.begin,
                              "a quote inside an unquoted field: put the whole field in quotes "
                              "and double the ones inside");
        }
        if (at == end) return true;
    }
}

bool RecordReader::refuse(std::ptrdiff_t at, std::string message)
{
    problems_.add(lines_.number(), static_cast<std::uint64_t>(at) + 1, std::move(message));
    return false;
}

/// Makes the record of its complete text, whose line ending is cut off here.
bool RecordReader::finish(char* begin, std::size_t size, bool terminated)
{
    const bool hasReturn = size != 0 && begin[size - 1] == '\r';
    if (hasReturn) begin[--size] = '\0';
    if (size > kMaxRecordSize) {
        ended_ = true;
        endTooLong(record_.line);
        return false;
    }
    if (terminated)
        record_.ending = hasReturn ? "\r\n" : "\n";
    else
        record_.ending = hasReturn ? "\r" : "";
    record_.raw = std::string_view(begin, size);
    split_(record_.raw, record_, scratch_);
    return true;
}

void RecordReader::endTooLong(std::uint64_t line)
{
    std::string message =
        "a record of more than 1 MiB (" + std::to_string(kMaxRecordSize) + " bytes)";
    if (inQuotes_)
        message += "; the quote that opens at " + place(quoteLine_, quoteColumn_) +
                   " is probably not closed";
    problems_.add(line, 0, std::move(message));
}

} // namespace oauth_batch
