#pragma once

#include "oauth_batch/base/Sha256.h"
#include "oauth_batch/model/Operation.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// What a column of the input is needed for.
enum class ColumnRole : std::uint8_t
{
    operation,
    managedUserId,
    externalId,
    profileId, ///< profile_id or custom_oauth_profile_id
    force,
};

constexpr std::size_t kColumnRoleCount = 5;

/// The column's first name: "operation", "managed_user_id", "external_id", "profile_id", "force".
std::string_view toString(ColumnRole role);

/// The role that a column name stands for; letter case, spaces, `-` and `_` do not matter.
std::optional<ColumnRole> parseColumnRole(std::string_view name);

/// The columns by which a results file extends its input, in the order they are written.
enum class ResultColumn : std::uint8_t
{
    row,
    status,
    httpStatus,
    errorCode,
    message,
    request,
    attempts,
    finishedAt,
    durationMs,
};

constexpr std::size_t kResultColumnCount = 9;

/// "result_row" and so on.
std::string_view toString(ResultColumn column);
std::optional<ResultColumn> parseResultColumn(std::string_view name);

/// A column name as it is compared: ASCII letters in lower case, without spaces, `-` and `_`.
std::string normalizedName(std::string_view name);

/// What a file is read for.
enum class InputKind : std::uint8_t
{
    operations, ///< `run`, `check`: result columns, if any, are left out
    results,    ///< `retry`, `undo`, `status`: result columns are read too
};

/// How to read an input, from the command line. `profileId` has passed isProfileId().
struct InputOptions
{
    std::optional<char> delimiter;             ///< `,` `;` tab or `|`; nothing: from the header
    std::map<ColumnRole, std::string> columns; ///< --column=ROLE:Header Name
    std::optional<Verb> operation;             ///< for a file without the column
    std::optional<std::string> profileId;      ///< for a file without the column
    InputKind kind = InputKind::operations;
    Digest digest = Digest::sha256; ///< what OperationReader::digest() is for
};

} // namespace oauth_batch
