#include "oauth_batch/app/OutputPlaces.h"

#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/journal/JournalPaths.h"

#include <cerrno>
#include <filesystem>
#include <map>
#include <system_error>

#include <unistd.h>

namespace oauth_batch {

namespace {

namespace fs = std::filesystem;

/// One spelling for each file, whether it exists or not.
std::string identityOf(const std::string& path)
{
    std::error_code ignored;
    const fs::path whole = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
    return whole.empty() ? path : whole.string();
}

/// The files of a command by identity, each with what it is.
class Places
{
public:
    void add(const std::string& path, const std::string& role)
    {
        const auto [known, isNew] = roles_.emplace(identityOf(path), role);
        if (!isNew)
            throw UsageError(role + " and " + known->second + " are the same file: " + path);
    }

private:
    std::map<std::string, std::string> roles_;
};

void checkWritable(const std::string& path)
{
    AtomicFile::checkPlace(path);
    const fs::path folder = fs::path(path).parent_path();
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
        throw IoError("create", path, errno, ExitCode::cannotCreate);
}

} // namespace

void checkOutputPlaces(const Settings& settings)
{
    Places places;
    const JournalPaths paths(settings.output);
    places.add(paths.results, "the output");
    if (settings.command == Command::run || settings.command == Command::retry) {
        places.add(paths.journal, "the journal");
        places.add(paths.inputCopy, "the journal's copy of standard input");
        places.add(paths.temporary, "the temporary file of the results");
    }
    const bool isInPlace = settings.command == Command::retry && settings.output == settings.file;
    if (!isInPlace && !settings.readsStandardInput()) places.add(settings.file, "the input");
    if (settings.tokenFile) places.add(*settings.tokenFile, "--token-file");
    if (settings.caFile) places.add(*settings.caFile, "--ca-file");
    if (settings.quotaFile) places.add(*settings.quotaFile, "--quota-file");
    if (settings.summaryFile) {
        places.add(*settings.summaryFile, "--summary");
        checkWritable(*settings.summaryFile);
    }
    if (settings.metricsFile) {
        places.add(*settings.metricsFile, "--metrics-file");
        checkWritable(*settings.metricsFile);
    }
}

} // namespace oauth_batch
