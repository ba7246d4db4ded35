#pragma once

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/UniqueFd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// A file that only grows. The three verbs are the three places where bytes can be: append() puts
/// them into this process's memory, flush() hands them to the operating system (they survive the
/// death of the process), sync() to the disk (they survive a power cut).
///
/// After one failure nobody knows what the file holds, so every later call throws the same IoError
/// again and touches nothing. Not thread-safe: REQUIRES external synchronization.
class AppendFile
{
public:
    AppendFile() = default;
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    virtual ~AppendFile() = default;

    /// Does not block.
    virtual void append(std::string_view bytes) = 0;

    /// Writes what was appended. May block for as long as the system's cache is full.
    virtual void flush() = 0;

    /// Waits until everything flushed is on the disk. Does not flush. A failed sync is never tried
    /// again: the system may have dropped the bytes and call the next one a success.
    virtual void sync() = 0;

    /// The file's length with everything appended: the offset of the next byte.
    virtual std::uint64_t size() const = 0;

    /// For messages.
    virtual const std::string& path() const = 0;
};

/// A real file, opened for appending and reading. Closes without flushing.
class PosixAppendFile final : public AppendFile
{
public:
    /// Creates `path` with mode 0600. Anything that stands there already, a symbolic link too, is
    /// refused (73). The name is durable only after syncDirectoryOf(path).
    static PosixAppendFile create(const std::string& path);

    /// Opens the regular file that is there; a symbolic link or anything else is refused (73), a
    /// file that cannot be opened is an error (74).
    static PosixAppendFile openExisting(const std::string& path);

    /// Takes over a descriptor of a regular file, open for reading and, with O_APPEND, writing.
    PosixAppendFile(UniqueFd fd, std::string path);
    PosixAppendFile(PosixAppendFile&& other) noexcept;

    void append(std::string_view bytes) override;
    void flush() override;
    void sync() override;
    std::uint64_t size() const override { return size_; }
    const std::string& path() const override { return path_; }

    /// Cuts a torn tail off and syncs. REQUIRES: nothing is appended and not flushed, and
    /// length <= size().
    void truncateTo(std::uint64_t length);

    /// For pread(2) by others; stays owned here.
    int fd() const noexcept { return fd_.get(); }

private:
    void throwIfFailed() const;
    [[noreturn]] void fail(const std::string& action, int errnoValue);

    std::string path_;
    UniqueFd fd_;
    std::string buffer_;     ///< appended, not flushed
    std::uint64_t size_ = 0; ///< buffer included
    std::optional<IoError> failure_;
};

/// Opens a regular file for reading; a symbolic link or anything else is refused (73), a file that
/// cannot be opened is an error (74).
UniqueFd openForReading(const std::string& path);

} // namespace oauth_batch
