#pragma once

#include "oauth_batch/journal/JournalRecord.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Payloads as JournalRecord.h specifies them. Pure functions.

constexpr std::string_view kHeaderWord = "journal";
constexpr std::string_view kSessionWord = "session";
constexpr std::string_view kIntentWord = "intend";
constexpr std::string_view kWithdrawnWord = "withdraw";
constexpr std::string_view kAttemptEndWord = "ended";
constexpr std::string_view kOutcomeWord = "outcome";
constexpr std::string_view kResultsWord = "results";

/// The payload of each record. What the reader would refuse throws Error 70.
std::string headerPayload(const JournalHeader& header);
std::string sessionPayload(const JournalSession& session);
std::string attemptPayload(std::string_view word, RowNumber row, std::uint32_t attempt);
std::string attemptEndPayload(RowNumber row, const AttemptEnd& end);
std::string outcomePayload(RowNumber row, const Outcome& outcome);
std::string resultsPayload(const std::string& digest);

/// Takes the text up to the next blank (or all of it) off `fields`, with the blank.
std::string_view takeField(std::string_view& fields);

/// What follows the word, decoded. Nothing where it is not exactly what the functions above write.
std::optional<JournalHeader> parseHeader(std::string_view fields);
std::optional<JournalSession> parseSession(std::string_view& fields);
std::optional<std::uint32_t> parseNumber(std::string_view field);
std::optional<AttemptEnd> parseAttemptEnd(std::string_view fields);
std::optional<Outcome> parseOutcome(std::string_view fields);
bool isDigest(std::string_view text);

} // namespace oauth_batch
