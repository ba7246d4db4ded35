#include "oauth_batch/input/OperationParser.h"

#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/CustomerId.h"

#include <array>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::array<std::string_view, 2> kVerbs = {"assign", "unassign"};

std::optional<Verb> parseVerb(std::string_view text)
{
    const std::string_view word = trimmed(text);
    if (equalsIgnoringCase(word, "assign")) return Verb::assign;
    if (equalsIgnoringCase(word, "unassign")) return Verb::unassign;
    return std::nullopt;
}

std::optional<bool> parseForce(std::string_view text)
{
    const std::string_view word = trimmed(text);
    if (word.empty() || equalsIgnoringCase(word, "false") || equalsIgnoringCase(word, "no") ||
        word == "0")
        return false;
    if (equalsIgnoringCase(word, "true") || equalsIgnoringCase(word, "yes") || word == "1")
        return true;
    return std::nullopt;
}

std::string faultOfProfileId(std::string_view value)
{
    if (value.empty()) return "empty: a positive integer is needed";
    const bool isNumber =
        isSpreadsheetNumber(value) || (value.find_first_not_of("0123456789.,") == value.npos &&
                                       value.find_first_of(".,") != value.npos);
    return isNumber ? "not a positive integer (spreadsheet notation?)" : "not a positive integer";
}

std::string fieldCountMessage(std::size_t count, std::size_t expected)
{
    std::string message = std::to_string(count) + (count == 1 ? " field" : " fields") +
                          ", but the header has " + std::to_string(expected);
    if (count > expected) message += " (a delimiter in an unquoted field?)";
    return message;
}

} // namespace

/// A row on its way to an operation.
struct OperationParser::Draft
{
    Operation& operation;
    const Operation* requested;
    std::optional<Verb> verb;
    bool hasCustomer = false;
    ErrorCode code = ErrorCode::none;
    std::string message;

    /// The first one counts.
    void refuse(ErrorCode why, std::string text)
    {
        if (code != ErrorCode::none) return;
        code = why;
        message = std::move(text);
    }
};

OperationParser::OperationParser(const Header& header, const InputOptions& options)
    : header_(header),
      verb_(options.operation),
      profileId_(options.profileId),
      operationColumn_(header.find(ColumnRole::operation)),
      managedUserColumn_(header.find(ColumnRole::managedUserId)),
      externalColumn_(header.find(ColumnRole::externalId)),
      profileColumn_(header.find(ColumnRole::profileId)),
      forceColumn_(header.find(ColumnRole::force))
{}

void OperationParser::parse(const RowCells& cells, const Operation* requested,
                            RowContent& content) const
{
    if (!std::holds_alternative<Operation>(content)) content.emplace<Operation>();
    Draft draft{std::get<Operation>(content), requested, {}, false, ErrorCode::none, {}};
    if (!cells.isComplete())
        draft.refuse(ErrorCode::fieldCount,
                     fieldCountMessage(cells.record().fields.size(), header_.size()));
    readVerb(cells, draft);
    readCustomer(cells, draft);
    readProfile(cells, draft);
    readForce(cells, draft);
    if (draft.code == ErrorCode::none) return;
    RowProblem problem{draft.code, std::move(draft.message), draft.verb, {}};
    if (draft.hasCustomer) problem.customerId = std::move(draft.operation.customerId);
    content = std::move(problem);
}

std::optional<ColumnRole> OperationParser::idColumn(const RowCells& cells) const
{
    const bool hasManaged = !cells.value(managedUserColumn_).empty();
    const bool hasExternal = !cells.value(externalColumn_).empty();
    if (hasManaged == hasExternal) return std::nullopt;
    return hasManaged ? ColumnRole::managedUserId : ColumnRole::externalId;
}

void OperationParser::readVerb(const RowCells& cells, Draft& draft) const
{
    if (operationColumn_ == Header::kNone) {
        draft.verb = verb_;
        if (!draft.verb && draft.requested) draft.verb = draft.requested->verb;
        if (!draft.verb)
            draft.refuse(ErrorCode::badOperation, "neither a column operation nor result_request "
                                                  "says what to do; --operation=assign would");
    } else {
        const std::string_view cell = cells.value(operationColumn_);
        draft.verb = parseVerb(cell);
        if (!draft.verb) {
            const std::string_view near = nearest(trimmed(cell), kVerbs);
            draft.refuse(ErrorCode::badOperation,
                         label(operationColumn_, cell) + "neither assign nor unassign" +
                             (near.empty() ? "" : "; the nearest is " + quoted(near)));
        }
    }
    if (draft.verb) draft.operation.verb = *draft.verb;
}

void OperationParser::readCustomer(const RowCells& cells, Draft& draft) const
{
    const std::string_view managed = cells.value(managedUserColumn_);
    const std::string_view external = cells.value(externalColumn_);
    const bool hasColumn = managedUserColumn_ != Header::kNone || externalColumn_ != Header::kNone;
    std::string& id = draft.operation.customerId;
    if (!hasColumn && draft.requested) {
        id = draft.requested->customerId;
        // Somebody may have edited it.
        const std::string fault = faultOfManagedUserId(id);
        if (!fault.empty())
            return draft.refuse(ErrorCode::badId,
                                "result_request is for the customer " + quoted(id) + ": " + fault);
        draft.hasCustomer = true;
        return;
    }
    if (managed.empty() == external.empty()) {
        draft.refuse(ErrorCode::badId, managed.empty()
                                           ? emptyIdMessage()
                                           : cellText(managedUserColumn_, managed) + " and " +
                                                 cellText(externalColumn_, external) +
                                                 ": both are filled, one must be empty");
        return;
    }
    const bool isExternal = managed.empty();
    std::string fault = isExternal ? faultOfExternalId(external) : faultOfManagedUserId(managed);
    if (!fault.empty()) {
        draft.refuse(ErrorCode::badId, (isExternal ? label(externalColumn_, external)
                                                   : label(managedUserColumn_, managed)) +
                                           fault);
        return;
    }
    if (isExternal)
        id.assign(1, 'E').append(external);
    else
        id = managed;
    draft.hasCustomer = true;
}

void OperationParser::readProfile(const RowCells& cells, Draft& draft) const
{
    std::string& id = draft.operation.profileId;
    if (profileColumn_ != Header::kNone) {
        const std::string_view cell = trimmed(cells.value(profileColumn_));
        if (isProfileId(cell))
            id = cell;
        else
            draft.refuse(ErrorCode::badProfile,
                         label(profileColumn_, cell) + faultOfProfileId(cell));
    } else if (profileId_) {
        id = *profileId_;
    } else if (draft.requested) {
        id = draft.requested->profileId;
    } else {
        draft.refuse(ErrorCode::badProfile, "neither a column profile_id nor result_request names "
                                            "the profile; --profile-id=322 would");
    }
}

void OperationParser::readForce(const RowCells& cells, Draft& draft) const
{
    bool& force = draft.operation.force;
    if (forceColumn_ == Header::kNone) {
        force = draft.requested && draft.requested->force && draft.verb == Verb::unassign;
        return;
    }
    const std::string_view cell = cells.value(forceColumn_);
    const auto value = parseForce(cell);
    if (!value)
        draft.refuse(ErrorCode::badForce,
                     label(forceColumn_, cell) + "not one of true, false, yes, no, 1, 0 or empty");
    else if (*value && draft.verb == Verb::assign)
        draft.refuse(ErrorCode::badForce, label(forceColumn_, cell) +
                                              "only an unassign can be forced, this is an assign");
    force = value.value_or(false);
}

/// `profile_id "3.2e2"`, by the name that the file has for the column.
std::string OperationParser::cellText(std::size_t column, std::string_view value) const
{
    const std::string name = quoted(trimmed(header_.name(column)));
    return name.substr(1, name.size() - 2) + ' ' + quoted(value);
}

std::string OperationParser::label(std::size_t column, std::string_view value) const
{
    return cellText(column, value) + ": ";
}

std::string OperationParser::emptyIdMessage() const
{
    if (managedUserColumn_ == Header::kNone && externalColumn_ == Header::kNone)
        return "neither a column managed_user_id or external_id nor result_request names the "
               "customer";
    if (managedUserColumn_ == Header::kNone)
        return label(externalColumn_, "") + "empty: an ID is needed";
    if (externalColumn_ == Header::kNone)
        return label(managedUserColumn_, "") + "empty: an ID is needed";
    return label(managedUserColumn_, "") + "empty, and so is " + header_.name(externalColumn_) +
           ": one of them is needed";
}

} // namespace oauth_batch
