// The record reader against a reader of RFC 4180 of a few lines, character by character: either
// both refuse the bytes or both find the same fields, and what was read, put together again, is the
// file byte for byte.

#include "Fuzz.h"

#include "oauth_batch/input/RecordReader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace oauth_batch;
using fuzz::require;

using Fields = std::vector<std::string>;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class PlainReader
{
public:
    PlainReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

    /// Nothing where the bytes are against the rules.
    std::optional<std::vector<Fields>> readFile()
    {
        if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) return std::nullopt;
        if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
        return readRecords();
    }

    /// The same within a file.
    std::optional<std::vector<Fields>> readRecords()
    {
        if (text_.find('\0') != std::string_view::npos) return std::nullopt;
        std::vector<Fields> records;
        while (at_ < text_.size()) {
            Fields& fields = records.emplace_back();
            do {
                if (!readField(fields.emplace_back())) return std::nullopt;
            } while (skip(delimiter_));
            skipLineEnd();
        }
        return records;
    }

private:
    bool atEnd() const { return at_ == text_.size(); }
    bool atLineEnd() const
    {
        const std::string_view rest = text_.substr(at_);
        return rest.empty() || rest == "\r" || rest.starts_with('\n') || rest.starts_with("\r\n");
    }
    bool skip(char c)
    {
        if (atEnd() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skipLineEnd()
    {
        skip('\r');
        skip('\n');
    }
    bool readField(std::string& value)
    {
        if (skip('"')) return readQuoted(value);
        for (; !atLineEnd() && text_[at_] != delimiter_; ++at_) {
            if (text_[at_] == '"') return false;
            value += text_[at_];
        }
        return true;
    }
    bool readQuoted(std::string& value)
    {
        for (; !atEnd(); ++at_) {
            if (skip('"') && (atEnd() || text_[at_] != '"'))
                return atLineEnd() || text_[at_] == delimiter_;
            value += text_[at_];
        }
        return false;
    }

    std::string_view text_;
    char delimiter_;
    std::size_t at_ = 0;
};

/// What the record reader finds in `text`, against `expected`.
void compare(std::string_view text, char delimiter, std::size_t pieceSize,
             const std::optional<std::vector<Fields>>& expected)
{
    FileProblems problems;
    RecordReader reader(std::make_unique<MemorySource>(text, pieceSize), problems);
    reader.setDelimiter(delimiter);
    std::vector<Fields> records;
    std::string together;
    std::size_t line = 1;
    while (const Record* record = reader.next()) {
        Fields& fields = records.emplace_back();
        for (const Field& field : record->fields)
            fields.emplace_back(field.value);
        if (!problems.empty()) continue;
        require(record->line == line);
        line +=
            static_cast<std::size_t>(std::count(record->raw.begin(), record->raw.end(), '\n') + 1);
        together.append(record->raw).append(record->ending);
    }
    require(expected.has_value() == problems.empty());
    if (!expected) return;
    require(records == *expected);
    require(text.substr(reader.hasByteOrderMark() ? kByteOrderMark.size() : 0) == together);
    require(reader.digest().size() == 64);
}

/// A segment but for `missing` bytes, so that `text` stands across its end.
void compareOverBorder(std::string_view text, char delimiter, std::size_t missing)
{
    std::string large(256UL * 1024UL - missing - 1, 'f');
    auto expected = PlainReader(text, delimiter).readRecords();
    if (expected) expected->insert(expected->begin(), Fields{large});
    large += '\n';
    compare(large.append(text), delimiter, std::string_view::npos, expected);
}

} // namespace

/// The first byte chooses the delimiter and the way of reading; in the largest ones of these the
/// rest stands across the border of two segments, at the place that the second byte tells.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const unsigned choice = data[0];
    const char delimiter = ",;\t|"[choice & 3U];
    const std::string_view text = fuzz::textOf(data + 2, size - 2);
    // Costs a hundred times as much as the others.
    if (choice >= 0xF8U)
        compareOverBorder(text, delimiter, data[1]);
    else
        compare(text, delimiter, (choice & 4U) != 0 ? 3 : std::string_view::npos,
                PlainReader(text, delimiter).readFile());
    return 0;
}
