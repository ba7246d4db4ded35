#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Pure functions on text. "Blank" is a space or a tab.

/// Without blanks, CR and LF at both ends.
std::string_view trimmed(std::string_view text);

/// ASCII letters in lower case; other bytes as they are.
std::string lowerCase(std::string_view text);

/// Whether two texts are the same without regard to the case of ASCII letters.
bool equalsIgnoringCase(std::string_view a, std::string_view b);

/// True if the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool isUtf8(std::string_view bytes);

/// True if a C0 control character or DEL occurs.
bool hasControlCharacter(std::string_view bytes);

/// `text` for a message, double quotes included: what isPrintable() refuses and bytes that are no
/// UTF-8 as \xNN, `"` and `\` with a `\` before them, and not more than `limit` characters between
/// the quotes, then "…".
std::string quoted(std::string_view text, std::size_t limit = 60);

/// The entry of `known` that is nearest to `word` (edit distance with transpositions), or an empty
/// view when none is near enough to be meant (a third of its length, 1 at least). Case does not
/// count.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// Decimal digits only, whole text, no sign, no overflow.
std::optional<std::uint64_t> parseUnsigned(std::string_view digits);

/// A duration as people write it: a whole or decimal number and `ms`, `s`, `min` (or `m`), `h`,
/// `d`: "45s", "1.5h", "250ms". A bare 0 is allowed. Nothing for any other text or more than 10
/// years. Rounded up to a millisecond.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// "2 h 47 min", "45 s", "1 min 5 s", "120 ms": the two largest units, rounded. "0 s" for nothing
/// and less.
std::string describeDuration(std::chrono::milliseconds duration);

/// UTC in ISO 8601 with milliseconds: 2026-05-01T07:30:00.250Z. REQUIRES: a year from 0 to 9999.
std::string formatTimestamp(std::chrono::sys_time<std::chrono::milliseconds> time);

/// The reverse of formatTimestamp(); nothing for any other form.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>>
parseTimestamp(std::string_view text);

/// Sets `code` to the UTF-8 code point at the start of `bytes` and returns its length in bytes, or
/// 0 where they are no well-formed UTF-8. REQUIRES: bytes is not empty.
std::size_t decodeUtf8(std::string_view bytes, char32_t& code);

/// False for what a terminal or a log obeys instead of showing: C0, DEL, C1, line and paragraph
/// separators, bidirectional and zero-width marks, the byte order mark, noncharacters; and for what
/// is no code point.
bool isPrintable(char32_t code);

} // namespace oauth_batch
