#pragma once

#include "oauth_batch/base/Text.h"
#include "oauth_batch/journal/JournalScanner.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth_batch::test {

/// A visitor that writes down what it is told, one text a record, every field in it.
class JournalTrace final : public JournalVisitor
{
public:
    void onHeader(const JournalHeader& header) override
    {
        std::string text = "header " + std::string(toString(header.command)) + ' ' +
                           std::to_string(header.rows) + ' ' + header.inputDigest + ' ' +
                           header.input + ' ' + describe(header.session);
        for (const auto& [name, value] : header.settings)
            text.append(" ").append(name).append("=").append(value);
        records.push_back(std::move(text));
    }
    void onSession(const JournalSession& session) override
    {
        records.push_back("session " + describe(session));
    }
    void onIntent(RowNumber row, std::uint32_t attempt) override
    {
        records.push_back("intent " + std::to_string(row) + ' ' + std::to_string(attempt));
    }
    void onWithdrawn(RowNumber row, std::uint32_t attempt) override
    {
        records.push_back("withdrawn " + std::to_string(row) + ' ' + std::to_string(attempt));
    }
    void onAttemptEnded(RowNumber row, const AttemptEnd& end, std::uint64_t offset) override
    {
        records.push_back("ended " + std::to_string(row) + (end.counted ? " counted" : " free") +
                          (end.mayBeApplied ? " maybe" : " no") + describe(end.outcome));
        offsets.push_back(offset);
    }
    void onOutcome(RowNumber row, const Outcome& outcome, std::uint64_t offset) override
    {
        records.push_back("outcome " + std::to_string(row) + describe(outcome));
        offsets.push_back(offset);
    }
    void onResults(const std::string& digest) override { records.push_back("results " + digest); }

    std::vector<std::string> records;
    std::vector<std::uint64_t> offsets; ///< of ended and outcome

private:
    static std::string describe(const JournalSession& session)
    {
        return std::to_string(session.pid) + ' ' + formatTimestamp(session.startedAt);
    }
    static std::string describe(const Outcome& outcome)
    {
        return ' ' + std::string(toString(outcome.status)) + ' ' +
               toString(outcome.code, outcome.httpStatus) + ' ' +
               std::to_string(outcome.httpStatus) + ' ' + std::to_string(outcome.attempts) + ' ' +
               (outcome.finishedAt ? formatTimestamp(*outcome.finishedAt) : "never") + ' ' +
               (outcome.duration ? std::to_string(outcome.duration->count()) : "none") + " [" +
               outcome.message + ']';
    }
};

/// Feeds `bytes` in pieces of `piece` and finishes. Throws as the scanner does.
inline JournalExtent scan(std::string_view bytes, JournalVisitor& visitor,
                          std::size_t piece = static_cast<std::size_t>(-1))
{
    JournalScanner scanner("test.journal", visitor);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        scanner.feed(bytes.substr(0, piece));
    return scanner.finish();
}

} // namespace oauth_batch::test
