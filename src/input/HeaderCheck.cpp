#include "oauth_batch/input/HeaderCheck.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace oauth_batch {

namespace {

constexpr std::size_t kMostNamesListed = 20;

/// The columns of the input, for a message.
std::string listedNames(const Header& header)
{
    std::string list;
    std::size_t listed = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header.isResult(i)) continue;
        if (listed++ == kMostNamesListed) return list + ", …";
        if (!list.empty()) list += ", ";
        list += quoted(header.name(i));
    }
    if (list.empty()) return "there are no columns but result columns";
    list.insert(0, header.inputCount() == 1 ? "the only column is " : "the columns are ");
    if (header.inputCount() == 1)
        list += std::string(" (delimiter ") + quoted({&header.format().delimiter, 1}) +
                "; --delimiter sets another)";
    return list;
}

/// The column whose name comes nearest to one of `wanted`, as it is written; or empty.
std::string nearestName(const Header& header, std::span<const std::string_view> wanted)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < header.size(); ++i)
        names.push_back(header.isResult(i) ? std::string() : normalizedName(header.name(i)));
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string_view word : wanted) {
        const std::string_view found = nearest(normalizedName(word), known);
        const auto at = std::find(known.begin(), known.end(), found);
        if (!found.empty()) return header.name(static_cast<std::size_t>(at - known.begin()));
    }
    return {};
}

/// What a header lacks, and how its user can supply it.
struct Need
{
    std::string_view columns; ///< `"operation"`
    std::span<const std::string_view> names;
    std::string_view mapping;   ///< "operation"
    std::string_view otherwise; ///< an option that replaces the column, or empty
};

constexpr std::array<std::string_view, 2> kOperationNames = {"operation", "action"};
constexpr std::array<std::string_view, 2> kIdNames = {"managed_user_id", "external_id"};
constexpr std::array<std::string_view, 2> kProfileNames = {"profile_id", "custom_oauth_profile_id"};

constexpr Need kOperationNeed = {"\"operation\"", kOperationNames, "operation",
                                 "--operation=assign"};
constexpr Need kIdNeed = {"\"managed_user_id\" or \"external_id\"", kIdNames, "managed_user_id",
                          ""};
constexpr Need kProfileNeed = {"\"profile_id\" (or \"custom_oauth_profile_id\")", kProfileNames,
                               "profile_id", "--profile-id=322"};

class HeaderChecker
{
public:
    HeaderChecker(const Header& header, const InputOptions& options, std::string_view fileName,
                  FileProblems& problems)
        : header_(header), options_(options), fileName_(fileName), problems_(problems)
    {}

    void check()
    {
        refuseContradictions();
        if (looksLikeData()) {
            add("no header: the first record looks like data, not like column names (" +
                listedNames(header_) + "); put a line such as " +
                "operation,managed_user_id,profile_id before it");
            return;
        }
        checkMappings();
        checkMarks();
        checkNeeds();
        for (std::size_t role = 0; role < kColumnRoleCount; ++role)
            checkOnce(header_.columnsFor(static_cast<ColumnRole>(role)),
                      toString(static_cast<ColumnRole>(role)));
        if (options_.kind == InputKind::results) checkResultColumns();
    }

private:
    void add(std::string message, std::uint64_t column = 0)
    {
        problems_.add(header_.line(), column, std::move(message));
    }

    /// A results file takes over the columns that are no results: such a name could be the first
    /// there, and no reader would take it for a name.
    void checkMarks()
    {
        for (std::size_t i = 1; i < header_.size(); ++i) {
            const std::string_view name = header_.rawName(i);
            if (name.starts_with("\xEF\xBB\xBF") || name.starts_with("\xFF\xFE") ||
                name.starts_with("\xFE\xFF"))
                add("a byte order mark before the name of a column; remove it",
                    header_.position(i));
        }
    }

    bool has(ColumnRole role) const { return header_.find(role) != Header::kNone; }

    void refuseContradictions() const
    {
        if (options_.operation) refuseBoth("--operation", ColumnRole::operation);
        if (options_.profileId) refuseBoth("--profile-id", ColumnRole::profileId);
        for (auto a = options_.columns.begin(); a != options_.columns.end(); ++a)
            for (auto b = std::next(a); b != options_.columns.end(); ++b)
                if (normalizedName(a->second) == normalizedName(b->second))
                    throw UsageError("--column: " + std::string(toString(a->first)) + " and " +
                                     std::string(toString(b->first)) +
                                     " are both mapped to the column " + quoted(a->second));
    }

    void refuseBoth(std::string_view option, ColumnRole role) const
    {
        const std::size_t column = header_.find(role);
        if (column == Header::kNone) return;
        throw UsageError(std::string(option) + " was given, but " + std::string(fileName_) +
                         " has a column " + quoted(header_.name(column)) +
                         ": leave the option out, or remove the column");
    }

    bool looksLikeData() const
    {
        if (header_.hasResults() || !options_.columns.empty()) return false;
        for (std::size_t role = 0; role < kColumnRoleCount; ++role)
            if (has(static_cast<ColumnRole>(role))) return false;
        for (std::size_t i = 0; i < header_.size(); ++i) {
            const std::string cell = lowerCase(trimmed(header_.name(i)));
            if (cell == "assign" || cell == "unassign" || isProfileId(cell)) return true;
        }
        return false;
    }

    void checkMappings()
    {
        for (const auto& [role, name] : options_.columns) {
            if (has(role)) continue;
            const std::string_view wanted[] = {name};
            const std::string near = nearestName(header_, wanted);
            add("--column=" + std::string(toString(role)) + ":" + name + ": no column " +
                quoted(name) + "; " + listedNames(header_) +
                (near.empty() ? "" : "; the nearest is " + quoted(near)));
        }
    }

    void checkNeeds()
    {
        const bool asRequested = options_.kind == InputKind::results &&
                                 header_.find(ResultColumn::request) != Header::kNone;
        if (asRequested) return;
        if (!has(ColumnRole::operation) && !options_.operation && !isMapped(ColumnRole::operation))
            addMissing(kOperationNeed);
        const bool idIsMapped =
            isMapped(ColumnRole::managedUserId) || isMapped(ColumnRole::externalId);
        if (!has(ColumnRole::managedUserId) && !has(ColumnRole::externalId) && !idIsMapped)
            addMissing(kIdNeed);
        if (!has(ColumnRole::profileId) && !options_.profileId && !isMapped(ColumnRole::profileId))
            addMissing(kProfileNeed);
    }

    bool isMapped(ColumnRole role) const { return options_.columns.contains(role); }

    void addMissing(const Need& need)
    {
        const std::string near = nearestName(header_, need.names);
        std::string message =
            "no column " + std::string(need.columns) + "; " + listedNames(header_);
        if (!near.empty()) message += "; the nearest is " + quoted(near);
        message += ". Name it with --column=" + std::string(need.mapping) + ":" +
                   (near.empty() ? "NAME" : near);
        if (!need.otherwise.empty())
            message += ", or give one for all rows: " + std::string(need.otherwise);
        add(std::move(message));
    }

    void checkOnce(const std::vector<std::size_t>& columns, std::string_view meaning)
    {
        if (columns.size() < 2) return;
        std::string message;
        for (const std::size_t column : columns)
            message += (message.empty() ? "" : " and ") + quoted(header_.name(column)) +
                       " (column " + std::to_string(column + 1) + ")";
        const bool namesDiffer =
            normalizedName(header_.name(columns[0])) != normalizedName(header_.name(columns[1]));
        message += " both mean " + std::string(meaning) + ": remove or rename all but one";
        if (namesDiffer)
            message +=
                ", or choose: --column=" + std::string(meaning) + ":" + header_.name(columns[0]);
        add(std::move(message), header_.position(columns[1]));
    }

    void checkResultColumns()
    {
        if (header_.find(ResultColumn::status) == Header::kNone)
            add("no column \"result_status\": this is not a results file of oauth-batch; " +
                listedNames(header_));
        for (std::size_t i = 0; i < kResultColumnCount; ++i)
            checkOnce(header_.columnsFor(static_cast<ResultColumn>(i)),
                      toString(static_cast<ResultColumn>(i)));
    }

    const Header& header_;
    const InputOptions& options_;
    std::string_view fileName_;
    FileProblems& problems_;
};

} // namespace

void checkHeader(const Header& header, const InputOptions& options, std::string_view fileName,
                 FileProblems& problems)
{
    HeaderChecker(header, options, fileName, problems).check();
}

} // namespace oauth_batch
