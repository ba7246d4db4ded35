#pragma once

#include "oauth_batch/model/Outcome.h"

#include <array>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The columns that follow the input's own in a results CSV, in their order.
inline constexpr std::array<std::string_view, 9> kResultColumns = {
    "result_row",        "result_status",      "result_http_status",
    "result_error_code", "result_message",     "result_request",
    "result_attempts",   "result_finished_at", "result_duration_ms",
};

/// Appends `delimiter` and a cell, quoted (RFC 4180) where a reader needs it.
void appendCell(std::string& out, char delimiter, std::string_view cell);

/// Appends `delimiter` and a name for each result column: what follows the input's header.
void appendResultHeader(std::string& out, char delimiter);

/// Appends `delimiter` and a cell for each result column: what follows the input's cells of one
/// row. A number that the row has not got is an empty cell; `requestLine` is empty for an invalid
/// row. Cells are quoted (RFC 4180) only where a reader needs it. The message goes through
/// safeMessage(), whoever made it, so that it is one line and no spreadsheet runs it.
void appendResultCells(std::string& out, char delimiter, RowNumber resultRow,
                       const Outcome& outcome, std::string_view requestLine);

} // namespace oauth_batch
