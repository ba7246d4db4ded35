#pragma once

#include "oauth_batch/model/Outcome.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace oauth_batch {

/// The journal: what was about to be sent, then what came of it. Beside the results file while a
/// row of it is pending. Append-only, one record a line, readable without a tool.
///
/// Format, version 1
/// -----------------
///
///     record  = checksum " " length " " payload LF
///
/// checksum: CRC-32 (ISO 3309) in 8 lower-case hexadecimal digits, over the decimal byte offset of
/// the record in the file, a blank, and all of the line between the checksum's blank and the LF. So
/// a record that was moved, or from before which something is missing, does not match either.
/// length: of the payload in bytes, decimal, at most kMaxPayload.
/// payload: a word and its fields, one blank between, "-" for an absent value. It holds no control
/// character: in texts these and the backslash are written \xNN, and a blank where the text is not
/// the last field.
///
///     journal VERSION COMMAND ROWS INPUT-SHA256 PID STARTED-AT input=NAME [SETTING=VALUE]...
///     session PID STARTED-AT
///     intend ROW ATTEMPT
///     withdraw ROW ATTEMPT
///     ended ROW counted|free maybe|no OUTCOME
///     outcome ROW OUTCOME
///     results SHA256
///     OUTCOME = STATUS CODE HTTP ATTEMPTS FINISHED-AT DURATION-MS [MESSAGE]
///
/// The first record, and no other, is `journal`. `session` says that another process went on.
/// `intend` is in the file before the first byte of the request leaves; `withdraw` says that none
/// did after all; `ended` that the attempt is over and the row goes on (OUTCOME is then what is
/// known so far); `outcome` that the row is concluded, with an attempt or without (blocked). A row
/// may be intended again after its outcome: the last record of a row holds. An `intend` that
/// nothing follows was in flight when the process ended. `results` holds the digest of a results
/// file that is about to be renamed into place.
///
/// What is recognised
/// ------------------
///
/// A torn tail, which is cut off: the last line has no LF, is the beginning of a record, and is
/// shorter than its announced length; or it is such a beginning (or nothing) and then NUL bytes to
/// the end of the file, as a power cut leaves them. Everything before it is complete.
///
/// Damage, which is refused: any line with an LF whose length, checksum or fields are wrong, and a
/// last line without an LF which is no beginning of a record or where another byte stands in the
/// LF's place. So every single changed byte is found: in a line that has its LF by the checksum;
/// in an LF by the announced length, of this line or of the two lines that have become one. What
/// cannot be told from a record that was never written is a file cut exactly between two records,
/// which is what a power cut does to records that were not synced: their rows are sent again.
///
/// Recovery
/// --------
///
/// The steps of a run, and what the next start finds if the process dies right after each:
///
/// 1. journal opened or created, locked: an empty file (or a torn first record), as if none.
/// 2. `journal` record and the directory synced: a run of which nothing was sent.
/// 3. intend, send, ended/outcome, …: concluded rows are known; rows in flight are sent again.
/// 4. results rendered to RESULTS.tmp and synced: a stale temporary file, which is overwritten.
/// 5. `results` recorded and synced: the file at RESULTS is the old one or the new one. Both are
///    known by their digests, so a retry in place can go on with either: the rows are the same.
/// 6. RESULTS.tmp renamed, directory synced: as 5. If no row is pending, rendering again gives the
///    same bytes, and the journal is removed then.
/// 7. journal unlinked, directory synced: a finished run without a journal. (The copy of standard
///    input goes after the journal: a journal without its input would be of no use.)
///
/// The lock is the journal's (FileLock), from 1 to the process's end.
///
/// The structs below are the payloads' fields.
constexpr int kJournalVersion = 1;
constexpr std::size_t kMaxPayload = 65535;

enum class JournalCommand : std::uint8_t
{
    run,
    retry
};

std::string_view toString(JournalCommand command);

/// Something that shapes the requests, so that a run must not go on with another value: the
/// origin, the workspace, options that stand in for a column. Never a secret.
struct JournalSetting
{
    std::string name;  ///< lower-case letters, digits, `_`, `-`; not "input"
    std::string value; ///< any text

    bool operator==(const JournalSetting&) const = default;
};

/// A process that worked on the journal.
struct JournalSession
{
    pid_t pid = 0;
    WallTime startedAt;

    bool operator==(const JournalSession&) const = default;
};

struct JournalHeader
{
    JournalCommand command = JournalCommand::run;
    RowNumber rows = 0;      ///< of the input
    std::string inputDigest; ///< SHA-256, 64 lower-case hexadecimal digits
    JournalSession session;  ///< the first one
    std::string input;       ///< the input's name, for people and for a retry of an unfinished run
    std::vector<JournalSetting> settings;

    bool operator==(const JournalHeader&) const = default;
};

/// The settings whose value differs or that only one side has, as text for a message:
/// `origin is "https://b" and was "https://a"`. Empty when they agree; the order does not matter.
std::string describeDifference(const std::vector<JournalSetting>& recorded,
                               const std::vector<JournalSetting>& current);

/// An attempt after which its row goes on: another attempt, or pending at the run's end.
struct AttemptEnd
{
    bool counted = true;       ///< uses up one of the row's attempts (a 429 does not)
    bool mayBeApplied = false; ///< sent without a verdict
    Outcome outcome;           ///< the row as it stands: what is written if the run ends now
};

} // namespace oauth_batch
