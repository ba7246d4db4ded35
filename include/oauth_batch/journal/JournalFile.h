#pragma once

#include "oauth_batch/base/AppendFile.h"
#include "oauth_batch/base/FileLock.h"
#include "oauth_batch/journal/JournalPaths.h"
#include "oauth_batch/journal/JournalReader.h"

#include <optional>
#include <string>

namespace oauth_batch {

/// The journal of a results file, opened and locked by this process: one run per results file. The
/// lock lasts as long as the object. Not thread-safe.
///
///     JournalFile journal(paths);
///     ResumeState state;
///     journal.read(state);
///     … where it is not new, compare state.header() with this run …
///     journal.prepareToAppend();
///     JournalWriter writer(journal.file(), clock, policy);
///     journal.isNew() ? writer.start(header) : writer.resume(session);
///
/// In the process that holds it the journal should be read through fd() only: closing another
/// descriptor of the file hides the process ID from a second run (see FileLock).
class JournalFile
{
public:
    /// Opens or creates the journal and locks it; a new name is made durable. Throws Error 75, with
    /// the holder's process ID, where another run has it, and 73 where it cannot be created or a
    /// symbolic link stands there. Waits for nobody.
    explicit JournalFile(const JournalPaths& paths);

    /// See readJournal(). To be called once, before anything else.
    JournalExtent read(JournalVisitor& visitor);

    /// True if nothing was ever recorded: then start() is next. REQUIRES: read() or discard().
    bool isNew() const { return extent_.value().records == 0; }

    /// Cuts a torn tail off, durably. REQUIRES: read(). IoError 74.
    void prepareToAppend();

    /// Forgets everything recorded, durably, and keeps the lock (`--restart`; also for a journal
    /// that read() refused). isNew() afterwards. IoError 74.
    void discard();

    /// Removes the journal and the copy of standard input, durably, in this order. To be called
    /// when no row is pending and the results are durable, or when a new journal stays without a
    /// use. The lock lasts on, for nobody. IoError 74.
    void remove();

    AppendFile& file() { return file_; }
    /// For OutcomeReader.
    int fd() const { return file_.fd(); }
    const std::string& path() const { return file_.path(); }

private:
    const JournalPaths paths_;
    PosixAppendFile file_;
    std::optional<JournalExtent> extent_; ///< nothing before read() has succeeded
};

/// The process that works on the results now, for `status`; nothing where none does. The ID comes
/// from the lock; where that does not tell it, `pid` is empty and the journal's last session is the
/// best guess. Throws Error 73 or 74 where the journal cannot be opened.
std::optional<FileLock::Holder> runningOn(const JournalPaths& paths);

} // namespace oauth_batch
