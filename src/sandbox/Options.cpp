#include "Options.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Operation.h"

#include <algorithm>
#include <array>
#include <limits>

namespace oauth_batch::sandbox {

namespace {

/// Returns false for a value that the option does not take.
using Assign = bool (*)(Options& options, const std::string& value);

struct OptionSpec
{
    std::string_view name;
    std::string_view value;    ///< "PORT", for the help and for messages
    std::string_view expected; ///< completes "--port=x: not …"
    std::string_view help;
    Assign assign;
};

template <std::string Options::*member>
bool assignText(Options& options, const std::string& value)
{
    options.*member = value;
    return !value.empty();
}

template <class Number>
bool assignNumber(Number& number, const std::string& value)
{
    const auto parsed = parseUnsigned(value);
    if (!parsed || *parsed > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
        return false;
    number = static_cast<Number>(*parsed);
    return true;
}

template <class Choice, std::size_t count>
bool assignChoice(Choice& choice, const std::string& value,
                  const std::array<std::pair<std::string_view, Choice>, count>& choices)
{
    for (const auto& [name, meaning] : choices) {
        if (name != value) continue;
        choice = meaning;
        return true;
    }
    return false;
}

bool assignPort(Options& options, const std::string& value)
{
    return assignNumber(options.port, value);
}

bool assignToken(Options& options, const std::string& value)
{
    options.token = value;
    return !value.empty() && !hasControlCharacter(value);
}

bool assignQuota(Options& options, const std::string& value)
{
    options.quota = parseQuota(value);
    return options.quota.has_value() || value == "off";
}

bool assignQuotaCounts(Options& options, const std::string& value)
{
    return assignChoice<QuotaCounts, 2>(
        options.quotaCounts, value,
        {{{"accepted", QuotaCounts::accepted}, {"all", QuotaCounts::all}}});
}

bool assignRetryAfter(Options& options, const std::string& value)
{
    using Style = RetryAfterStyle;
    return assignChoice<Style, 7>(options.retryAfter, value,
                                  {{{"seconds", Style::seconds},
                                    {"date", Style::date},
                                    {"none", Style::none},
                                    {"ratelimit", Style::rateLimit},
                                    {"ratelimit-item", Style::rateLimitItem},
                                    {"x-ratelimit", Style::xRateLimit},
                                    {"x-ratelimit-delta", Style::xRateLimitDelta}}});
}

bool assignLatency(Options& options, const std::string& value)
{
    const auto latency = parseLatency(value);
    options.latency = latency.value_or(LatencyRange{});
    return latency.has_value();
}

/// One entry of --profiles: "321" or "321:hubspot".
bool addProfile(Options& options, std::string_view entry)
{
    const auto colon = entry.find(':');
    const std::string_view id = entry.substr(0, colon);
    if (!isProfileId(id)) return false;
    std::string provider;
    if (colon != std::string_view::npos) provider = entry.substr(colon + 1);
    options.profiles.push_back({std::string(id), provider});
    return true;
}

bool assignProfiles(Options& options, const std::string& value)
{
    std::string_view rest = value;
    while (true) {
        const auto comma = rest.find(',');
        if (!addProfile(options, rest.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        rest.remove_prefix(comma + 1);
    }
}

bool assignMissing(Options& options, const std::string& value)
{
    using Missing = Policies::Missing;
    return assignChoice<Missing, 2>(
        options.policies.missing, value,
        {{{"success", Missing::success}, {"not-found", Missing::notFound}}});
}

bool assignInUse(Options& options, const std::string& value)
{
    using InUse = Policies::InUse;
    return assignChoice<InUse, 2>(
        options.policies.inUse, value,
        {{{"reject", InUse::reject}, {"bad-request", InUse::badRequest}}});
}

bool assignSameProvider(Options& options, const std::string& value)
{
    using Same = Policies::SameProvider;
    return assignChoice<Same, 2>(options.policies.sameProvider, value,
                                 {{{"allow", Same::allow}, {"bad-request", Same::badRequest}}});
}

bool assignKeepAliveTimeout(Options& options, const std::string& value)
{
    const auto timeout = parseDuration(value);
    options.keepAliveTimeout = timeout.value_or(options.keepAliveTimeout);
    return timeout && timeout->count() > 0 && *timeout <= std::chrono::hours(24);
}

bool assignKeepAliveRequests(Options& options, const std::string& value)
{
    return assignNumber(options.keepAliveRequests, value);
}

bool assignSeed(Options& options, const std::string& value)
{
    return assignNumber(options.seed, value);
}

constexpr std::array kOptions = {
    OptionSpec{"port", "N", "a port number (0 takes any free one)",
               "Listen there on 127.0.0.1 and ::1; 0 (the default) takes any free port.",
               assignPort},
    OptionSpec{"port-file", "FILE", "a path",
               "Write the port there, atomically, once the server listens.",
               assignText<&Options::portFile>},
    OptionSpec{"token", "TOKEN", "a text without control characters",
               "The bearer token that is accepted (default: any, but there must be one).",
               assignToken},
    OptionSpec{"quota", "N/s|N/min|N/h|N/TIME|off", "such as 60/min, 60/6s, or off",
               "Requests in any span of that length, counted when they arrive (default: 60/min).",
               assignQuota},
    OptionSpec{"quota-counts", "accepted|all", "accepted or all",
               "Whether refused requests use up quota too (default: accepted).", assignQuotaCounts},
    OptionSpec{"retry-after", "STYLE",
               "one of seconds, date, none, ratelimit, ratelimit-item, x-ratelimit, "
               "x-ratelimit-delta",
               "How a 429 says when to come back: seconds (default), date, none, ratelimit, "
               "ratelimit-item, x-ratelimit, x-ratelimit-delta.",
               assignRetryAfter},
    OptionSpec{"latency", "TIME|TIME..TIME", "such as 120ms or 10ms..2s",
               "Time from a request's arrival to its answer (default: 0).", assignLatency},
    OptionSpec{
        "customers", "FILE", "a path",
        "CSV with the columns id, external_id, name, profiles and optionally in_use: nothing "
        "else exists then. Without it every customer and profile exists.",
        assignText<&Options::customersFile>},
    OptionSpec{"profiles", "ID[:PROVIDER],…", "profile ids such as 321,322:hubspot",
               "Profiles that exist beside those of the customers file.", assignProfiles},
    OptionSpec{"unassign-missing", "success|not-found", "success or not-found",
               "The answer to unassigning what is not assigned (default: success).", assignMissing},
    OptionSpec{"unassign-in-use", "reject|bad-request", "reject or bad-request",
               "The answer to unassigning without force what is in use: success:false or 400 "
               "(default: reject).",
               assignInUse},
    OptionSpec{"same-provider", "allow|bad-request", "allow or bad-request",
               "The answer to assigning a second profile of one provider (default: allow).",
               assignSameProvider},
    OptionSpec{"scenario", "FILE", "a path", "JSON with faults by rule, and options.",
               assignText<&Options::scenarioFile>},
    OptionSpec{"seed", "N", "a whole number", "Chooses other random numbers (default: 1).",
               assignSeed},
    OptionSpec{"tls-cert", "FILE", "a path", "Certificate chain in PEM: serve https.",
               assignText<&Options::tlsCertificate>},
    OptionSpec{"tls-key", "FILE", "a path", "Its private key in PEM, without a passphrase.",
               assignText<&Options::tlsKey>},
    OptionSpec{"request-log", "FILE", "a path",
               "Append one tab-separated line per request, before its answer is sent.",
               assignText<&Options::requestLog>},
    OptionSpec{"state-file", "FILE", "a path", "Write the assignments there as CSV at the end.",
               assignText<&Options::stateFile>},
    OptionSpec{"keep-alive-timeout", "TIME", "a duration such as 75s",
               "Close a connection that was idle so long (default: 75s).", assignKeepAliveTimeout},
    OptionSpec{"keep-alive-requests", "N", "a whole number",
               "Close a connection after so many requests (default: 0, never).",
               assignKeepAliveRequests},
};

/// Words of `text` in lines of a terminal, each behind six blanks.
void appendWrapped(std::string& help, std::string_view text)
{
    constexpr std::size_t kWidth = 80;
    constexpr std::string_view kIndent = "      ";
    std::size_t column = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const bool fits = column != 0 && column + 1 + word.size() <= kWidth;
        if (!fits && column != 0) help += '\n';
        help += fits ? " " : kIndent;
        help += word;
        column = fits ? column + 1 + word.size() : kIndent.size() + word.size();
    }
    help += '\n';
}

const OptionSpec* findSpec(std::string_view name)
{
    const auto* const found =
        std::find_if(kOptions.begin(), kOptions.end(),
                     [&](const OptionSpec& spec) { return spec.name == name; });
    return found == kOptions.end() ? nullptr : found;
}

std::string unknownOption(const std::string& name)
{
    std::vector<std::string_view> known = {"help", "version"};
    for (const OptionSpec& spec : kOptions)
        known.push_back(spec.name);
    const std::string_view meant = nearest(name, known);
    std::string message = "unknown option --" + name;
    if (!meant.empty()) message += " (did you mean --" + std::string(meant) + "?)";
    return message;
}

void parseArgument(CommandLine& line, const std::string& argument)
{
    if (!argument.starts_with("--") || argument.size() == 2) {
        line.errors.push_back(quoted(argument) + ": not an option; options are --name=value");
        return;
    }
    const auto equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const OptionSpec* const spec = findSpec(name);
    if (equals == std::string::npos && name == "help")
        line.help = true;
    else if (equals == std::string::npos && name == "version")
        line.version = true;
    else if (spec == nullptr)
        line.errors.push_back(unknownOption(name));
    else if (equals == std::string::npos)
        line.errors.push_back("--" + name + " needs a value: --" + name + '=' +
                              std::string(spec->value));
    else if (line.find(name))
        line.errors.push_back("--" + name + " is given twice");
    else
        line.settings.emplace_back(name, argument.substr(equals + 1));
}

void apply(Options& options, const Setting& setting, const std::string& origin,
           std::vector<std::string>& errors)
{
    const OptionSpec* const spec = findSpec(setting.first);
    if (spec == nullptr)
        errors.push_back(origin + unknownOption(setting.first));
    else if (!spec->assign(options, setting.second))
        // A wrong token is not repeated: it may be the right one but for a slip.
        errors.push_back(origin + "--" + setting.first + '=' +
                         (setting.first == "token" ? "…" : quoted(setting.second)) + ": not " +
                         std::string(spec->expected));
}

void applyFromScenario(Options& options, const Setting& setting, std::vector<std::string>& errors)
{
    const std::string origin = options.scenarioFile + ": options: ";
    if (setting.first == "scenario" || setting.first == "token")
        errors.push_back(origin + "--" + setting.first + " belongs on the command line");
    else
        apply(options, setting, origin, errors);
}

void checkTogether(const Options& options, std::vector<std::string>& errors)
{
    if (options.tlsCertificate.empty() != options.tlsKey.empty())
        errors.emplace_back("--tls-cert and --tls-key go together");
}

} // namespace

std::optional<std::string> CommandLine::find(const std::string& name) const
{
    for (const Setting& setting : settings) {
        if (setting.first == name) return setting.second;
    }
    return std::nullopt;
}

CommandLine parseCommandLine(const std::vector<std::string>& arguments)
{
    CommandLine line;
    for (const std::string& argument : arguments)
        parseArgument(line, argument);
    return line;
}

Options makeOptions(const CommandLine& commandLine, const std::vector<Setting>& fromScenario)
{
    Options options;
    std::vector<std::string> errors = commandLine.errors;
    for (const Setting& setting : commandLine.settings)
        apply(options, setting, {}, errors);
    for (const Setting& setting : fromScenario) {
        if (!commandLine.find(setting.first)) applyFromScenario(options, setting, errors);
    }
    checkTogether(options, errors);
    if (errors.empty()) return options;
    std::string message;
    for (const std::string& error : errors)
        message += (message.empty() ? "" : "\n") + error;
    throw UsageError(message);
}

std::string helpText()
{
    std::string text =
        "usage: oauth-batch-sandbox [--name=value]...\n"
        "\n"
        "Plays the API on this machine, for rehearsals, the demo and the tests: the two\n"
        "operations and the two listings with real state, a strict sliding-window quota\n"
        "and faults by rule. Prints its address and serves until SIGINT or SIGTERM.\n"
        "\n";
    for (const OptionSpec& spec : kOptions) {
        text += "  --" + std::string(spec.name) + '=' + std::string(spec.value) + '\n';
        appendWrapped(text, spec.help);
    }
    text += "  --help\n      Print this help and exit.\n";
    text += "  --version\n      Print the version and exit.\n";
    return text;
}

} // namespace oauth_batch::sandbox
