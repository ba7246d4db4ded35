#pragma once

#include "oauth_batch/base/UniqueFd.h"
#include "oauth_batch/schedule/Pacer.h"

#include <chrono>
#include <mutex>
#include <string>

namespace oauth_batch {

/// Evenly spaced starts for all threads and processes of this machine that name the same file.
///
/// The file is one line of 117 bytes, all fields of fixed width, rewritten in place:
///
///     oauth-batch quota 1 BOOT_ID LAST_START PAUSED_UNTIL INTERVAL CRC\n
///
/// BOOT_ID is /proc/sys/kernel/random/boot_id (36 characters); LAST_START (the latest moment handed
/// out, put off by what a start was late), PAUSED_UNTIL and INTERVAL (of whoever wrote last) are
/// nanoseconds in 16 hexadecimal digits, the first two of CLOCK_BOOTTIME, 0 for "none"; CRC is the
/// CRC-32 of all before it, 8 digits. That clock never steps and counts suspend, but starts anew
/// with each boot.
///
/// Each call holds flock(2) on the file for a few microseconds: read, compute, write. The lock dies
/// with its holder, who at worst has spent a slot that nobody uses. Nothing is synced: what a crash
/// of the machine loses belongs to another boot anyway.
///
/// - A new file: the first start may happen at once.
/// - Another boot, a damaged or truncated record, or times too far ahead to be true: as if a start
///   had happened just now (no earlier one can have been later, but for slots that processes still
///   hold from before the damage; this one remembers its own). Pauses are forgotten.
/// - Processes with different rates: each keeps its own interval after the latest start of all.
/// - A file that was removed or replaced is noticed and created anew.
/// - A file that holds something else is refused, not overwritten.
///
/// Thread-safe: the calls of one object exclude each other by a mutex, since flock(2) does not tell
/// threads with one descriptor apart.
class SharedPacer : public Pacer
{
public:
    /// Opens or creates the file (0600; missing folders 0700). Throws IoError 73 where that fails
    /// or a symbolic link stands there, DataError 65 where the file holds something else.
    SharedPacer(std::string path, Pace pace, std::string bootId = currentBootId());

    /// These may throw as the constructor does, and IoError 74 where reading or writing fails: a
    /// start that cannot be recorded must not happen.
    Instant reserve(Instant now) override;
    bool mayStart(Instant slot, Instant now) override;
    void pauseUntil(Instant until) override;
    Instant pausedUntil() const override;

    /// The kernel's; a constant where /proc is missing.
    static std::string currentBootId();

private:
    class FileGuard;

    void openFile() const;
    PaceState readState(Instant now) const;
    void writeState(const PaceState& state) const;

    const std::string path_;
    const Pace pace_;
    const std::string bootId_; // exactly as long as in the record

    mutable std::mutex mutex_;
    // Protected by mutex_:
    mutable UniqueFd fd_;          // opened again when the file was removed or replaced
    mutable bool created_ = false; // this object made the file behind fd_
    PaceState own_;                // what this object itself was told, even if the file forgets it
};

} // namespace oauth_batch
