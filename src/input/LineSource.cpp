#include "oauth_batch/input/LineSource.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::size_t kPieceSize = 256UL * 1024UL;
/// A line longer than this, with its CR, cannot be a record.
constexpr std::size_t kMaxLineSize = kMaxRecordSize + 1;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kQuote = '"';
/// Stands for a NUL, of which a problem is made, so that a line can be a C string.
constexpr char kNulSubstitute = '\x01';

constexpr const char* kNulMessage =
    "a NUL byte: this is no text, or it is UTF-16 and has to be saved as UTF-8";

char* find(char* begin, const char* end, char wanted)
{
    return static_cast<char*>(std::memchr(begin, wanted, static_cast<std::size_t>(end - begin)));
}

bool isUtf16(std::string_view bytes)
{
    return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
}

} // namespace

LineSource::LineSource(std::unique_ptr<ByteSource> source, FileProblems& problems, Digest digest)
    : source_(std::move(source)), problems_(problems)
{
    if (digest == Digest::sha256) sha256_.emplace();
}

bool LineSource::readPiece()
{
    const std::size_t before = used_;
    // One byte more, for the NUL behind a last line without LF.
    if (buffer_.size() <= before + kPieceSize) buffer_.resize(before + kPieceSize + 1);
    // A pipe gives little at a time.
    while (!atEnd_ && used_ < before + kPieceSize) {
        const std::size_t count =
            source_->read(buffer_.data() + used_, before + kPieceSize - used_);
        atEnd_ = count == 0;
        if (sha256_) sha256_->update(buffer_.data() + used_, count);
        used_ += count;
    }
    return used_ > before;
}

void LineSource::takeByteOrderMark()
{
    const std::string_view bytes(buffer_.data(), used_);
    if (isUtf16(bytes)) {
        refused_ = true;
        problems_.add(1, 1,
                      "UTF-16, but UTF-8 is needed: save the file as UTF-8 (in a spreadsheet: "
                      "\"CSV UTF-8\", or the character set \"Unicode (UTF-8)\")");
    } else if (bytes.starts_with(kByteOrderMark)) {
        byteOrderMark_ = true;
        used_ -= kByteOrderMark.size();
        std::memmove(buffer_.data(), buffer_.data() + kByteOrderMark.size(), used_);
    }
}

/// Puts the next segment, empty at the end, to the front of the buffer.
void LineSource::fill()
{
    used_ -= segmentSize_;
    if (used_ != 0) std::memmove(buffer_.data(), buffer_.data() + segmentSize_, used_);
    segmentSize_ = 0;
    std::size_t searched = 0;
    while (!refused_) {
        const bool more = readPiece();
        if (!std::exchange(started_, true)) takeByteOrderMark();
        if (refused_) break;
        char* const begin = buffer_.data();
        const void* const end = ::memrchr(begin + searched, '\n', used_ - searched);
        if (end != nullptr)
            segmentSize_ = static_cast<std::size_t>(static_cast<const char*>(end) - begin) + 1;
        else if (used_ > kMaxLineSize)
            refuseLine();
        else if (!more)
            segmentSize_ = used_;
        else {
            searched = used_;
            continue;
        }
        break;
    }
}

void LineSource::markNuls(char* begin, std::size_t size)
{
    nulMarks_.clear();
    nextNulMark_ = 0;
    char* const end = begin + size;
    char* lineBegin = begin;
    char* searched = begin;
    std::uint64_t line = number_ + 1;
    for (char* nul = find(begin, end, '\0'); nul != nullptr; nul = find(nul + 1, end, '\0')) {
        for (char* feed = find(searched, nul, '\n'); feed; feed = find(lineBegin, nul, '\n')) {
            lineBegin = feed + 1;
            ++line;
        }
        searched = nul;
        // One mark a line, the first.
        if (nulMarks_.empty() || nulMarks_.back().line != line)
            nulMarks_.push_back({line, static_cast<std::uint64_t>(nul - lineBegin) + 1});
        *nul = kNulSubstitute;
    }
}

/// A line of the buffer's size has not ended yet.
void LineSource::refuseLine()
{
    refused_ = true;
    char* const begin = buffer_.data();
    if (const char* const nul = find(begin, begin + used_, '\0'))
        problems_.add(number_ + 1, static_cast<std::uint64_t>(nul - begin) + 1, kNulMessage);
    else
        tooLong_ = true;
}

bool LineSource::openSegment()
{
    position_ = 0;
    if (!std::exchange(filled_, false)) fill();
    markNuls(buffer_.data(), segmentSize_);
    nextQuote_ = quoteFrom(0);
    return segmentSize_ != 0;
}

/// The position of the segment's next quote, or the segment's end.
std::size_t LineSource::quoteFrom(std::size_t position)
{
    char* const begin = buffer_.data();
    const char* const quote = find(begin + position, begin + segmentSize_, kQuote);
    return quote == nullptr ? segmentSize_ : static_cast<std::size_t>(quote - begin);
}

bool LineSource::next(Line& line)
{
    if ((filled_ || position_ == segmentSize_) && !openSegment()) return false;
    char* const begin = buffer_.data() + position_;
    char* const segmentEnd = buffer_.data() + segmentSize_;
    char* const feed = find(begin, segmentEnd, '\n');
    char* const end = feed == nullptr ? segmentEnd : feed;
    *end = '\0';
    line.begin = begin;
    line.size = static_cast<std::size_t>(end - begin);
    line.terminated = feed != nullptr;
    position_ += line.size + (line.terminated ? 1 : 0);
    // Looked for once, and not line by line: most have none.
    line.hasQuote = nextQuote_ < position_;
    if (line.hasQuote) nextQuote_ = quoteFrom(position_);
    ++number_;
    if (nextNulMark_ < nulMarks_.size() && nulMarks_[nextNulMark_].line == number_) {
        problems_.add(number_, nulMarks_[nextNulMark_].column, kNulMessage);
        ++nextNulMark_;
    }
    return true;
}

std::uint64_t LineSource::expectedLines()
{
    const std::string_view known = beginning();
    const auto lines = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), '\n'));
    return known.empty() ? 0 : source_->size() / known.size() * lines;
}

std::string_view LineSource::beginning()
{
    if (!filled_) {
        fill();
        filled_ = true;
    }
    return {buffer_.data(), used_};
}

} // namespace oauth_batch
