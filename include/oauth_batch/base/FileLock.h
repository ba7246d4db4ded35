#pragma once

#include "oauth_batch/base/UniqueFd.h"

#include <optional>
#include <string>
#include <variant>

#include <sys/types.h>

namespace oauth_batch {

/// An exclusive advisory lock on a file, held by the kernel for one open file: it ends with the
/// descriptor, at the latest with the process, so it is never stale.
///
/// Two locks are set. The one that counts is an open file description lock (fcntl(2), F_OFD_SETLK)
/// on byte 0: it survives the closing of other descriptors of the file. It knows no process,
/// therefore byte 1 carries a traditional record lock, taken first, from which others read the
/// holder's process ID, even before the holder has written anything. That one vanishes when the
/// holder closes any descriptor of the file (or lives in another process namespace): then the
/// holder is still found, but not its ID.
///
/// Functions only; safe from any thread. Nothing here waits for a lock.
class FileLock
{
public:
    /// Who holds a lock; the process ID where it can be known.
    struct Holder
    {
        std::optional<pid_t> pid;
    };

    /// Tries to lock the file behind a descriptor that is open for writing. Nothing on success.
    /// REQUIRES: this process holds no lock on this file by another descriptor.
    /// Throws IoError 74 where the file system knows no locks.
    static std::optional<Holder> tryLock(int fd, const std::string& path);

    /// Opens `path` for reading and appending, creates it (0600) where there is none, and locks it.
    /// A file that was unlinked or replaced between the two is left and the new one is taken. A
    /// symbolic link or anything but a regular file is refused (73).
    static std::variant<UniqueFd, Holder> openLocked(const std::string& path);

    /// Who holds the lock now; changes nothing, so it never gets in the way of a run that starts.
    /// Nothing where the lock is free, or held by this very descriptor.
    static std::optional<Holder> holderOf(int fd);

    /// The same by name; nothing where there is no such file. Throws as openLocked() and
    /// IoError 74.
    static std::optional<Holder> holderOf(const std::string& path);

    /// True while `path` names the file behind `fd`.
    static bool isFileAt(int fd, const std::string& path);
};

} // namespace oauth_batch
