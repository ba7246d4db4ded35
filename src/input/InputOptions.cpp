#include "oauth_batch/input/InputOptions.h"

namespace oauth_batch {

namespace {

constexpr std::array<std::string_view, kColumnRoleCount> kRoleNames = {
    "operation", "managed_user_id", "external_id", "profile_id", "force",
};

constexpr std::array<std::string_view, kResultColumnCount> kResultNames = {
    "result_row",        "result_status",      "result_http_status",
    "result_error_code", "result_message",     "result_request",
    "result_attempts",   "result_finished_at", "result_duration_ms",
};

constexpr std::string_view kLongProfileName = "customoauthprofileid";

template <class Id, std::size_t count>
std::optional<Id> find(const std::array<std::string_view, count>& names, std::string_view name)
{
    const std::string wanted = normalizedName(name);
    for (std::size_t i = 0; i < count; ++i)
        if (normalizedName(names[i]) == wanted) return static_cast<Id>(i);
    return std::nullopt;
}

} // namespace

std::string_view toString(ColumnRole role)
{
    return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<ColumnRole> parseColumnRole(std::string_view name)
{
    if (normalizedName(name) == kLongProfileName) return ColumnRole::profileId;
    return find<ColumnRole>(kRoleNames, name);
}

std::string_view toString(ResultColumn column)
{
    return kResultNames[static_cast<std::size_t>(column)];
}

std::optional<ResultColumn> parseResultColumn(std::string_view name)
{
    return find<ResultColumn>(kResultNames, name);
}

std::string normalizedName(std::string_view name)
{
    std::string normal;
    for (const char c : name) {
        if (c == ' ' || c == '-' || c == '_') continue;
        normal += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return normal;
}

} // namespace oauth_batch
