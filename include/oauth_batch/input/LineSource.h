#pragma once

#include "oauth_batch/base/Sha256.h"
#include "oauth_batch/input/ByteSource.h"
#include "oauth_batch/input/FileProblem.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// No record may be longer, without its line ending (1 MiB).
constexpr std::size_t kMaxRecordSize = 1024UL * 1024UL;

/// One line of a file in a buffer that may be changed until the next line is read. The byte behind
/// it can be written and is NUL. No byte of the line is NUL.
struct Line
{
    char* begin = nullptr;
    std::size_t size = 0;   ///< without the LF; a CR before it counts
    bool terminated = true; ///< by a LF: only the last line may not be
    bool hasQuote = false;  ///< a `"` is in it
};

/// Cuts a file into lines, byte for byte, in memory of a few MiB at most, and notes what belongs to
/// the file: its digest, byte order mark, NUL bytes, UTF-16. Not thread-safe.
///
/// Not by fast-cpp-csv-parser's LineReader: that takes 48 MiB, copies each byte, keeps all that it
/// was given, and cannot tell a line of the file from one that it ended itself. Its rules for cells
/// are what RecordReader uses.
class LineSource
{
public:
    /// Problems go to `problems`, which must outlive this.
    LineSource(std::unique_ptr<ByteSource> source, FileProblems& problems,
               Digest digest = Digest::sha256);
    LineSource(const LineSource&) = delete;
    LineSource& operator=(const LineSource&) = delete;

    /// False at the end, or where the file cannot be read on (then there is a problem, or
    /// isTooLong()). Lines are valid until the next call. Throws IoError. May block.
    bool next(Line& line);

    /// The number of the line that next() gave last, from 1.
    std::uint64_t number() const { return number_; }

    /// REQUIRES: next() was not called yet. The first bytes of the file, without the byte order
    /// mark: at least the first line, if it is not too long. Throws IoError. May block.
    std::string_view beginning();

    /// REQUIRES: next() was not called yet. About how many lines there are, by the size of the file
    /// and of its first lines; 0 where that cannot be told. Throws IoError. May block.
    std::uint64_t expectedLines();

    /// True when reading ended at a line that is longer than any record may be.
    bool isTooLong() const { return tooLong_; }

    bool hasByteOrderMark() const { return byteOrderMark_; }

    /// REQUIRES: next() returned false. Of all bytes of the file, if there was no problem; empty
    /// for Digest::none.
    std::string digest() { return sha256_ ? sha256_->hexDigest() : std::string(); }

private:
    struct NulMark
    {
        std::uint64_t line;
        std::uint64_t column;
    };

    void fill();
    bool readPiece();
    void takeByteOrderMark();
    void markNuls(char* begin, std::size_t size);
    void refuseLine();
    std::size_t quoteFrom(std::size_t position);
    bool openSegment();

    std::unique_ptr<ByteSource> source_;
    FileProblems& problems_;
    std::optional<Sha256> sha256_;
    std::vector<char> buffer_;    ///< the segment, then the beginning of the next one
    std::size_t used_ = 0;        ///< bytes of buffer_ that hold something
    std::size_t segmentSize_ = 0; ///< bytes of buffer_ that make up the segment
    std::size_t position_ = 0;    ///< of the segment's bytes: the first that was not given yet
    std::size_t nextQuote_ = 0;   ///< of the segment: the first one not given yet, or its end
    bool filled_ = false;         ///< a segment is there of which nothing was given yet
    bool atEnd_ = false;
    bool started_ = false;
    bool tooLong_ = false;
    bool refused_ = false;
    bool byteOrderMark_ = false;
    std::uint64_t number_ = 0;
    std::vector<NulMark> nulMarks_; ///< of lines in the segment, ascending
    std::size_t nextNulMark_ = 0;
};

} // namespace oauth_batch
