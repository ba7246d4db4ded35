#pragma once

#include "oauth_batch/base/UniqueFd.h"

#include <string>
#include <string_view>

#include <sys/stat.h>

namespace oauth_batch {

/// What AppendFile, AtomicFile and FileLock have in common. Nothing here retries but for EINTR.

/// open(2) with O_CLOEXEC, O_NOFOLLOW and O_NONBLOCK (so that a FIFO does not hang), then checks
/// that it is a regular file. Throws Error: 73 where a file of ours cannot or must not stand there,
/// 74 where the system fails.
UniqueFd openRegularFile(const std::string& path, int flags, mode_t mode = 0);

/// Throws for a failed attempt to create `path`: 73 where the place is at fault (permission, no
/// such folder, symbolic link …), 74 where the system is (no space, I/O error …).
[[noreturn]] void throwCannotCreate(const std::string& path, int errnoValue);

/// Writes everything; returns 0 or the errno of the write that failed.
int writeFully(int fd, std::string_view bytes);

/// Returns 0 or errno.
int syncData(int fd);
int syncFile(int fd);

} // namespace oauth_batch
