#include "oauth_batch/base/AppendFile.h"

#include "FileSystem.h"

#include <cassert>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

PosixAppendFile PosixAppendFile::create(const std::string& path)
{
    constexpr mode_t kOwnerOnly = 0600;
    return {openRegularFile(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, kOwnerOnly), path};
}

PosixAppendFile PosixAppendFile::openExisting(const std::string& path)
{
    return {openRegularFile(path, O_RDWR | O_APPEND), path};
}

PosixAppendFile::PosixAppendFile(UniqueFd fd, std::string path)
    : path_(std::move(path)), fd_(std::move(fd))
{
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0) throw IoError("examine", path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
}

PosixAppendFile::PosixAppendFile(PosixAppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      buffer_(std::move(other.buffer_)),
      size_(other.size_),
      failure_(std::move(other.failure_))
{}

void PosixAppendFile::append(std::string_view bytes)
{
    throwIfFailed();
    buffer_ += bytes;
    size_ += bytes.size();
}

void PosixAppendFile::flush()
{
    throwIfFailed();
    const int error = writeFully(fd_.get(), buffer_);
    if (error != 0) fail("write", error);
    buffer_.clear();
}

void PosixAppendFile::sync()
{
    throwIfFailed();
    const int error = syncData(fd_.get());
    if (error != 0) fail("sync", error);
}

void PosixAppendFile::truncateTo(std::uint64_t length)
{
    throwIfFailed();
    assert(buffer_.empty() && length <= size_);
    if (::ftruncate(fd_.get(), static_cast<off_t>(length)) != 0) fail("shorten", errno);
    size_ = length;
    sync();
}

void PosixAppendFile::throwIfFailed() const
{
    if (failure_) throw IoError(*failure_);
}

void PosixAppendFile::fail(const std::string& action, int errnoValue)
{
    failure_.emplace(action, path_, errnoValue);
    throw IoError(*failure_);
}

UniqueFd openForReading(const std::string& path)
{
    return openRegularFile(path, O_RDONLY);
}

} // namespace oauth_batch
