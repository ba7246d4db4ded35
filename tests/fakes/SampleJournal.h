#pragma once

#include "FakeClock.h"
#include "MemoryAppendFile.h"

#include "oauth_batch/journal/JournalWriter.h"

#include <chrono>
#include <string>

namespace oauth_batch::test {

inline JournalHeader sampleHeader(RowNumber rows = 9)
{
    JournalHeader header;
    header.rows = rows;
    header.inputDigest = std::string(64, 'a');
    header.session = {4711, FakeClock().wallTime()};
    header.input = "customers of May.csv";
    header.settings = {{"origin", "https://127.0.0.1:8443"}, {"workspace", ""}};
    return header;
}

inline Outcome succeeded(std::uint32_t attempts = 1)
{
    Outcome outcome;
    outcome.status = RowStatus::succeeded;
    outcome.httpStatus = 200;
    outcome.attempts = attempts;
    outcome.finishedAt = FakeClock().wallTime();
    outcome.duration = std::chrono::milliseconds(120);
    return outcome;
}

inline Outcome unknown(std::uint32_t attempts, int httpStatus, const std::string& message)
{
    Outcome outcome = succeeded(attempts);
    outcome.status = RowStatus::unknown;
    outcome.code = ErrorCode::http;
    outcome.httpStatus = httpStatus;
    outcome.message = message;
    return outcome;
}

inline Outcome pendingAfter(std::uint32_t attempts, ErrorCode code)
{
    Outcome outcome = succeeded(attempts);
    outcome.status = RowStatus::pending;
    outcome.code = code;
    outcome.httpStatus = code == ErrorCode::http ? 503 : 0;
    return outcome;
}

/// A journal with a record of every kind and many shapes of fields.
inline std::string sampleJournal()
{
    const FakeClock clock;
    MemoryAppendFile file;
    JournalWriter writer(file, clock, SyncPolicy::always);
    writer.start(sampleHeader());
    writer.intend(1, 1);
    writer.conclude(1, succeeded());
    writer.intend(2, 1);
    writer.endAttempt(2, {true, true, pendingAfter(1, ErrorCode::http)});
    writer.intend(3, 1);
    writer.withdraw(3, 1);
    writer.resume({4712, clock.wallTime()});
    writer.intend(2, 2);
    writer.endAttempt(2, {false, false, pendingAfter(2, ErrorCode::none)});
    writer.intend(2, 3);
    writer.conclude(2, unknown(3, 503, "Server error \\ \"twice\"\n(id 7b) — später"));
    Outcome blocked;
    blocked.status = RowStatus::blocked;
    blocked.code = ErrorCode::blocked;
    blocked.message = "row 2 did not succeed";
    writer.conclude(9, blocked);
    writer.recordResults(std::string(64, 'b'));
    writer.intend(4, 1);
    writer.conclude(4, succeeded());
    writer.commit();
    return file.afterKill();
}

} // namespace oauth_batch::test
