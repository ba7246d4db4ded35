#pragma once

#include "oauth_batch/journal/JournalRecord.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Gets the records of a journal in file order. Does nothing by default. Offsets are those for
/// OutcomeReader; references are valid during the call only.
class JournalVisitor
{
public:
    virtual ~JournalVisitor() = default;

    virtual void onHeader(const JournalHeader&) {}
    virtual void onSession(const JournalSession&) {}
    virtual void onIntent(RowNumber /*row*/, std::uint32_t /*attempt*/) {}
    virtual void onWithdrawn(RowNumber /*row*/, std::uint32_t /*attempt*/) {}
    virtual void onAttemptEnded(RowNumber, const AttemptEnd&, std::uint64_t /*offset*/) {}
    virtual void onOutcome(RowNumber, const Outcome&, std::uint64_t /*offset*/) {}
    virtual void onResults(const std::string& /*digest*/) {}
};

/// How far a journal can be read.
struct JournalExtent
{
    std::uint64_t end = 0;     ///< of the complete records: where the next one goes
    std::uint64_t records = 0; ///< 0: nothing was ever recorded, as if there were no journal
    bool hasTornTail = false;  ///< bytes follow `end`, to be cut off before appending
};

/// Reads a journal that comes in pieces of any size, and judges it as JournalRecord.h says. Pure:
/// no I/O, holds one incomplete line at most. Every row number it reports is 1 to header.rows.
class JournalScanner
{
public:
    /// `path` is for messages. The visitor must outlive the scanner.
    JournalScanner(std::string path, JournalVisitor& visitor);

    /// Throws DataError where the journal is damaged or of another version: with the file, the
    /// byte offset and the way out. REQUIRES: not called again after that.
    void feed(std::string_view bytes);

    /// After the last byte: looks at what is left. Throws as feed() does.
    JournalExtent finish();

private:
    void scanLine(std::string_view line);
    void visitRecord(std::string_view payload);
    void visitHeader(std::string_view fields);
    bool visitFields(std::string_view word, std::string_view fields);
    [[noreturn]] void refuse(const std::string& problem) const;

    const std::string path_;
    JournalVisitor& visitor_;
    std::string rest_; ///< a line whose end is still to come
    JournalExtent extent_;
    RowNumber rows_ = 0;
};

} // namespace oauth_batch
