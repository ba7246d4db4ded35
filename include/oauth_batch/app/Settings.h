#pragma once

#include "oauth_batch/app/CommandLine.h"
#include "oauth_batch/input/InputOptions.h"
#include "oauth_batch/journal/SyncSchedule.h"
#include "oauth_batch/model/Outcome.h"
#include "oauth_batch/report/ProgressPrinter.h"
#include "oauth_batch/schedule/Rate.h"
#include "oauth_batch/schedule/StopRules.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace oauth_batch {

/// What `--only` keeps: rows of any of these statuses or error codes.
struct Selection
{
    std::vector<RowStatus> statuses;
    std::vector<ParsedErrorCode> codes;

    bool empty() const { return statuses.empty() && codes.empty(); }
    /// Reads a list such as "failed,http_503"; words that are neither go to `unknown`.
    static Selection parse(std::string_view list, std::vector<std::string>& unknown);

    bool contains(RowStatus status, const ParsedErrorCode& code) const;
};

/// Everything that the command line, the configuration file and the environment decide, checked as
/// a whole. Constant after parse().
struct Settings
{
    Command command = Command::none;
    std::string file;   ///< INPUT.csv, RESULTS.csv or "-"
    std::string output; ///< the file to write; empty where the command writes none

    InputOptions input;
    bool strict = false;
    bool plan = false;
    bool json = false;
    bool acceptChanges = false;
    bool overwrite = false;
    bool restart = false;
    bool noBlock = false;
    Selection only;

    std::string baseUrl; ///< from --base-url or --region
    std::string workspace;
    std::optional<std::string> tokenFile;
    std::optional<std::string> caFile;
    std::optional<std::string> quotaFile;

    Rate rate;
    unsigned workers = 8;
    std::uint32_t maxAttempts = 5;
    std::chrono::milliseconds timeout = std::chrono::seconds(45);
    std::chrono::milliseconds connectTimeout = std::chrono::seconds(10);
    std::chrono::milliseconds maxWait = std::chrono::hours(1);
    std::chrono::milliseconds outageTimeout = std::chrono::minutes(15);
    std::optional<FailureLimit> maxFailures;
    std::optional<std::chrono::milliseconds> maxDuration;
    SyncPolicy sync = SyncPolicy::auto_;

    ProgressMode progress = ProgressMode::automatic;
    std::optional<std::string> summaryFile;
    std::optional<std::string> metricsFile;

    /// These are a retry's, turned into those of the unfinished run that it continues.
    bool adopted = false;

    bool readsStandardInput() const { return file == "-"; }

    /// Throws UsageError with every problem of the line at once, one per line.
    static Settings parse(const CommandLine& line);
};

/// Where `run` writes when nothing else is said: onboarding.csv → onboarding.results.csv.
std::string defaultResultsPath(const std::string& input);

} // namespace oauth_batch
