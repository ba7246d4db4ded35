#include "oauth_batch/base/FileLock.h"

#include "FileSystem.h"

#include "oauth_batch/base/Error.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace oauth_batch {

namespace {

constexpr off_t kLockByte = 0;
constexpr off_t kPidByte = 1;

struct flock oneByte(short type, off_t at)
{
    struct flock range = {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = at;
    range.l_len = 1;
    return range;
}

/// True if the lock was taken, false if someone holds it.
bool setLock(int fd, int command, off_t at, const std::string& path)
{
    struct flock range = oneByte(F_WRLCK, at);
    if (::fcntl(fd, command, &range) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw IoError("lock", path, errno);
}

std::optional<pid_t> pidFromRecordLock(int fd)
{
    struct flock range = oneByte(F_WRLCK, kPidByte);
    if (::fcntl(fd, F_GETLK, &range) != 0) return std::nullopt;
    if (range.l_type == F_UNLCK || range.l_pid <= 0) return std::nullopt;
    return range.l_pid;
}

} // namespace

std::optional<FileLock::Holder> FileLock::tryLock(int fd, const std::string& path)
{
    if (!setLock(fd, F_SETLK, kPidByte, path)) return Holder{pidFromRecordLock(fd)};
    if (setLock(fd, F_OFD_SETLK, kLockByte, path)) return std::nullopt;
    struct flock release = oneByte(F_UNLCK, kPidByte);
    ::fcntl(fd, F_SETLK, &release);
    return Holder{};
}

std::variant<UniqueFd, FileLock::Holder> FileLock::openLocked(const std::string& path)
{
    constexpr mode_t kOwnerOnly = 0600;
    for (;;) {
        UniqueFd fd = openRegularFile(path, O_RDWR | O_APPEND | O_CREAT, kOwnerOnly);
        const auto holder = tryLock(fd.get(), path);
        // A file that is gone says nothing about the one that has its name now.
        if (!isFileAt(fd.get(), path)) continue;
        if (holder) return *holder;
        return fd;
    }
}

std::optional<FileLock::Holder> FileLock::holderOf(int fd)
{
    struct flock range = oneByte(F_WRLCK, kLockByte);
    if (::fcntl(fd, F_OFD_GETLK, &range) != 0 || range.l_type == F_UNLCK) return std::nullopt;
    return Holder{pidFromRecordLock(fd)};
}

std::optional<FileLock::Holder> FileLock::holderOf(const std::string& path)
{
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
    const UniqueFd fd = openRegularFile(path, O_RDONLY);
    return holderOf(fd.get());
}

bool FileLock::isFileAt(int fd, const std::string& path)
{
    struct stat open = {};
    struct stat named = {};
    return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

} // namespace oauth_batch
