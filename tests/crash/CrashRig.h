#pragma once

#include "Rig.h"
#include "SandboxProcess.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oauth_batch::test {

inline constexpr const char* kInput = "in.csv";
inline constexpr const char* kResults = "in.results.csv";
inline constexpr const char* kJournal = "in.results.csv.journal";
inline constexpr const char* kInputCopy = "in.results.csv.journal.input";
inline constexpr const char* kInputCopyTemporary = "in.results.csv.journal.input.tmp";
inline constexpr const char* kTemporary = "in.results.csv.tmp";

/// A positive number from the environment, which scripts/crash-test sets for a long run.
std::size_t setting(const char* name, std::size_t usual);

/// What a journal says of its rows, read without the program's code: the last record of each row.
/// A last line without its newline is no record.
struct JournalView
{
    std::set<std::size_t> concluded;
    std::set<std::size_t> inFlight; ///< since the last process began
};

/// Rows 1 to `rows`, one `assign` of profile 322 each, to customers that are nobody else's: so
/// many batches can share a sandbox.
struct Rows
{
    std::size_t firstCustomer = 1;
    std::size_t count = 0;

    std::string input() const;
    std::string target(std::size_t row) const;
};

/// A rig for runs that are disturbed: under strace, killed, continued.
class CrashRig : public Rig
{
public:
    /// oauth-batch, or the program that OAUTH_BATCH_PROGRAM in the environment names.
    Command program(const Arguments& arguments) const;

    /// The same under strace, with strace's own arguments.
    static Command traced(Command command, const Arguments& strace);

    /// The arguments of strace that do something (`signal=SIGKILL`, `error=EIO`) to the n-th call
    /// of a thread. With a file: of those that concern it.
    Arguments injection(const std::string& call, const std::string& what, const std::string& when,
                        const std::string& file = {}) const;

    /// Of the file kJournal; nothing if there is none.
    std::optional<JournalView> journal() const;
};

/// Judges runs of one batch of rows that were killed or failed and are continued, by the sandbox's
/// request log: nothing finished is forgotten or sent again, nothing is claimed that did not
/// happen.
class Audit
{
public:
    Audit(const CrashRig& rig, const SandboxProcess& sandbox, Rows rows, std::size_t workers);

    /// How many requests a row needs undisturbed; 1 unless set.
    std::function<std::size_t(std::size_t row)> needed = [](std::size_t) { return 1; };

    /// Whether every row is to succeed in the end.
    bool allSucceed = true;

    /// To be called when a run of the rows has been cut short, before it is continued.
    void afterStop();

    /// To be called when the rows are finished.
    void atEnd();

    /// Requests beyond the needed ones, known after atEnd().
    std::size_t repeats() const { return repeats_; }
    std::size_t stops() const { return stops_; }

    /// The requests for each row, in order of arrival.
    std::map<std::size_t, std::vector<SandboxProcess::Request>> requests() const;

private:
    void checkClaims() const;
    void checkRow(const CsvTable& results, std::size_t row, std::size_t sent);

    const CrashRig& rig_;
    const SandboxProcess& sandbox_;
    Rows rows_;
    std::size_t workers_;
    std::map<std::string, std::size_t> rowOf_;       ///< by target
    std::map<std::size_t, std::size_t> finished_;    ///< concluded row -> requests until then
    std::map<std::size_t, std::size_t> interrupted_; ///< row -> how often it was in flight
    std::size_t stops_ = 0;
    std::size_t repeats_ = 0;
};

/// The columns of each record that do not depend on time or on how often it was tried.
std::vector<std::string> content(const CsvTable& results);

/// Whether strace may trace, inject and read what the program writes here. If not, says why.
bool canTrace();

} // namespace oauth_batch::test
