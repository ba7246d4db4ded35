#pragma once

#include "oauth_batch/base/UniqueFd.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Where the bytes of an input come from. Not thread-safe.
class ByteSource
{
public:
    virtual ~ByteSource() = default;

    /// Reads up to `size` bytes, at least one; 0 is the end. Blocks. Throws IoError.
    virtual std::size_t read(char* buffer, std::size_t size) = 0;

    /// Of all its bytes, for estimates; 0 where that is not known, as of a pipe.
    virtual std::uint64_t size() const { return 0; }
};

/// An open file, pipe or terminal.
class FileSource : public ByteSource
{
public:
    /// `name` is for messages.
    FileSource(UniqueFd file, std::string name);

    std::size_t read(char* buffer, std::size_t size) override;
    std::uint64_t size() const override;

private:
    UniqueFd file_;
    std::string name_;
};

/// Bytes in memory, which the caller keeps alive. Gives at most `pieceSize` of them at a time, as a
/// pipe does.
class MemorySource : public ByteSource
{
public:
    explicit MemorySource(std::string_view bytes, std::size_t pieceSize = std::string_view::npos);

    std::size_t read(char* buffer, std::size_t size) override;

private:
    std::string_view bytes_;
    std::size_t pieceSize_;
};

/// Opens a file for reading. Throws IoError with ExitCode::noInput where it cannot be opened, and
/// DataError for a directory.
std::unique_ptr<ByteSource> openInput(const std::string& path);

} // namespace oauth_batch
