#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/input/OperationReader.h"
#include "oauth_batch/journal/ResumeState.h"
#include "oauth_batch/schedule/Plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch {

/// Lines for people: the first hundred, and how many there are.
class Notes
{
public:
    static constexpr std::size_t kMostKept = 100;

    void add(std::string note);
    /// More of the same, which are only counted.
    void addUnlisted(std::uint64_t count) { total_ += count; }
    std::uint64_t total() const { return total_; }
    bool empty() const { return total_ == 0; }
    const std::vector<std::string>& kept() const { return kept_; }
    /// "and 17 more", or empty.
    std::string rest() const;

private:
    std::vector<std::string> kept_;
    std::uint64_t total_ = 0;
};

/// The whole input after one reading: every row's place in the plan, and what is to be said of it.
struct Batch
{
    Plan plan;
    std::string digest;
    Notes invalidRows;                   ///< "orders.csv:17: profile_id …"
    Notes changedRows;                   ///< of a retry: rows that now ask for something else
    Notes warnings;                      ///< what `check` warns of, row by row
    std::uint64_t forced = 0;            ///< unassigns with force
    std::uint64_t skippedRecords = 0;    ///< with nothing in them
    std::uint64_t unselectedPending = 0; ///< of a retry: pending rows that --only leaves out
    /// Of a retry: `result_row` of each row. Empty where it is the row's position, from 1.
    std::vector<RowNumber> resultRows;

    /// What `result_row` says of a row.
    RowNumber resultRow(RowIndex row) const
    {
        return resultRows.empty() ? row + 1 : resultRows[row];
    }
};

/// How messages call the input: its path, or "<stdin>".
std::string displayName(const Settings& settings);

/// A reader for the input of these settings at `path`; "-" is standard input itself.
std::unique_ptr<OperationReader> openReader(const Settings& settings, const std::string& path);

/// Reads the input at `path`. For a retry that continues, `state` is what its journal says; else
/// null. Throws DataError with all problems of the file, IoError 66 where it cannot be opened.
Batch readBatch(const Settings& settings, const std::string& path, const ResumeState* state);

/// Takes what the journal says of each row over into the plan. REQUIRES: the plan is of the input
/// that the journal was begun with.
void applyJournal(const ResumeState& state, Plan& plan);

} // namespace oauth_batch
