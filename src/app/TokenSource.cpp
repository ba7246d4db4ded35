#include "oauth_batch/app/TokenSource.h"

#include "oauth_batch/app/Signals.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/UniqueFd.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

constexpr const char* kVariable = "WORKATO_API_TOKEN";
constexpr const char* kCredential = "workato-api-token";
constexpr std::size_t kLongestFile = 64UL * 1024UL;

enum class Guard
{
    byMode,   ///< the file's own permissions must keep group and others out
    bySystem, ///< something else does
};

Error configurationError(const std::string& message)
{
    return {ExitCode::configuration, message};
}

void checkFile(int fd, const std::string& path, Guard guard)
{
    struct stat info = {};
    if (::fstat(fd, &info) != 0) throw IoError("read", path, errno, ExitCode::configuration);
    if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
        throw configurationError("the token file " + path + " is no regular file");
    if (guard == Guard::byMode && (info.st_mode & 077U) != 0) {
        throw configurationError("the token file " + path +
                                 " can be read by group or others: chmod 600 " + path);
    }
}

/// Until there is something to read, or an end: a FIFO may wait for its writer.
void waitForText(int fd)
{
    constexpr int kTick = 100;
    pollfd watched{fd, POLLIN, 0};
    while (::poll(&watched, 1, kTick) <= 0)
        throwIfEnding();
}

std::string readAll(int fd, const std::string& path)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        waitForText(fd);
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) throw IoError("read", path, errno, ExitCode::configuration);
        if (got == 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > kLongestFile)
            throw configurationError("the token file " + path + " is larger than 64 KiB");
    }
    ::explicit_bzero(buffer.data(), buffer.size());
    return text;
}

Token readFile(const std::string& path, Guard guard)
{
    // Without O_NONBLOCK a FIFO that has no writer yet would hold up a SIGTERM, too.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) throw IoError("read the token file", path, errno, ExitCode::configuration);
    checkFile(fd.get(), path, guard);
    return Token::parse(readAll(fd.get(), path), path);
}

/// The variable's value, empty where there is none; the process's environment keeps no trace of it.
std::string takeVariable()
{
    char* const value = std::getenv(kVariable);
    if (value == nullptr) return {};
    std::string text(value);
    ::explicit_bzero(value, text.size());
    ::unsetenv(kVariable);
    return text;
}

} // namespace

Token readToken(const std::optional<std::string>& tokenFile)
{
    std::string variable = takeVariable();
    if (tokenFile) {
        wipe(variable);
        return readFile(*tokenFile, Guard::byMode);
    }
    if (const char* const folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr) {
        const std::string path = std::string(folder) + "/" + kCredential;
        if (::access(path.c_str(), F_OK) == 0) {
            wipe(variable);
            return readFile(path, Guard::bySystem);
        }
    }
    if (!variable.empty()) return Token::parse(std::move(variable), kVariable);
    throw configurationError("no API token: give --token-file=PATH (mode 0600), a systemd "
                             "credential named workato-api-token, or WORKATO_API_TOKEN");
}

} // namespace oauth_batch
