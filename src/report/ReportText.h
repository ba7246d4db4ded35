#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/report/Tally.h"

#include <string>
#include <string_view>

namespace oauth_batch {

/// Pure functions on text that only the reports need.

/// `text` for a terminal or a log line: what isPrintable() refuses and bytes that are no UTF-8 as
/// "?". Nothing is cut.
std::string printable(std::string_view text);

/// A path for people: as it is, or quoted() whole where it could mislead.
std::string displayedPath(std::string_view path);

/// `bytes` with U+FFFD for each byte that is no UTF-8, as JSON and Prometheus demand.
std::string validUtf8(std::string_view bytes);

/// formatTimestamp() without the milliseconds: 2026-05-01T07:30:00Z.
std::string formatSeconds(WallTime time);

/// "http_404 30, timeout 2": the most frequent first, at most `limit` of them, then "and 3 more".
std::string describeCodes(const Tally& tally, std::size_t limit);

} // namespace oauth_batch
