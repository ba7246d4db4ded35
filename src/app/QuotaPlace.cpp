#include "oauth_batch/app/QuotaPlace.h"

#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Sha256.h"
#include "oauth_batch/schedule/GcraPacer.h"
#include "oauth_batch/schedule/SharedPacer.h"

#include <cstdlib>

namespace oauth_batch {

namespace {

constexpr std::size_t kDigitsInName = 16;

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// The XDG Base Directory Specification says that a relative path is to be ignored.
bool isAbsolute(const std::string& path)
{
    return path.starts_with('/');
}

std::string stateFolder()
{
    if (const std::string state = variable("XDG_STATE_HOME"); isAbsolute(state))
        return state + "/oauth-batch";
    if (const std::string home = variable("HOME"); isAbsolute(home))
        return home + "/.local/state/oauth-batch";
    // systemd lists several folders with colons between.
    const std::string folders = variable("STATE_DIRECTORY");
    if (std::string first = folders.substr(0, folders.find(':')); isAbsolute(first)) return first;
    throw Error(ExitCode::configuration,
                "no place for the quota's state: set XDG_STATE_HOME or HOME, or give "
                "--quota-file=PATH (--rate=off needs none)");
}

/// Readable for people, and different for each origin and workspace whatever they consist of.
std::string quotaName(const Settings& settings)
{
    const auto endpoint = Endpoint::parse(settings.baseUrl);
    const auto& parsed = std::get<Endpoint>(endpoint);
    const std::string key = parsed.origin() + '\n' + settings.workspace;
    Sha256 digest;
    digest.update(key.data(), key.size());
    return parsed.host() + "-" + digest.hexDigest().substr(0, kDigitsInName) + ".quota";
}

} // namespace

std::string quotaPath(const Settings& settings)
{
    if (settings.quotaFile) return *settings.quotaFile;
    return stateFolder() + "/" + quotaName(settings);
}

std::unique_ptr<Pacer> makePacer(const Settings& settings)
{
    if (settings.rate.isOff()) return std::make_unique<NoPacer>();
    const Pace pace(settings.rate.interval(), settings.rate.count);
    return std::make_unique<SharedPacer>(quotaPath(settings), pace);
}

} // namespace oauth_batch
