#include "oauth_batch/input/ByteSource.h"

#include "oauth_batch/base/Error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

FileSource::FileSource(UniqueFd file, std::string name)
    : file_(std::move(file)), name_(std::move(name))
{}

std::size_t FileSource::read(char* buffer, std::size_t size)
{
    for (;;) {
        const ssize_t count = ::read(file_.get(), buffer, size);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) throw IoError("read", name_, errno);
    }
}

std::uint64_t FileSource::size() const
{
    struct stat info = {};
    const bool isFile = ::fstat(file_.get(), &info) == 0 && S_ISREG(info.st_mode);
    return isFile ? static_cast<std::uint64_t>(info.st_size) : 0;
}

MemorySource::MemorySource(std::string_view bytes, std::size_t pieceSize)
    : bytes_(bytes), pieceSize_(pieceSize)
{}

std::size_t MemorySource::read(char* buffer, std::size_t size)
{
    const std::size_t count = std::min({size, pieceSize_, bytes_.size()});
    if (count != 0) std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
}

std::unique_ptr<ByteSource> openInput(const std::string& path)
{
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) throw IoError("open", path, errno, ExitCode::noInput);
    struct stat info = {};
    if (::fstat(file.get(), &info) != 0) throw IoError("open", path, errno, ExitCode::noInput);
    if (S_ISDIR(info.st_mode)) throw DataError(path + ": a directory, not a CSV file");
    return std::make_unique<FileSource>(std::move(file), path);
}

} // namespace oauth_batch
