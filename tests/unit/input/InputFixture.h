#pragma once

#include "oauth_batch/input/OperationReader.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth_batch::test {

/// All that an OperationReader says of a text.
struct ReadInput
{
    struct Row
    {
        InputRow row; ///< without its record
        std::string raw;
        std::string ending;

        const Operation* operation() const { return std::get_if<Operation>(&row.content); }
        const RowProblem* problem() const { return std::get_if<RowProblem>(&row.content); }
    };

    std::vector<Row> rows;
    std::vector<std::string> problems; ///< as described for orders.csv
    SkippedLines skipped;
    std::string digest;
    Header header;
    bool isEmpty() const { return rows.empty(); }
};

/// Reads a text in pieces of `pieceSize` bytes; each row with an InputRow of its own.
inline ReadInput readInput(std::string_view text, const InputOptions& options = {},
                           std::size_t pieceSize = std::string_view::npos)
{
    OperationReader reader("orders.csv", std::make_unique<MemorySource>(text, pieceSize), options);
    ReadInput result;
    for (InputRow row; reader.next(row); row = InputRow()) {
        std::string raw(row.record->raw);
        std::string ending(row.record->ending);
        row.record = nullptr;
        result.rows.push_back({std::move(row), std::move(raw), std::move(ending)});
    }
    result.problems = describe("orders.csv", reader.problems());
    result.skipped = reader.skippedLines();
    result.digest = reader.digest();
    result.header = reader.header();
    return result;
}

/// The records of a text with one delimiter, as values.
struct ReadRecords
{
    struct Copy
    {
        std::string raw;
        std::string ending;
        std::uint64_t line;
        std::vector<std::string> rawFields;
        std::vector<std::string> values;
    };

    std::vector<Copy> records;
    std::vector<std::string> problems;
};

inline ReadRecords readRecords(std::string_view text, char delimiter = ',',
                               std::size_t pieceSize = std::string_view::npos)
{
    FileProblems problems;
    RecordReader reader(std::make_unique<MemorySource>(text, pieceSize), problems);
    reader.setDelimiter(delimiter);
    ReadRecords result;
    while (const Record* const record = reader.next()) {
        ReadRecords::Copy copy{
            std::string(record->raw), std::string(record->ending), record->line, {}, {}};
        for (const Field& field : record->fields) {
            copy.rawFields.emplace_back(field.raw);
            copy.values.emplace_back(field.value);
        }
        result.records.push_back(std::move(copy));
    }
    result.problems = describe("orders.csv", problems);
    return result;
}

} // namespace oauth_batch::test
