#include "FileSystem.h"

#include "oauth_batch/base/Error.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

bool isFaultOfThePlace(int errnoValue)
{
    switch (errnoValue) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case ENXIO:
    case ETXTBSY:
        return true;
    default:
        return false;
    }
}

template <typename Call>
int retryInterrupted(Call call)
{
    while (call() != 0)
        if (errno != EINTR) return errno;
    return 0;
}

} // namespace

void throwCannotCreate(const std::string& path, int errnoValue)
{
    if (errnoValue == ELOOP)
        throw Error(ExitCode::cannotCreate,
                    "cannot create " + path + ": a symbolic link stands there; remove it");
    throw IoError("create", path, errnoValue,
                  isFaultOfThePlace(errnoValue) ? ExitCode::cannotCreate : ExitCode::ioError);
}

UniqueFd openRegularFile(const std::string& path, int flags, mode_t mode)
{
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode));
    if (!fd && (errno == ELOOP || (flags & O_CREAT) != 0)) throwCannotCreate(path, errno);
    if (!fd) throw IoError("open", path, errno);
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) throw IoError("examine", path, errno);
    if (!S_ISREG(status.st_mode))
        throw Error(ExitCode::cannotCreate, "cannot use " + path + ": not a regular file");
    return fd;
}

int writeFully(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count > 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
        else if (count == 0)
            return EIO;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

int syncData(int fd)
{
    return retryInterrupted([fd] { return ::fdatasync(fd); });
}

int syncFile(int fd)
{
    return retryInterrupted([fd] { return ::fsync(fd); });
}

} // namespace oauth_batch
