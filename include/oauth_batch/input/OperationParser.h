#pragma once

#include "oauth_batch/input/Header.h"
#include "oauth_batch/input/InputOptions.h"
#include "oauth_batch/input/RowCells.h"
#include "oauth_batch/model/Operation.h"
#include "oauth_batch/model/Outcome.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace oauth_batch {

/// Why a row is `invalid`, and what of it could be read nevertheless: an invalid row still stands
/// in the way of its customer's later rows.
struct RowProblem
{
    ErrorCode code = ErrorCode::none;
    std::string message; ///< with column and value: `profile_id "3.2e2": not a positive integer`
    std::optional<Verb> verb;
    std::optional<std::string> customerId;

    bool operator==(const RowProblem&) const = default;
};

using RowContent = std::variant<Operation, RowProblem>;

/// Makes operations of rows. Pure; the header must outlive it.
class OperationParser
{
public:
    OperationParser(const Header& header, const InputOptions& options);

    /// Replaces `content` (its memory is used again). `requested` stands in for what the file has
    /// neither a column nor an option for; it may be null. The first problem counts, in this order:
    /// field count, operation, ID, profile, force.
    void parse(const RowCells& cells, const Operation* requested, RowContent& content) const;

    /// The column that gave the row its customer: managedUserId or externalId; nothing where none
    /// or both are filled.
    std::optional<ColumnRole> idColumn(const RowCells& cells) const;

private:
    struct Draft;

    void readVerb(const RowCells& cells, Draft& draft) const;
    void readCustomer(const RowCells& cells, Draft& draft) const;
    void readProfile(const RowCells& cells, Draft& draft) const;
    void readForce(const RowCells& cells, Draft& draft) const;
    std::string cellText(std::size_t column, std::string_view value) const;
    std::string label(std::size_t column, std::string_view value) const;
    std::string emptyIdMessage() const;

    const Header& header_;
    std::optional<Verb> verb_;
    std::optional<std::string> profileId_;
    std::size_t operationColumn_;
    std::size_t managedUserColumn_;
    std::size_t externalColumn_;
    std::size_t profileColumn_;
    std::size_t forceColumn_;
};

} // namespace oauth_batch
