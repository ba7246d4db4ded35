#include "oauth_batch/report/ResultColumns.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>

namespace oauth_batch {

namespace {

bool needsQuotes(std::string_view cell, char delimiter)
{
    // A blank at an end is lost in readers that trim, and quotes keep it.
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    const auto isSpecial = [delimiter](char c) {
        return c == '"' || c == '\r' || c == '\n' || c == delimiter;
    };
    return !cell.empty() && (isBlank(cell.front()) || isBlank(cell.back()) ||
                             std::any_of(cell.begin(), cell.end(), isSpecial));
}

} // namespace

void appendCell(std::string& out, char delimiter, std::string_view cell)
{
    out += delimiter;
    if (!needsQuotes(cell, delimiter)) {
        out += cell;
        return;
    }
    out += '"';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void appendResultHeader(std::string& out, char delimiter)
{
    for (const std::string_view name : kResultColumns)
        appendCell(out, delimiter, name);
}

void appendResultCells(std::string& out, char delimiter, RowNumber resultRow,
                       const Outcome& outcome, std::string_view requestLine)
{
    const auto append = [&](std::string_view cell) { appendCell(out, delimiter, cell); };
    append(std::to_string(resultRow));
    append(toString(outcome.status));
    append(outcome.httpStatus != 0 ? std::to_string(outcome.httpStatus) : "");
    append(toString(outcome.code, outcome.httpStatus));
    append(safeMessage(outcome.message));
    append(requestLine);
    append(std::to_string(outcome.attempts));
    append(outcome.finishedAt ? formatTimestamp(*outcome.finishedAt) : "");
    append(outcome.duration ? std::to_string(outcome.duration->count()) : "");
}

} // namespace oauth_batch
