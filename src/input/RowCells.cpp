#include "oauth_batch/input/RowCells.h"

#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Outcome.h"

#include <algorithm>

namespace oauth_batch {

namespace {

void appendQuoted(std::string& out, std::string_view value)
{
    out += '"';
    for (const char c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

/// The value of the last input column together with what is too much.
std::string joinedValue(const RowCells& cells, std::size_t column)
{
    std::string value(cells.value(column));
    for (const Field& field : cells.surplus()) {
        value += cells.header().format().delimiter;
        value += field.value;
    }
    return value;
}

} // namespace

/// Whether the last fields read as result cells do.
bool RowCells::endsWithResults() const
{
    const std::size_t count = header_.trailingResults();
    const std::size_t firstResult = header_.size() - count;
    const auto cell = [&](ResultColumn result) -> const Field* {
        const std::size_t column = header_.find(result);
        if (column == Header::kNone || column < firstResult) return nullptr;
        return &record_.fields[record_.fields.size() - (header_.size() - column)];
    };
    if (count == 0 || record_.fields.size() < count) return false;
    const Field* const status = cell(ResultColumn::status);
    const Field* const row = cell(ResultColumn::row);
    const Field* const code = cell(ResultColumn::errorCode);
    return status != nullptr && parseRowStatus(lowerCase(trimmed(status->value))) &&
           (row == nullptr || parseUnsigned(trimmed(row->value))) &&
           (code == nullptr || parseErrorCode(trimmed(code->value)));
}

const Field* RowCells::findMisplaced(std::size_t column) const
{
    const std::size_t count = record_.fields.size();
    if (!alignedAtEnd_) return column < count ? &record_.fields[column] : nullptr;
    const std::size_t fromEnd = header_.size() - column;
    const std::size_t results = header_.trailingResults();
    if (fromEnd <= results) return &record_.fields[count - fromEnd];
    return column < count - results ? &record_.fields[column] : nullptr;
}

std::span<const Field> RowCells::surplus() const
{
    const std::size_t count = record_.fields.size();
    if (count <= header_.size()) return {};
    const std::size_t results = alignedAtEnd_ ? header_.trailingResults() : 0;
    return std::span(record_.fields).subspan(header_.size() - results, count - header_.size());
}

void appendInputCells(std::string& out, const Record& record, const Header& header)
{
    const RowCells cells(record, header);
    if (cells.isComplete() && !header.hasResults()) {
        out += record.raw;
        return;
    }
    bool isFirst = true;
    for (std::size_t column = 0; column < header.size(); ++column) {
        if (header.isResult(column)) continue;
        if (!isFirst) out += header.format().delimiter;
        isFirst = false;
        const Field* const field = cells.find(column);
        if (column == header.lastInput() && !cells.surplus().empty())
            appendQuoted(out, joinedValue(cells, column));
        else if (field != nullptr)
            out += field->raw;
    }
}

void appendInputNames(std::string& out, const Header& header)
{
    bool isFirst = true;
    for (std::size_t column = 0; column < header.size(); ++column) {
        if (header.isResult(column)) continue;
        if (!isFirst) out += header.format().delimiter;
        isFirst = false;
        out += header.rawName(column);
    }
}

} // namespace oauth_batch
