#pragma once

#include "oauth_batch/input/LineSource.h"
#include "oauth_batch/input/Record.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Joins the lines of a CSV file to records (RFC 4180) and cuts these into fields. Strict: a quote
/// that is not closed, text after a closing quote, a quote inside an unquoted field and a record of
/// more than kMaxRecordSize are problems of the file. Reading goes on with the next line where that
/// makes sense, so that all problems are found. Not thread-safe.
class RecordReader
{
public:
    /// Problems go to `problems`, which must outlive this.
    RecordReader(std::unique_ptr<ByteSource> source, FileProblems& problems,
                 Digest digest = Digest::sha256);

    /// REQUIRES: one of `,` `;` tab `|`. To be called before next().
    void setDelimiter(char delimiter);

    /// The next record, blank ones included; null at the end. Throws IoError. May block.
    const Record* next();

    /// See LineSource.
    std::string_view beginning() { return lines_.beginning(); }
    std::uint64_t expectedLines() { return lines_.expectedLines(); }
    bool hasByteOrderMark() const { return lines_.hasByteOrderMark(); }
    std::string digest() { return lines_.digest(); }

private:
    using Split = void (*)(std::string_view text, Record& record, std::string& scratch);

    bool readQuoted(Line& line);
    bool joinNext(Line& line);
    bool scan(const Line& line);
    bool refuse(std::ptrdiff_t at, std::string message);
    bool finish(char* begin, std::size_t size, bool terminated);
    void endTooLong(std::uint64_t line);

    LineSource lines_;
    FileProblems& problems_;
    char delimiter_ = ',';
    Split split_ = nullptr;
    Record record_;
    std::string joined_;  ///< a record of more than one line
    std::string scratch_; ///< values of fields with doubled quotes
    bool ended_ = false;
    bool inQuotes_ = false;       ///< after scan(): the record goes on in the next line
    std::uint64_t quoteLine_ = 0; ///< where the quoted field starts that scan() saw last
    std::uint64_t quoteColumn_ = 0;
};

} // namespace oauth_batch
