#include "oauth_batch/base/AtomicFile.h"

#include "FileSystem.h"

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

constexpr std::size_t kBufferSize = std::size_t{64} * 1024;

/// Throws unless `path` is free or a regular file; true if it is there.
bool isRegularOrFree(const std::string& path)
{
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return false;
        throwCannotCreate(path, errno);
    }
    if (S_ISREG(status.st_mode)) return true;
    if (S_ISLNK(status.st_mode)) throwCannotCreate(path, ELOOP);
    if (S_ISDIR(status.st_mode)) throwCannotCreate(path, EISDIR);
    throw Error(ExitCode::cannotCreate, "cannot replace " + path + ": not a regular file");
}

std::string directoryOf(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return path.substr(0, slash + 1);
}

} // namespace

std::string AtomicFile::temporaryOf(const std::string& path)
{
    return path + ".tmp";
}

void AtomicFile::checkPlace(const std::string& path)
{
    isRegularOrFree(path);
    isRegularOrFree(temporaryOf(path));
}

AtomicFile::AtomicFile(std::string path, mode_t mode, Digest digest)
    : path_(std::move(path)), temporary_(temporaryOf(path_))
{
    if (digest == Digest::sha256) digest_.emplace();
    isRegularOrFree(path_);
    if (isRegularOrFree(temporary_) && ::unlink(temporary_.c_str()) != 0 && errno != ENOENT)
        throwCannotCreate(temporary_, errno);
    fd_ = openRegularFile(temporary_, O_WRONLY | O_CREAT | O_EXCL, kPrivate);
    if (::fchmod(fd_.get(), mode) != 0) {
        const int error = errno;
        ::unlink(temporary_.c_str());
        throw IoError("set the mode of", temporary_, error);
    }
    temporaryExists_ = true;
    buffer_.reserve(kBufferSize);
}

AtomicFile::~AtomicFile()
{
    if (temporaryExists_) ::unlink(temporary_.c_str());
}

void AtomicFile::append(std::string_view bytes)
{
    assert(!prepared_);
    if (buffer_.size() + bytes.size() > kBufferSize) writeBuffer();
    buffer_ += bytes;
}

void AtomicFile::writeBuffer()
{
    if (digest_) digest_->update(buffer_.data(), buffer_.size());
    const int error = writeFully(fd_.get(), buffer_);
    if (error != 0) throw IoError("write", temporary_, error);
    buffer_.clear();
}

void AtomicFile::prepare()
{
    if (prepared_) return;
    writeBuffer();
    const int error = syncFile(fd_.get());
    if (error != 0) throw IoError("sync", temporary_, error);
    fd_.reset();
    prepared_ = true;
}

void AtomicFile::commit()
{
    prepare();
    isRegularOrFree(path_);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) throwCannotCreate(path_, errno);
    temporaryExists_ = false;
    syncDirectoryOf(path_);
}

std::string AtomicFile::hexDigest()
{
    assert(prepared_ && digest_);
    return digest_->hexDigest();
}

bool isNameTaken(const std::string& path)
{
    struct stat status = {};
    return ::lstat(path.c_str(), &status) == 0;
}

void syncDirectoryOf(const std::string& path)
{
    const std::string directory = directoryOf(path);
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw IoError("open", directory, errno);
    const int error = syncFile(fd.get());
    // A file system that cannot sync a directory (some network shares) says so with EINVAL.
    if (error != 0 && error != EINVAL) throw IoError("sync", directory, error);
}

void removeDurably(const std::string& path)
{
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return;
        throw IoError("remove", path, errno);
    }
    syncDirectoryOf(path);
}

} // namespace oauth_batch
