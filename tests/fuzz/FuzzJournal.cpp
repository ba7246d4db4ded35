// Whatever a journal's bytes are: it is read or refused with a DataError, in pieces as in one go,
// and what is cut off as a torn tail changes nothing of what stands before it. The bytes are tried
// as a file, and their lines as payloads with the right checksums, to get past these.

#include "Fuzz.h"
#include "RecordFrame.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/journal/ResumeState.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;
using fuzz::require;

/// Only the number of rows that the header announces could make this expensive.
class SmallState final : public JournalVisitor
{
public:
    void onHeader(const JournalHeader& header) override
    {
        constexpr RowNumber kMost = 100'000;
        if (header.rows <= kMost) state_.emplace().onHeader(header);
    }
    void onSession(const JournalSession& session) override
    {
        if (state_) state_->onSession(session);
    }
    void onIntent(RowNumber row, std::uint32_t attempt) override
    {
        if (state_) state_->onIntent(row, attempt);
    }
    void onWithdrawn(RowNumber row, std::uint32_t attempt) override
    {
        if (state_) state_->onWithdrawn(row, attempt);
    }
    void onAttemptEnded(RowNumber row, const AttemptEnd& end, std::uint64_t offset) override
    {
        if (state_) state_->onAttemptEnded(row, end, offset);
    }
    void onOutcome(RowNumber row, const Outcome& outcome, std::uint64_t offset) override
    {
        if (state_) state_->onOutcome(row, outcome, offset);
    }
    void onResults(const std::string& digest) override
    {
        if (state_) state_->onResults(digest);
    }

private:
    std::optional<ResumeState> state_;
};

std::optional<JournalExtent> scan(std::string_view bytes, std::size_t piece)
{
    SmallState state;
    try {
        JournalScanner scanner("fuzz.journal", state);
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
            scanner.feed(bytes.substr(0, piece));
        return scanner.finish();
    } catch (const DataError&) {
        return std::nullopt;
    }
}

std::string framed(std::string_view payloads)
{
    std::string journal;
    while (!payloads.empty()) {
        const std::size_t end = std::min(payloads.find('\n'), payloads.size());
        if (end > 0 && end <= kMaxPayload) {
            const std::uint64_t offset = journal.size();
            appendRecord(journal, offset, payloads.substr(0, end));
        }
        payloads.remove_prefix(std::min(end + 1, payloads.size()));
    }
    return journal;
}

void examine(std::string_view bytes)
{
    const auto whole = scan(bytes, bytes.size() + 1);
    const auto pieces = scan(bytes, 3);
    require(whole.has_value() == pieces.has_value());
    if (!whole) return;
    require(whole->end == pieces->end && whole->records == pieces->records);
    require(whole->end <= bytes.size() && whole->hasTornTail == (whole->end < bytes.size()));
    const auto complete = scan(bytes.substr(0, whole->end), bytes.size() + 1);
    require(complete && complete->records == whole->records && !complete->hasTornTail);
}

/// Any one changed byte is found by a checksum: at most the last record is cut off for it.
void examineDamage(std::string journal, std::size_t at)
{
    const auto whole = scan(journal, journal.size() + 1);
    if (!whole || whole->hasTornTail || journal.empty()) return;
    at %= journal.size();
    journal[at] = static_cast<char>(journal[at] ^ 0x01);
    const auto damaged = scan(journal, journal.size() + 1);
    require(!damaged || (damaged->hasTornTail && damaged->records + 1 == whole->records));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    examine(bytes);
    const std::string journal = framed(bytes);
    examine(journal);
    // Somewhere else in each input.
    examineDamage(journal, std::hash<std::string>()(journal));
    return 0;
}
