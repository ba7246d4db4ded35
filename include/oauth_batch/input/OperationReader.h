#pragma once

#include "oauth_batch/input/ByteSource.h"
#include "oauth_batch/input/FileProblem.h"
#include "oauth_batch/input/Header.h"
#include "oauth_batch/input/InputOptions.h"
#include "oauth_batch/input/OperationParser.h"
#include "oauth_batch/input/PriorResult.h"
#include "oauth_batch/input/RecordReader.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oauth_batch {

/// One data row of an input. `record` is a view, valid until the reader reads on; the rest is
/// owned.
struct InputRow
{
    RowNumber number = 0;   ///< from 1, skipped records not counted
    std::uint64_t line = 0; ///< where its record starts
    const Record* record = nullptr;
    RowContent content;
    std::optional<ColumnRole> idColumn; ///< see OperationParser::idColumn()
    /// For InputKind::results: the result cells, with the request as it was planned then; nothing
    /// where a wrong number of fields hides them. A row whose code is `field_count` has a
    /// RowProblem of that code as content, however its cells look by now, until somebody empties
    /// the code.
    std::optional<PriorResult> prior;
};

/// The records that were passed over because nothing is in them.
struct SkippedLines
{
    static constexpr std::size_t kMostKept = 100;

    std::vector<std::uint64_t> first; ///< the lines of the first of them
    std::uint64_t total = 0;
};

/// Reads an input from its first byte to its last: the door to this room. Deterministic: the same
/// bytes and options give the same rows. Not thread-safe.
///
/// Problems of the file are collected; rows that are read before or after one are still given, but
/// only requireNoProblems() after the last row tells that the file may be used.
class OperationReader
{
public:
    /// Reads the header. `fileName` is for messages. Throws IoError, and UsageError where an option
    /// was given that the file has a column for. May block.
    OperationReader(std::string fileName, std::unique_ptr<ByteSource> source, InputOptions options);
    OperationReader(const OperationReader&) = delete;
    OperationReader& operator=(const OperationReader&) = delete;

    /// Empty where the file has no usable header.
    const Header& header() const { return header_; }

    /// False at the end. Reuses the memory of `row`. Throws IoError. May block.
    bool next(InputRow& row);

    const FileProblems& problems() const { return problems_; }
    const SkippedLines& skippedLines() const { return skipped_; }

    /// About how many rows there will be, by the size of the file and of its first rows; 0 where
    /// that cannot be told.
    std::uint64_t expectedRows() const { return expectedRows_; }

    /// Data rows so far.
    std::uint64_t rowCount() const { return rowCount_; }

    /// Of all bytes of the file, as 64 hexadecimal digits. REQUIRES: next() returned false, and
    /// there were no problems. Empty for Digest::none.
    const std::string& digest();

    /// Throws DataError with all problems, one a line, if there are any.
    void requireNoProblems() const;

private:
    bool readHeader();
    const Record* nextFilled();
    void fillRow(const Record& record, InputRow& row);

    std::string fileName_;
    InputOptions options_;
    FileProblems problems_;
    RecordReader records_;
    Header header_;
    std::optional<OperationParser> parser_;
    bool hasRows_ = false; ///< the header makes it possible to read rows
    bool stopped_ = false; ///< reading on makes no sense
    SkippedLines skipped_;
    std::uint64_t rowCount_ = 0;
    std::uint64_t expectedRows_ = 0;
    std::string digest_;
};

} // namespace oauth_batch
