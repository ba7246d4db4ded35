#include "oauth_batch/app/Settings.h"

#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <limits>

namespace oauth_batch {

namespace {

using std::chrono::milliseconds;

/// Turns the values of a command line into typed settings and collects what is wrong with them.
class SettingsReader
{
public:
    explicit SettingsReader(const CommandLine& line) : line_(line), problems_(line.problems) {}

    Settings read();

private:
    void readFiles();
    void readInput();
    void readColumns();
    void readDelimiter();
    void readServer();
    void readLimits();
    void readOutput();
    void readOnly();

    bool isSet(std::string_view option) const { return line_.has(option); }
    std::optional<std::string> text(std::string_view option) const;
    void duration(std::string_view option, milliseconds& value, milliseconds least);
    void wrong(std::string_view option, std::string_view value, std::string_view right);
    const CommandLine& line_;
    std::vector<std::string> problems_;
    Settings settings_;
};

bool sends(Command command)
{
    return command == Command::run || command == Command::retry;
}

std::optional<std::string> SettingsReader::text(std::string_view option) const
{
    const std::string* const value = line_.value(option);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

void SettingsReader::wrong(std::string_view option, std::string_view value, std::string_view right)
{
    problems_.push_back("--" + std::string(option) + "=" + quoted(value) + ": " +
                        std::string(right));
}

void SettingsReader::duration(std::string_view option, milliseconds& value, milliseconds least)
{
    const std::string* const given = line_.value(option);
    if (given == nullptr) return;
    const auto parsed = parseDuration(*given);
    if (!parsed || *parsed < least) {
        wrong(option, *given,
              "not a duration such as 500ms, 45s, 15min or 2h, of at least " +
                  describeDuration(least));
        return;
    }
    value = *parsed;
}

Settings SettingsReader::read()
{
    settings_.command = line_.command;
    if (line_.command == Command::none && problems_.empty())
        problems_.emplace_back("a command is needed: run, retry, check, status or undo");
    if (line_.command != Command::none) readFiles();
    readInput();
    readOnly();
    if (sends(settings_.command)) readServer();
    readLimits();
    readOutput();
    if (problems_.empty()) return settings_;
    std::string all;
    for (const std::string& problem : problems_)
        all += (all.empty() ? "" : "\n") + problem;
    throw UsageError(all);
}

void SettingsReader::readFiles()
{
    const std::string command(toString(line_.command));
    if (line_.files.empty())
        problems_.push_back("a file is needed: oauth-batch " + command + " FILE.csv");
    else
        settings_.file = line_.files.front();
    for (std::size_t i = 1; i < line_.files.size(); ++i)
        problems_.push_back("one file at a time: " + quoted(line_.files[i]) + " is one too many");
    if (!line_.files.empty() && settings_.file.empty())
        problems_.emplace_back("the file name is empty");

    const auto output = text("output");
    settings_.output = output.value_or("");
    if (settings_.file == "-" && line_.command != Command::run && line_.command != Command::check)
        problems_.push_back("oauth-batch " + command + " needs a file, not standard input");
    if (line_.command == Command::run && !output) {
        if (settings_.file == "-")
            problems_.emplace_back("with standard input, --output=RESULTS.csv is needed");
        else
            settings_.output = defaultResultsPath(settings_.file);
    }
    if (line_.command == Command::retry && !output) settings_.output = settings_.file;
    if (line_.command == Command::undo && !output)
        problems_.emplace_back("--output=UNDO.csv is needed");
    if (line_.command != Command::retry && output && settings_.output == settings_.file)
        problems_.push_back("--output=" + quoted(*output) + " is the input itself");
}

void SettingsReader::readInput()
{
    if (line_.command != Command::run && line_.command != Command::check)
        settings_.input.kind = InputKind::results;
    if (line_.command == Command::check || line_.command == Command::status)
        settings_.input.digest = Digest::none;
    settings_.strict = isSet("strict");
    settings_.plan = isSet("plan");
    settings_.json = isSet("json");
    settings_.acceptChanges = isSet("accept-changes");
    settings_.overwrite = isSet("overwrite");
    settings_.restart = isSet("restart");
    settings_.noBlock = isSet("no-block");
    readDelimiter();
    readColumns();
    if (const auto operation = text("operation")) {
        const std::string word = lowerCase(trimmed(*operation));
        if (word == "assign")
            settings_.input.operation = Verb::assign;
        else if (word == "unassign")
            settings_.input.operation = Verb::unassign;
        else
            wrong("operation", *operation, "neither assign nor unassign");
    }
    if (const auto profile = text("profile-id")) {
        if (isProfileId(*profile))
            settings_.input.profileId = *profile;
        else
            wrong("profile-id", *profile, "not a positive integer");
    }
}

void SettingsReader::readDelimiter()
{
    const auto given = text("delimiter");
    if (!given) return;
    const std::string word = lowerCase(*given);
    if (word == "tab" || word == "\\t")
        settings_.input.delimiter = '\t';
    else if (word.size() == 1 && std::string_view(",;|\t").find(word[0]) != std::string_view::npos)
        settings_.input.delimiter = word[0];
    else
        wrong("delimiter", *given, "not one of , ; | or tab");
}

void SettingsReader::readColumns()
{
    const auto given = line_.values.find("column");
    if (given == line_.values.end()) return;
    for (const std::string& mapping : given->second) {
        const auto colon = mapping.find(':');
        const auto role = parseColumnRole(std::string_view(mapping).substr(0, colon));
        if (colon == std::string::npos || colon + 1 == mapping.size() || !role) {
            wrong("column", mapping,
                  "not NAME:HEADER with NAME one of operation, managed_user_id, external_id, "
                  "profile_id, force");
            continue;
        }
        const bool isNew = settings_.input.columns.emplace(*role, mapping.substr(colon + 1)).second;
        if (!isNew) wrong("column", mapping, "this column is mapped already");
    }
}

void SettingsReader::readServer()
{
    const auto region = text("region");
    const auto url = text("base-url");
    if (region && url) {
        problems_.emplace_back("--region and --base-url: only one of them");
    } else if (region) {
        if (const auto known = regionBaseUrl(*region))
            settings_.baseUrl = std::string(*known);
        else
            wrong("region", *region, "not one of us, eu, jp, sg, au, il, cn, trial");
    } else if (url) {
        settings_.baseUrl = *url;
        const auto endpoint = Endpoint::parse(*url);
        if (const auto* const problem = std::get_if<std::string>(&endpoint))
            problems_.push_back("--base-url: " + *problem);
    } else {
        problems_.emplace_back(
            "--region=us|eu|jp|sg|au|il|cn|trial or --base-url=URL is needed: there is no default");
    }
    settings_.workspace = text("workspace").value_or("");
    settings_.tokenFile = text("token-file");
    settings_.caFile = text("ca-file");
    settings_.quotaFile = text("quota-file");
}

void SettingsReader::readLimits()
{
    if (const auto given = text("rate")) {
        if (const auto rate = Rate::parse(*given))
            settings_.rate = *rate;
        else
            wrong("rate", *given, "not N/s, N/min, N/h or off, with N from 1 to 1000000");
    }
    if (const auto given = text("workers")) {
        const auto count = parseUnsigned(*given);
        if (!count || *count < 1 || *count > 256)
            wrong("workers", *given, "not a number from 1 to 256");
        else
            settings_.workers = static_cast<unsigned>(*count);
    }
    if (const auto given = text("max-attempts")) {
        const auto count = parseUnsigned(*given);
        if (!count || *count < 1 || *count > 100)
            wrong("max-attempts", *given, "not a number from 1 to 100");
        else
            settings_.maxAttempts = static_cast<std::uint32_t>(*count);
    }
    constexpr milliseconds kLeast(1);
    duration("timeout", settings_.timeout, kLeast);
    duration("connect-timeout", settings_.connectTimeout, kLeast);
    duration("max-wait", settings_.maxWait, milliseconds(0));
    duration("outage-timeout", settings_.outageTimeout, milliseconds(0));
    if (isSet("max-duration")) {
        milliseconds limit(0);
        duration("max-duration", limit, kLeast);
        settings_.maxDuration = limit;
    }
    if (const auto given = text("max-failures")) {
        settings_.maxFailures = FailureLimit::parse(*given);
        if (!settings_.maxFailures)
            wrong("max-failures", *given,
                  "not a number of rows from 1, or a share from 1% to 100%");
    }
}

void SettingsReader::readOutput()
{
    if (const auto given = text("sync")) {
        settings_.sync = *given == "always" ? SyncPolicy::always : SyncPolicy::auto_;
        if (*given != "always" && *given != "auto")
            wrong("sync", *given, "neither auto nor always");
    }
    if (const auto given = text("progress")) {
        const auto mode = parseProgressMode(*given);
        settings_.progress = mode.value_or(ProgressMode::automatic);
        if (!mode) wrong("progress", *given, "not one of auto, bar, plain, none");
    }
    settings_.summaryFile = text("summary");
    settings_.metricsFile = text("metrics-file");
}

void SettingsReader::readOnly()
{
    const auto given = text("only");
    if (!given) return;
    std::vector<std::string> unknown;
    settings_.only = Selection::parse(*given, unknown);
    for (const std::string& word : unknown)
        wrong("only", word, "neither a status nor an error code");
}

} // namespace

Selection Selection::parse(std::string_view list, std::vector<std::string>& unknown)
{
    Selection selection;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        const std::string word = lowerCase(trimmed(list.substr(0, comma)));
        list.remove_prefix(std::min(comma + 1, list.size()));
        const auto status = parseRowStatus(word);
        const auto code = parseErrorCode(word);
        const bool isCode = code && code->code != ErrorCode::none;
        if (status) selection.statuses.push_back(*status);
        if (isCode) selection.codes.push_back(*code);
        if (!status && !isCode) unknown.push_back(word);
    }
    return selection;
}

bool Selection::contains(RowStatus status, const ParsedErrorCode& code) const
{
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end() ||
           std::find(codes.begin(), codes.end(), code) != codes.end();
}

Settings Settings::parse(const CommandLine& line)
{
    return SettingsReader(line).read();
}

std::string defaultResultsPath(const std::string& input)
{
    std::string stem = input;
    if (stem.size() > 4 && lowerCase(std::string_view(stem).substr(stem.size() - 4)) == ".csv")
        stem.resize(stem.size() - 4);
    return stem + ".results.csv";
}

} // namespace oauth_batch
