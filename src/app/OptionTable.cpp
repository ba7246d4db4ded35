#include "oauth_batch/app/OptionTable.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace oauth_batch {

namespace {

constexpr unsigned kRun = static_cast<unsigned>(Command::run);
constexpr unsigned kRetry = static_cast<unsigned>(Command::retry);
constexpr unsigned kCheck = static_cast<unsigned>(Command::check);
constexpr unsigned kStatus = static_cast<unsigned>(Command::status);
constexpr unsigned kUndo = static_cast<unsigned>(Command::undo);
constexpr unsigned kSends = kRun | kRetry;
constexpr unsigned kReads = kRun | kRetry | kCheck;
constexpr unsigned kAll = kReads | kStatus | kUndo;

constexpr std::array<std::string_view, 5> kCommandWords = {"run", "retry", "check", "status",
                                                           "undo"};

struct CommandHelp
{
    Command command;
    std::string_view usage;
    std::string_view header;
};

constexpr std::array<CommandHelp, 6> kCommandHelp = {{
    {Command::none, "COMMAND [OPTIONS] FILE.csv",
     "Runs a CSV of operations (assign or unassign a custom OAuth profile to a customer "
     "workspace) under the API's request quota and writes one status per row.\n"
     "\n"
     "Commands:\n"
     "  run INPUT.csv       run the operations; again: continue an unfinished run\n"
     "  retry RESULTS.csv   run again only what did not succeed\n"
     "  check INPUT.csv     validate and plan; send nothing\n"
     "  status RESULTS.csv  count what a run has done so far\n"
     "  undo RESULTS.csv    write the input that reverses what succeeded\n"
     "\n"
     "oauth-batch COMMAND --help lists a command's options."},
    {Command::run, "run INPUT.csv --region=REGION|--base-url=URL [OPTIONS]",
     "Runs the operations of INPUT.csv (`-` is standard input) and writes the results beside it. "
     "The same command again continues an unfinished run."},
    {Command::retry, "retry RESULTS.csv --region=REGION|--base-url=URL [OPTIONS]",
     "Runs again the rows of a results file that did not succeed, and updates that file. "
     "Continues an unfinished run or retry."},
    {Command::check, "check INPUT.csv [OPTIONS]",
     "Validates and plans; sends nothing. Exit code: 0 clean or warnings only, 1 invalid rows, "
     "65 or 66 a file that cannot be used."},
    {Command::status, "status RESULTS.csv [--json]",
     "Counts the rows of a finished, unfinished or running run by status and error code."},
    {Command::undo, "undo RESULTS.csv --output=UNDO.csv",
     "Writes the input CSV that reverses every succeeded row, last row first."},
}};

constexpr std::array kOptions = {
    OptionSpec{"region", "us|eu|jp|sg|au|il|cn|trial", "The data centre to talk to.", kSends},
    OptionSpec{"base-url", "URL", "The API's base URL, in place of --region.", kSends},
    OptionSpec{"token-file", "PATH",
               "File that holds the API token; not readable by group or others. Else "
               "$CREDENTIALS_DIRECTORY/workato-api-token, else WORKATO_API_TOKEN.",
               kSends},
    OptionSpec{"config", "FILE", "Properties file with any of these options, without the dashes.",
               kAll},
    OptionSpec{"output", "PATH",
               "The file to write. Default of run: INPUT.results.csv; of retry: the file itself; "
               "undo has none.",
               kRun | kRetry | kUndo},
    OptionSpec{"delimiter", "CHAR", "One of , ; | or tab. Default: detected from the header.",
               kReads},
    OptionSpec{"column", "NAME:HEADER",
               "Takes the column HEADER for NAME: operation, managed_user_id, external_id, "
               "profile_id or force. Can be given several times.",
               kReads},
    OptionSpec{"operation", "assign|unassign", "For a file without that column.", kReads},
    OptionSpec{"profile-id", "ID", "For a file without that column.", kReads},
    OptionSpec{"strict", "", "Refuse the whole file if any row is invalid.", kReads},
    OptionSpec{"plan", "", "Print one line per row that would be sent: row, method, target.",
               kCheck},
    OptionSpec{"only", "LIST",
               "Only rows of these statuses and error codes, separated by commas: "
               "failed,http_503.",
               kRetry},
    OptionSpec{"accept-changes", "",
               "Send what the cells or options say now, where that differs from result_request.",
               kRetry},
    OptionSpec{"rate", "N/min",
               "Requests per time: N/s, N/min, N/h or off. Default 60/min, the API's quota.",
               kSends | kCheck},
    OptionSpec{"workspace", "NAME", "Jobs of one workspace on one origin share one quota.", kSends},
    OptionSpec{"quota-file", "PATH", "Where the shared pacing state is kept.", kSends},
    OptionSpec{"workers", "N", "Requests in flight at most, 1 to 256. Default 8.", kSends},
    OptionSpec{"max-attempts", "N", "Attempts per row and run. Default 5.", kSends},
    OptionSpec{"timeout", "DURATION", "Bound on a whole attempt. Default 45s.", kSends},
    OptionSpec{"connect-timeout", "DURATION",
               "Bound on connecting and the TLS handshake. Default 10s.", kSends},
    OptionSpec{"max-wait", "DURATION",
               "Stop rather than wait longer than this for a throttling API. Default 1h.", kSends},
    OptionSpec{"outage-timeout", "DURATION",
               "Stop when the API has been unreachable for this long. Default 15min.", kSends},
    OptionSpec{"max-failures", "N|N%",
               "Stop when this many rows, or this share of at least 20 rows, have failed.", kSends},
    OptionSpec{"max-duration", "DURATION", "Start no new rows after this time.", kSends},
    OptionSpec{"no-block", "",
               "Send a row even if the earlier opposite operation on its customer did not succeed.",
               kSends},
    OptionSpec{"overwrite", "", "Replace an existing results file.", kRun | kRetry | kUndo},
    OptionSpec{"restart", "", "Discard the journal of an unfinished run.", kSends},
    OptionSpec{"sync", "auto|always",
               "When the journal is synced to disk: auto syncs every record up to 20 requests/s, "
               "and once a second above.",
               kSends},
    OptionSpec{"ca-file", "PEM", "Certificate authorities to trust beside the system's.", kSends},
    OptionSpec{"progress", "auto|bar|plain|none", "How to show progress on standard error.",
               kSends},
    OptionSpec{"summary", "FILE.json", "Write the summary for machines.", kSends},
    OptionSpec{"metrics-file", "FILE.prom",
               "Write metrics for the node exporter's textfile collector.", kSends},
    OptionSpec{"json", "", "Print JSON.", kStatus},
    OptionSpec{"help", "", "Print this and exit.", kAll},
    OptionSpec{"version", "", "Print the version and exit.", kAll},
};

/// With --help and --version only, the options of the program itself.
bool isShown(const OptionSpec& option, Command command)
{
    if (command == Command::none) return option.name == "help" || option.name == "version";
    return option.belongsTo(command);
}

/// The formatter pads its columns.
std::string withoutTrailingBlanks(const std::string& text)
{
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

} // namespace

std::string_view toString(Command command)
{
    switch (command) {
    case Command::run:
        return "run";
    case Command::retry:
        return "retry";
    case Command::check:
        return "check";
    case Command::status:
        return "status";
    case Command::undo:
        return "undo";
    case Command::none:
        break;
    }
    return "";
}

Command parseCommand(std::string_view word)
{
    for (const Command command :
         {Command::run, Command::retry, Command::check, Command::status, Command::undo}) {
        if (word == toString(command)) return command;
    }
    return Command::none;
}

std::span<const std::string_view> commandWords()
{
    return kCommandWords;
}

std::span<const OptionSpec> optionTable()
{
    return kOptions;
}

const OptionSpec* findOption(std::string_view name)
{
    const auto* const found =
        std::find_if(kOptions.begin(), kOptions.end(),
                     [&](const OptionSpec& spec) { return spec.name == name; });
    return found == kOptions.end() ? nullptr : &*found;
}

std::string helpText(Command command)
{
    Poco::Util::OptionSet options;
    for (const OptionSpec& spec : kOptions) {
        if (!isShown(spec, command)) continue;
        Poco::Util::Option option(std::string(spec.name), "", std::string(spec.help));
        if (spec.takesValue()) option.argument(std::string(spec.argument));
        options.addOption(option);
    }
    const auto* const help =
        std::find_if(kCommandHelp.begin(), kCommandHelp.end(),
                     [&](const CommandHelp& entry) { return entry.command == command; });
    Poco::Util::HelpFormatter formatter(options);
    formatter.setCommand("oauth-batch");
    formatter.setUsage(std::string(help->usage));
    formatter.setHeader(std::string(help->header));
    formatter.setUnixStyle(true);
    formatter.setWidth(96);
    formatter.setIndent(4);
    std::ostringstream text;
    formatter.format(text);
    return withoutTrailingBlanks(text.str());
}

} // namespace oauth_batch
