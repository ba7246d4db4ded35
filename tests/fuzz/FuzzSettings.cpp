// Lines are the words of a command line; what follows a line of three dashes is the file that
// --config names. Either there are settings within their bounds, or one UsageError says why not,
// and never repeats the value of an option that there is not: people write --token=... .

#include "Fuzz.h"

#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/app/Settings.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/UniqueFd.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace oauth_batch;
using fuzz::require;

constexpr std::string_view kSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

void checkTimes(const Settings& settings)
{
    require(settings.timeout.count() >= 1 && settings.connectTimeout.count() >= 1);
    require(settings.maxWait.count() >= 0 && settings.outageTimeout.count() >= 0);
    require(!settings.maxDuration || settings.maxDuration->count() >= 1);
}

void check(const Settings& settings)
{
    require(settings.command != Command::none && !settings.file.empty());
    require(settings.workers >= 1 && settings.workers <= 256);
    require(settings.maxAttempts >= 1 && settings.maxAttempts <= 100);
    require(settings.rate.isOff() || settings.rate.count <= 1'000'000);
    checkTimes(settings);
    if (settings.command == Command::run || settings.command == Command::retry) {
        const auto endpoint = Endpoint::parse(settings.baseUrl);
        require(std::holds_alternative<Endpoint>(endpoint));
        require(!settings.output.empty());
    }
    if (settings.command == Command::undo) require(!settings.output.empty());
    if (settings.command != Command::retry)
        require(settings.output != settings.file && settings.only.empty());
    const InputOptions& input = settings.input;
    require(!input.profileId || isProfileId(*input.profileId));
    require(!input.delimiter ||
            std::string_view(",;\t|").find(*input.delimiter) != std::string::npos);
}

/// Keeps `bytes` under a path for as long as it lives.
class NamedBytes
{
public:
    explicit NamedBytes(std::string_view bytes) : file_(::memfd_create("config", MFD_CLOEXEC))
    {
        require(static_cast<bool>(file_));
        require(::write(file_.get(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
    }
    std::string path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

private:
    UniqueFd file_;
};

std::string problemsOf(const std::vector<std::string>& words,
                       const std::optional<std::string_view>& config)
{
    CommandLine line = CommandLine::parse(words);
    if (config) line.addConfigFile(NamedBytes(*config).path());
    try {
        check(Settings::parse(line));
        require(line.problems.empty());
        return {};
    } catch (const UsageError& error) {
        const std::string problems = error.what();
        require(!problems.empty());
        return problems;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest = fuzz::textOf(data, size);
    // libFuzzer sees what it is compared with, and puts it where it may be shown.
    if (rest.find(kSecret.substr(0, 8)) != std::string_view::npos) return 0;
    std::vector<std::string> words;
    std::optional<std::string_view> config;
    while (!rest.empty() && !config) {
        const std::string_view word = fuzz::takeUntil(rest, "\n");
        if (word == "---")
            config = rest;
        else
            words.emplace_back(word);
    }
    problemsOf(words, config);
    words.insert(words.begin(), "--token=" + std::string(kSecret));
    const std::string problems = problemsOf(words, config);
    require(!problems.empty() && problems.find(kSecret) == std::string::npos);
    return 0;
}
