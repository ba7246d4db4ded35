#include "oauth_batch/journal/JournalScanner.h"

#include "RecordCodec.h"
#include "RecordFrame.h"

#include "oauth_batch/base/Error.h"

#include <utility>

namespace oauth_batch {

namespace {

/// A line longer than any record: there is no need to look for its end.
constexpr std::size_t kTooLong = kMaxPayload + 16;

} // namespace

JournalScanner::JournalScanner(std::string path, JournalVisitor& visitor)
    : path_(std::move(path)), visitor_(visitor)
{}

void JournalScanner::feed(std::string_view bytes)
{
    for (;;) {
        const std::size_t lf = bytes.find('\n');
        if (lf == std::string_view::npos) break;
        if (rest_.empty()) {
            scanLine(bytes.substr(0, lf));
        } else {
            rest_ += bytes.substr(0, lf);
            scanLine(rest_);
            rest_.clear();
        }
        bytes.remove_prefix(lf + 1);
    }
    rest_ += bytes;
    // Only NUL bytes may go on for longer: all that matters of them is that they are NUL.
    if (rest_.size() <= kTooLong) return;
    if (rest_.find_first_not_of('\0', kTooLong) != std::string::npos) refuse("it is no record");
    rest_.resize(kTooLong);
}

JournalExtent JournalScanner::finish()
{
    extent_.hasTornTail = !rest_.empty();
    if (extent_.hasTornTail && !isTornRecord(rest_, extent_.end))
        refuse("it is neither a record nor the beginning of one");
    return extent_;
}

void JournalScanner::scanLine(std::string_view line)
{
    const auto payload = payloadOf(line, extent_.end);
    if (!payload) refuse("length or checksum do not match");
    visitRecord(*payload);
    extent_.end += line.size() + 1;
    ++extent_.records;
}

void JournalScanner::visitRecord(std::string_view payload)
{
    std::string_view fields = payload;
    const std::string_view word = takeField(fields);
    const bool isFirst = extent_.records == 0;
    if (isFirst != (word == kHeaderWord)) refuse("the first record, and no other, is the header");
    if (isFirst)
        visitHeader(fields);
    else if (!visitFields(word, fields))
        refuse("its fields make no sense");
}

void JournalScanner::visitHeader(std::string_view fields)
{
    const std::string_view version = takeField(fields);
    if (version != std::to_string(kJournalVersion))
        throw DataError(path_ + ": a journal of version " + std::string(version) +
                        ", which this program does not read; go on with the program that wrote it");
    const auto header = parseHeader(fields);
    if (!header) refuse("the header makes no sense");
    rows_ = header->rows;
    visitor_.onHeader(*header);
}

bool JournalScanner::visitFields(std::string_view word, std::string_view fields)
{
    if (word == kSessionWord) {
        const auto session = parseSession(fields);
        if (session) visitor_.onSession(*session);
        return session && fields.empty();
    }
    if (word == kResultsWord) {
        if (isDigest(fields)) visitor_.onResults(std::string(fields));
        return isDigest(fields);
    }
    const auto row = parseNumber(takeField(fields));
    if (!row || *row == 0 || *row > rows_) return false;
    if (word == kOutcomeWord) {
        const auto outcome = parseOutcome(fields);
        if (outcome) visitor_.onOutcome(*row, *outcome, extent_.end);
        return outcome.has_value();
    }
    if (word == kAttemptEndWord) {
        const auto end = parseAttemptEnd(fields);
        if (end) visitor_.onAttemptEnded(*row, *end, extent_.end);
        return end.has_value();
    }
    const auto attempt = parseNumber(fields);
    if (attempt && word == kIntentWord)
        visitor_.onIntent(*row, *attempt);
    else if (attempt && word == kWithdrawnWord)
        visitor_.onWithdrawn(*row, *attempt);
    else
        return false;
    return true;
}

void JournalScanner::refuse(const std::string& problem) const
{
    throw DataError(path_ + ": damaged at byte " + std::to_string(extent_.end) + " (record " +
                    std::to_string(extent_.records + 1) + "): " + problem +
                    "; put an undamaged copy in its place, or discard it with --restart, which "
                    "sends every row again");
}

} // namespace oauth_batch
