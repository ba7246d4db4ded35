#pragma once

#include "oauth_batch/input/InputOptions.h"
#include "oauth_batch/input/Record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oauth_batch {

/// How a file is written, beside its cells.
struct FileFormat
{
    char delimiter = ',';
    std::string lineEnding = "\n"; ///< as the header's: LF or CR LF
    bool byteOrderMark = false;

    bool operator==(const FileFormat&) const = default;
};

/// The header of an input: which column is what. Immutable.
class Header
{
public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    Header() = default;
    Header(const Record& record, FileFormat format, const InputOptions& options);

    const FileFormat& format() const { return format_; }
    std::uint64_t line() const { return line_; }

    /// The number of fields that each row should have.
    std::size_t size() const { return columns_.size(); }

    /// The name of a column as it is written, without quotes.
    const std::string& name(std::size_t column) const { return columns_[column].name; }
    /// The same byte for byte as in the file.
    const std::string& rawName(std::size_t column) const { return columns_[column].raw; }
    /// Where it stands in its line: bytes from 1; 0 where the line is not the header's first.
    std::uint64_t position(std::size_t column) const { return columns_[column].position; }

    /// The column for a role, or kNone. Where there are several, the first: see HeaderCheck.h.
    std::size_t find(ColumnRole role) const { return first(columnsFor(role)); }
    std::size_t find(ResultColumn result) const { return first(columnsFor(result)); }
    const std::vector<std::size_t>& columnsFor(ColumnRole role) const
    {
        return roles_[static_cast<std::size_t>(role)];
    }
    const std::vector<std::size_t>& columnsFor(ResultColumn result) const
    {
        return results_[static_cast<std::size_t>(result)];
    }

    /// True for each of the result columns.
    bool isResult(std::size_t column) const { return columns_[column].result; }
    bool hasResults() const { return inputCount_ != size(); }
    /// Columns that are no result columns: those that a results file takes over.
    std::size_t inputCount() const { return inputCount_; }
    /// The last of them, or kNone.
    std::size_t lastInput() const { return lastInput_; }
    /// The number of columns at the end that are result columns: all of them in a file of ours.
    std::size_t trailingResults() const;

private:
    struct Column
    {
        std::string name;
        std::string raw;
        std::uint64_t position = 0;
        bool result = false;
        bool taken = false; ///< by a mapping
    };

    static std::size_t first(const std::vector<std::size_t>& columns)
    {
        return columns.empty() ? kNone : columns.front();
    }

    void addColumns(const Record& record);
    void assignRoles(const InputOptions& options);

    FileFormat format_;
    std::uint64_t line_ = 0;
    std::vector<Column> columns_;
    std::array<std::vector<std::size_t>, kColumnRoleCount> roles_;
    std::array<std::vector<std::size_t>, kResultColumnCount> results_;
    std::size_t inputCount_ = 0;
    std::size_t lastInput_ = kNone;
};

} // namespace oauth_batch
