#include "oauth_batch/app/RunShape.h"

#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/base/Error.h"

#include <algorithm>
#include <filesystem>
#include <variant>

namespace oauth_batch {

namespace {

std::string originOf(const Settings& settings)
{
    const auto endpoint = Endpoint::parse(settings.baseUrl);
    if (const auto* const parsed = std::get_if<Endpoint>(&endpoint))
        return parsed->origin() + parsed->pathPrefix();
    return settings.baseUrl;
}

/// `column-profile_id` and so on: settings have one value each.
std::string columnKey(ColumnRole role)
{
    return "column-" + std::string(toString(role));
}

std::string describeSelection(const Selection& only)
{
    std::string text;
    for (const RowStatus status : only.statuses)
        text += (text.empty() ? "" : ",") + std::string(toString(status));
    for (const ParsedErrorCode& code : only.codes)
        text += (text.empty() ? "" : ",") + toString(code.code, code.httpStatus);
    return text;
}

void adopt(Settings& settings, const JournalSetting& setting)
{
    if (setting.name == "operation")
        settings.input.operation = setting.value == "assign" ? Verb::assign : Verb::unassign;
    else if (setting.name == "profile-id")
        settings.input.profileId = setting.value;
    else if (std::vector<std::string> unknown; setting.name == "only")
        settings.only = Selection::parse(setting.value, unknown);
    else if (setting.name == "delimiter" && setting.value.size() == 1)
        settings.input.delimiter = setting.value.front();
    for (const ColumnRole role :
         {ColumnRole::operation, ColumnRole::managedUserId, ColumnRole::externalId,
          ColumnRole::profileId, ColumnRole::force}) {
        if (setting.name == columnKey(role)) settings.input.columns[role] = setting.value;
    }
}

/// How the input is read.
std::vector<JournalSetting> inputShape(const InputOptions& input)
{
    std::vector<JournalSetting> shape;
    if (input.operation) shape.push_back({"operation", std::string(toString(*input.operation))});
    if (input.profileId) shape.push_back({"profile-id", *input.profileId});
    if (input.delimiter) shape.push_back({"delimiter", std::string(1, *input.delimiter)});
    for (const auto& [role, header] : input.columns)
        shape.push_back({columnKey(role), header});
    return shape;
}

/// Of what was recorded, that which `given` names too.
std::vector<JournalSetting> recordedOf(const std::vector<JournalSetting>& given,
                                       const JournalHeader& header)
{
    std::vector<JournalSetting> recorded;
    for (const JournalSetting& setting : header.settings) {
        if (std::any_of(given.begin(), given.end(),
                        [&](const JournalSetting& one) { return one.name == setting.name; }))
            recorded.push_back(setting);
    }
    return recorded;
}

} // namespace

std::vector<JournalSetting> runShape(const Settings& settings)
{
    std::vector<JournalSetting> shape;
    shape.push_back({"origin", originOf(settings)});
    if (!settings.workspace.empty()) shape.push_back({"workspace", settings.workspace});
    const std::vector<JournalSetting> input = inputShape(settings.input);
    shape.insert(shape.end(), input.begin(), input.end());
    if (!settings.only.empty()) shape.push_back({"only", describeSelection(settings.only)});
    return shape;
}

Settings settingsOfJournal(const Settings& settings, const JournalHeader& header)
{
    Settings former = settings;
    const bool isRun = header.command == JournalCommand::run;
    former.command = isRun ? Command::run : Command::retry;
    former.file = header.input;
    former.input = InputOptions{};
    former.input.kind = isRun ? InputKind::operations : InputKind::results;
    for (const JournalSetting& setting : header.settings)
        adopt(former, setting);
    return former;
}

Settings settingsOfUnfinishedRun(const Settings& settings, const JournalHeader& header)
{
    if (!settings.only.empty()) {
        throw UsageError("--only: " + settings.output +
                         " belongs to an unfinished run; continue it without --only first");
    }
    const std::vector<JournalSetting> given = inputShape(settings.input);
    const std::string difference = describeDifference(recordedOf(given, header), given);
    if (!difference.empty()) {
        throw DataError(settings.output + " belongs to an unfinished run with other options: " +
                        difference + ". Continue it without them first");
    }
    Settings run = settingsOfJournal(settings, header);
    run.adopted = true;
    return run;
}

std::string retryToContinue(const JournalHeader& header, const std::string& results)
{
    const auto whole = [](const std::string& path) {
        return std::filesystem::absolute(path).lexically_normal();
    };
    if (whole(results) == whole(header.input)) return "oauth-batch retry " + results;
    return "oauth-batch retry " + header.input + " --output=" + results;
}

} // namespace oauth_batch
