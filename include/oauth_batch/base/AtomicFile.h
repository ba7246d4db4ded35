#pragma once

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Sha256.h"
#include "oauth_batch/base/UniqueFd.h"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace oauth_batch {

/// Replaces a file as a whole: written beside it as PATH.tmp, synced, renamed over PATH, the
/// directory synced. At any instant, a power cut included, PATH holds either all of the old or all
/// of the new content.
///
///     AtomicFile file(path);
///     file.append(…);
///     file.prepare();   // the new content is on the disk, under the name PATH.tmp
///     file.commit();    // and now under the name PATH
///
/// Fails with Error 73 where the file cannot be created there (permission, no such folder, a
/// symbolic link or anything but a regular file at PATH or PATH.tmp), with IoError 74 where writing
/// or syncing fails; after that only the destructor may be called. Without commit() the destructor
/// removes PATH.tmp and PATH stays as it was. Blocks on the disk. Not thread-safe.
class AtomicFile
{
public:
    /// A file with everything readable by its owner only.
    static constexpr mode_t kPrivate = 0600;
    /// A file for others to read: the metrics.
    static constexpr mode_t kPublic = 0644;

    /// Creates PATH.tmp; a regular file that an earlier process left there is removed.
    /// `mode` is set whatever the umask is; the digest is of everything appended.
    explicit AtomicFile(std::string path, mode_t mode = kPrivate, Digest digest = Digest::none);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Throws Error 73 unless PATH and PATH.tmp are free or regular files: to refuse early what
    /// would be refused at the end of a long run.
    static void checkPlace(const std::string& path);
    static std::string temporaryOf(const std::string& path);

    void append(std::string_view bytes);

    /// Writes, syncs and closes PATH.tmp. Nothing may be appended afterwards. Once is enough.
    void prepare();

    /// prepare() if that was not done; then renames and syncs the directory.
    void commit();

    /// Of the content, 64 hexadecimal digits. REQUIRES: Digest::sha256, after prepare(), once.
    std::string hexDigest();

private:
    void writeBuffer();

    const std::string path_;
    const std::string temporary_;
    UniqueFd fd_;
    std::string buffer_;
    std::optional<Sha256> digest_;
    bool temporaryExists_ = false;
    bool prepared_ = false;
};

/// True if anything has this name, a symbolic link that leads nowhere too.
bool isNameTaken(const std::string& path);

/// Makes the entry of `path` in its directory (created, renamed, removed) durable. Blocks.
/// IoError 74.
void syncDirectoryOf(const std::string& path);

/// Unlinks and syncs the directory. A file that is not there is no error. IoError 74.
void removeDurably(const std::string& path);

} // namespace oauth_batch
