#pragma once

#include "oauth_batch/input/Header.h"
#include "oauth_batch/input/Record.h"

#include <cstddef>
#include <span>
#include <string>

namespace oauth_batch {

/// Which field of a record belongs to which column: simple, unless their numbers differ. A view of
/// both, which must outlive it.
///
/// With a wrong number of fields, field i belongs to column i, the missing ones are at the end and
/// the surplus ones behind the last. In a results file, however, the fault was made in the part
/// that a person edits: where the result columns stand at the end (as we write them) and the last
/// fields of the record read like result cells (a status, a number, a code), those belong to them,
/// and the same rule holds for the fields before. So a row keeps its result when a cell of it got a
/// comma too many.
class RowCells
{
public:
    RowCells(const Record& record, const Header& header)
        : record_(record),
          header_(header),
          complete_(record.fields.size() == header.size()),
          alignedAtEnd_(!complete_ && endsWithResults())
    {}

    /// True if the record has as many fields as the header.
    bool isComplete() const { return complete_; }
    /// True if the result cells of the row, where the file has them, can be told.
    bool hasResults() const { return header_.hasResults() && (complete_ || alignedAtEnd_); }

    /// The field of a column; null where it is missing. REQUIRES: column < header.size().
    const Field* find(std::size_t column) const
    {
        return complete_ ? &record_.fields[column] : findMisplaced(column);
    }
    /// Its value; empty where the field is missing or the column is Header::kNone.
    std::string_view value(std::size_t column) const
    {
        const Field* const field = column == Header::kNone ? nullptr : find(column);
        return field == nullptr ? std::string_view() : field->value;
    }
    /// The fields that belong to no column.
    std::span<const Field> surplus() const;

    const Record& record() const { return record_; }
    const Header& header() const { return header_; }

private:
    bool endsWithResults() const;
    const Field* findMisplaced(std::size_t column) const;

    const Record& record_;
    const Header& header_;
    bool complete_;
    bool alignedAtEnd_;
};

/// Appends the cells of a row's input columns with delimiters between, byte for byte. A row with a
/// wrong number of fields gets the header's: missing ones empty, surplus ones joined into the last
/// input column with delimiters between. Result columns are left out.
void appendInputCells(std::string& out, const Record& record, const Header& header);

/// The same for the header itself.
void appendInputNames(std::string& out, const Header& header);

} // namespace oauth_batch
