#include "oauth_batch/input/HeaderCheck.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <optional>
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

/// A name that a column may have, and what it is then.
struct Wanted
{
    std::string_view name;
    ColumnRole role;
};

/// A column that may have been meant.
struct Near
{
    std::string name; ///< as it is written
    ColumnRole role;
};

/// The column whose name comes nearest to one of `wanted`.
std::optional<Near> nearestName(const Header& header, std::span<const Wanted> wanted)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < header.size(); ++i)
        names.push_back(header.isResult(i) ? std::string() : normalizedName(header.name(i)));
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const auto& [name, role] : wanted) {
        const std::string_view found = nearest(normalizedName(name), known);
        const auto at = std::find(known.begin(), known.end(), found);
        if (!found.empty())
            return Near{header.name(static_cast<std::size_t>(at - known.begin())), role};
    }
    return std::nullopt;
}

/// `--column=ROLE:NAME`, with the name only where it can be read and typed.
std::string mappingOption(ColumnRole role, const std::string& name)
{
    const bool isPlain = quoted(name) == '"' + name + '"';
    return "--column=" + std::string(toString(role)) + ":" + (isPlain ? name : "NAME");
}

/// What a header lacks, and how its user can supply it.
struct Need
{
    std::string_view columns; ///< `"operation"`
    std::span<const Wanted> names;
    std::string_view mapping;   ///< where no column comes near: "--column=operation:NAME"
    std::string_view otherwise; ///< an option that replaces the column, or empty
};

constexpr std::array<Wanted, 2> kOperationNames = {
    {{"operation", ColumnRole::operation}, {"action", ColumnRole::operation}}};
constexpr std::array<Wanted, 2> kIdNames = {
    {{"managed_user_id", ColumnRole::managedUserId}, {"external_id", ColumnRole::externalId}}};
constexpr std::array<Wanted, 2> kProfileNames = {
    {{"profile_id", ColumnRole::profileId}, {"custom_oauth_profile_id", ColumnRole::profileId}}};

constexpr Need kOperationNeed = {"\"operation\"", kOperationNames, "--column=operation:NAME",
                                 "--operation=assign"};
constexpr Need kIdNeed = {"\"managed_user_id\" or \"external_id\"", kIdNames,
                          "--column=managed_user_id:NAME or --column=external_id:NAME", ""};
constexpr Need kProfileNeed = {"\"profile_id\" (or \"custom_oauth_profile_id\")", kProfileNames,
                               "--column=profile_id:NAME", "--profile-id=322"};

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
        for (std::size_t i = 0; i < kColumnRoleCount; ++i) {
            const auto role = static_cast<ColumnRole>(i);
            checkOnce(header_.columnsFor(role), toString(role), role);
        }
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
            const Wanted wanted[] = {{name, role}};
            const auto near = nearestName(header_, wanted);
            add(mappingOption(role, name) + ": no column " + quoted(name) + "; " +
                listedNames(header_) + (near ? "; the nearest is " + quoted(near->name) : ""));
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
        const auto near = nearestName(header_, need.names);
        std::string message =
            "no column " + std::string(need.columns) + "; " + listedNames(header_);
        if (near) message += "; the nearest is " + quoted(near->name);
        message += ". Name it with " +
                   (near ? mappingOption(near->role, near->name) : std::string(need.mapping));
        if (!need.otherwise.empty())
            message += ", or give one for all rows: " + std::string(need.otherwise);
        add(std::move(message));
    }

    /// `role`: for columns that can be chosen from by --column.
    void checkOnce(const std::vector<std::size_t>& columns, std::string_view meaning,
                   std::optional<ColumnRole> role = std::nullopt)
    {
        if (columns.size() < 2) return;
        std::string message;
        for (const std::size_t column : columns)
            message += (message.empty() ? "" : " and ") + quoted(header_.name(column)) +
                       " (column " + std::to_string(column + 1) + ")";
        const bool namesDiffer =
            normalizedName(header_.name(columns[0])) != normalizedName(header_.name(columns[1]));
        message += " both mean " + std::string(meaning) + ": remove or rename all but one";
        if (namesDiffer && role)
            message += ", or choose: " + mappingOption(*role, header_.name(columns[0]));
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
