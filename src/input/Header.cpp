#include "oauth_batch/input/Header.h"

#include <utility>

namespace oauth_batch {

Header::Header(const Record& record, FileFormat format, const InputOptions& options)
    : format_(std::move(format)), line_(record.line)
{
    addColumns(record);
    assignRoles(options);
}

void Header::addColumns(const Record& record)
{
    for (const Field& field : record.fields) {
        const auto at = static_cast<std::size_t>(field.raw.data() - record.raw.data());
        const bool onFirstLine = record.raw.substr(0, at).find('\n') == std::string_view::npos;
        Column column{std::string(field.value), std::string(field.raw), onFirstLine ? at + 1 : 0,
                      false, false};
        if (const auto result = parseResultColumn(column.name)) {
            column.result = true;
            results_[static_cast<std::size_t>(*result)].push_back(columns_.size());
        } else {
            ++inputCount_;
            lastInput_ = columns_.size();
        }
        columns_.push_back(std::move(column));
    }
}

/// A mapped column has the role that it was given, whatever its name means otherwise.
void Header::assignRoles(const InputOptions& options)
{
    for (const auto& [role, name] : options.columns) {
        const std::string wanted = normalizedName(name);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].result || normalizedName(columns_[i].name) != wanted) continue;
            roles_[static_cast<std::size_t>(role)].push_back(i);
            columns_[i].taken = true;
        }
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto role = parseColumnRole(columns_[i].name);
        if (role && !columns_[i].taken && !options.columns.contains(*role))
            roles_[static_cast<std::size_t>(*role)].push_back(i);
    }
}

std::size_t Header::trailingResults() const
{
    std::size_t count = 0;
    while (count < columns_.size() && columns_[columns_.size() - 1 - count].result)
        ++count;
    return count;
}

} // namespace oauth_batch
