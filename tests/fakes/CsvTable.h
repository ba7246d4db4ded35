#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch::test {

/// A small CSV reader that shares no code with the program, to look at its results. Keeps each
/// record's bytes too. Throws std::runtime_error where the text is not RFC 4180.
class CsvTable
{
public:
    struct Record
    {
        std::string raw; ///< without the line end
        std::string end; ///< "\n", "\r\n" or "" at the end of the file
        std::vector<std::string> fields;
    };

    explicit CsvTable(std::string_view text, char delimiter = ',') : delimiter_(delimiter)
    {
        constexpr std::string_view kMark = "\xEF\xBB\xBF";
        hasMark_ = text.substr(0, kMark.size()) == kMark;
        if (hasMark_) text.remove_prefix(kMark.size());
        while (!text.empty())
            records_.push_back(takeRecord(text));
        if (records_.empty()) throw std::runtime_error("the table is empty");
    }

    bool hasMark() const { return hasMark_; }
    const Record& header() const { return records_.front(); }
    std::size_t size() const { return records_.size() - 1; }

    /// Data rows count from 0 here.
    const Record& record(std::size_t row) const { return records_.at(row + 1); }

    bool hasColumn(std::string_view name) const { return find(name) < header().fields.size(); }

    const std::string& at(std::size_t row, std::string_view column) const
    {
        const std::size_t index = find(column);
        if (index == header().fields.size()) {
            throw std::runtime_error("no column " + std::string(column));
        }
        return record(row).fields.at(index);
    }

    /// One column, top to bottom.
    std::vector<std::string> column(std::string_view name) const
    {
        std::vector<std::string> values;
        for (std::size_t row = 0; row < size(); ++row)
            values.push_back(at(row, name));
        return values;
    }

private:
    std::size_t find(std::string_view name) const
    {
        std::size_t index = 0;
        while (index < header().fields.size() && header().fields[index] != name)
            ++index;
        return index;
    }

    Record takeRecord(std::string_view& text) const
    {
        Record record;
        std::size_t at = 0;
        do
            record.fields.push_back(takeField(text, at));
        while (at < text.size() && text[at] == delimiter_ && ++at <= text.size());
        record.raw = text.substr(0, at);
        if (text.substr(at, 2) == "\r\n")
            record.end = "\r\n";
        else if (text.substr(at, 1) == "\n")
            record.end = "\n";
        else if (at < text.size())
            throw std::runtime_error("text after a quote: " + record.raw);
        text.remove_prefix(at + record.end.size());
        return record;
    }

    std::string takeField(std::string_view text, std::size_t& at) const
    {
        std::string field;
        if (at >= text.size() || text[at] != '"') {
            while (at < text.size() && text[at] != delimiter_ && text[at] != '\n' &&
                   text.substr(at, 2) != "\r\n") {
                field += text[at++];
            }
            return field;
        }
        for (++at; at < text.size(); ++at) {
            if (text[at] != '"')
                field += text[at];
            else if (text.substr(at + 1, 1) == "\"")
                field += text[at++];
            else {
                ++at;
                return field;
            }
        }
        throw std::runtime_error("a quote stays open");
    }

    char delimiter_;
    bool hasMark_ = false;
    std::vector<Record> records_;
};

} // namespace oauth_batch::test
