#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The lines around payloads as JournalRecord.h specifies them. Pure functions.

/// The line for a payload, with its LF, to be written at `offset`. Throws Error 70 for a payload
/// longer than kMaxPayload.
void appendRecord(std::string& out, std::uint64_t offset, std::string_view payload);

/// The payload of a line (without its LF) read at `offset`; nothing where the length or the
/// checksum do not match.
std::optional<std::string_view> payloadOf(std::string_view line, std::uint64_t offset);

/// True if `tail`, the end of a file without an LF, is what an interrupted write leaves there.
bool isTornRecord(std::string_view tail, std::uint64_t offset);

} // namespace oauth_batch
