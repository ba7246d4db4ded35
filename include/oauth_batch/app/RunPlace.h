#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/journal/JournalFile.h"
#include "oauth_batch/journal/JournalPaths.h"
#include "oauth_batch/journal/ResumeState.h"

#include <memory>
#include <string>

namespace oauth_batch {

/// Where a run or a retry works: the results file, its journal, the lock, and the input that is
/// read. Constructing it takes the lock and reads what an earlier process left; nothing is written
/// yet but an empty journal, which goes again with this object unless keepJournal() was called.
/// Not thread-safe.
class RunPlace
{
public:
    /// Throws Error 73 where the results cannot be written or must not be replaced, 75 where
    /// another run has the lock, 65 where the journal is damaged.
    explicit RunPlace(const Settings& settings);
    ~RunPlace();
    RunPlace(const RunPlace&) = delete;
    RunPlace& operator=(const RunPlace&) = delete;

    /// Those given, or for a retry beside an unfinished run, those of that run, unless somebody has
    /// edited its results: then a retry of these begins.
    const Settings& settings() const { return settings_; }

    /// True if an earlier process left work to continue.
    bool isResumed() const { return state_.header().has_value(); }

    ResumeState& state() { return state_; }
    JournalFile& journal() { return *journal_; }
    const JournalPaths& paths() const { return paths_; }

    /// The file to read the rows from: the input, or the copy of standard input. For standard input
    /// the copy is made by the first call.
    const std::string& inputPath();

    /// Throws DataError unless an input of this digest, read with these settings, is what the
    /// journal was begun with. REQUIRES: isResumed().
    void requireSameRun(const std::string& inputDigest) const;

    /// Throws DataError where the edited results of an unfinished run lack rows of that run.
    void requireAllRows(RowNumber rows) const;

    /// Makes the journal ready to be written: cuts a torn tail off, or with --restart forgets what
    /// it holds, which is therefore called only when everything else is known to be in order.
    void prepareJournal();

    /// From now on the journal stays until remove().
    void keepJournal() { keep_ = true; }

private:
    void readJournal();
    bool haveEditedResults() const;
    void warnOfEditedResults() const;
    void takeEditedResults();
    void requireInputOfRun() const;
    void refuseExistingResults() const;
    void refuseOtherUnfinishedRun() const;
    void copyStandardInput();

    Settings settings_;
    const JournalPaths paths_;
    std::unique_ptr<JournalFile> journal_;
    ResumeState state_;
    std::string inputPath_;
    bool keep_ = false;
    RowNumber leastRows_ = 0;  ///< of edited results
    bool replacesRun_ = false; ///< a journal is discarded: --restart, or a retry of edited results
};

} // namespace oauth_batch
