#pragma once

#include "oauth_batch/base/ChunkedVector.h"
#include "oauth_batch/base/StringTable.h"
#include "oauth_batch/model/Operation.h"
#include "oauth_batch/model/Outcome.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// The position of a data row in the file that this run reads, from 0. Not what `result_row` says:
/// a retry takes that from the file.
using RowIndex = std::uint32_t;

constexpr RowIndex kNoRow = 0xFFFFFFFFU;

/// How many rows have each status, indexed by RowStatus.
using StatusCounts = std::array<std::uint32_t, kRowStatusCount>;

/// What earlier attempts left of a row that is to run (again).
struct RowMemory
{
    std::uint32_t attempts = 0;    ///< requests sent, over all runs
    std::uint32_t runAttempts = 0; ///< of them those that used up an attempt of this run
    int httpStatus = 0;            ///< of the last answer, 0 when there was none
    bool mayBeApplied = false;     ///< an attempt left and got no verdict
    bool wasInFlight = false;      ///< a killed run had sent it and recorded no verdict
};

/// All rows in input order, 24 bytes each, and nothing of their text but the IDs, each distinct one
/// once: what a run of a million rows has to know at any time.
///
/// Filled once by the add functions in file order; then, where a run continues, restore() and
/// settle() tell what came before; from then on the Scheduler owns the statuses.
/// Finds duplicates while it is filled. Not thread-safe.
class Plan
{
public:
    /// Hints that about so many rows will be added, whose customers mostly differ.
    void expectRows(std::size_t rows) { customers_.reserve(rows); }
    /// Hints that this operation is about to be added: costs little and saves waiting for memory.
    void expect(const Operation& operation) const { customers_.prefetch(operation.customerId); }

    /// A row that is to run: `pending`, or `duplicate` where it repeats an earlier row with no
    /// other operation on that customer between, whatever the earlier row's status.
    RowIndex addOperation(const Operation& operation);

    /// A wrong row. It separates equal rows of its customer where that is known (an empty text
    /// stands for unknown), and where the verb is known too it counts as a row of that customer
    /// that did not succeed.
    RowIndex addInvalid(ErrorCode code, std::optional<Verb> verb, std::string_view customerId);

    /// A row that this run leaves as it stands (a retry, --only), with its status from the file. It
    /// counts in its customer's order with that status. Keeps it even if it repeats another row.
    RowIndex addSettled(const Operation& operation, RowStatus status, ErrorCode code);

    /// REQUIRES: the row is selected and pending.
    void restore(RowIndex row, const RowMemory& memory);

    /// The row has ended, now or before this run continued. `related` is the row that is to blame.
    void settle(RowIndex row, RowStatus status, ErrorCode code, RowIndex related = kNoRow);

    RowIndex size() const noexcept { return static_cast<RowIndex>(rows_.size()); }
    RowStatus status(RowIndex row) const { return static_cast<RowStatus>(rows_[row].status); }
    ErrorCode code(RowIndex row) const { return static_cast<ErrorCode>(rows_[row].code); }

    /// True if this run is to send the row, unless something speaks against it later.
    bool isSelected(RowIndex row) const { return has(row, kSelected); }
    /// Selected and still without an end.
    bool isRunnable(RowIndex row) const
    {
        return isSelected(row) && status(row) == RowStatus::pending;
    }
    /// True if the row equals the row related() names, with nothing on that customer between.
    bool isRepeat(RowIndex row) const { return has(row, kRepeat); }
    /// See markSuperseded().
    bool isSuperseded(RowIndex row) const { return has(row, kSuperseded); }

    /// The first row that this one repeats, or the row that blocks or supersedes it.
    RowIndex related(RowIndex row) const { return rows_[row].related; }
    /// The next row of the same customer.
    RowIndex nextOfCustomer(RowIndex row) const { return rows_[row].next; }

    /// False for an invalid row.
    bool hasOperation(RowIndex row) const { return rows_[row].profile < kNoOperation; }
    /// False where not even customer and verb are known.
    bool hasVerb(RowIndex row) const
    {
        return rows_[row].customer != kNoText && rows_[row].profile != kNoVerb;
    }
    /// REQUIRES: hasVerb().
    Verb verb(RowIndex row) const { return has(row, kUnassign) ? Verb::unassign : Verb::assign; }
    /// The customer's number, below customerCount(); nothing where the ID is not known.
    std::optional<std::uint32_t> customer(RowIndex row) const
    {
        const std::uint32_t id = rows_[row].customer;
        return id == kNoText ? std::nullopt : std::optional(id);
    }
    std::uint32_t customerCount() const noexcept { return customers_.size(); }

    /// REQUIRES: hasOperation().
    Operation operation(RowIndex row) const;
    /// See oauth_batch::requestTarget(). REQUIRES: hasOperation().
    std::string requestTarget(RowIndex row) const;

    /// Requests sent for the row, over all runs.
    std::uint32_t attempts(RowIndex row) const { return rows_[row].attempts; }
    /// Attempts of this run that count against --max-attempts.
    std::uint32_t runAttempts(RowIndex row) const { return rows_[row].runAttempts; }
    /// Of the last answer, 0 when there was none.
    int httpStatus(RowIndex row) const { return static_cast<int>(rows_[row].httpStatus); }
    bool mayBeApplied(RowIndex row) const { return has(row, kMayBeApplied); }
    bool wasInFlight(RowIndex row) const { return has(row, kWasInFlight); }

    /// One more request was sent. Saturates.
    void addRequest(RowIndex row);
    /// One more attempt was used up, whether its request was sent or not. Saturates.
    void addAttempt(RowIndex row);
    void setHttpStatus(RowIndex row, int httpStatus);
    void setMayBeApplied(RowIndex row) { set(row, kMayBeApplied); }
    /// True once per row: a server error of a row counts only once as a sign of an outage.
    bool takeServerFailure(RowIndex row);

    /// Marks the runnable rows which must not be sent any more because a later row of the same
    /// customer and profile with the opposite verb has succeeded, which becomes their related().
    /// For a retry, once, after the last restore() and settle(). O(n log n) in the rows of the
    /// customers concerned.
    void markSuperseded();

    const StatusCounts& counts() const noexcept { return counts_; }
    std::uint32_t count(RowStatus status) const
    {
        return counts_[static_cast<std::size_t>(status)];
    }
    /// Counts all rows again and compares: false is a bug of this program.
    bool countsAddUp() const;

private:
    static constexpr std::uint32_t kNoText = 0xFFFFFFFFU;
    // In place of a profile, in an invalid row:
    static constexpr std::uint32_t kNoOperation = 0xFFFFFFFEU; // the verb is known
    static constexpr std::uint32_t kNoVerb = 0xFFFFFFFFU;

    enum Flag : std::uint32_t
    {
        kUnassign = 1,
        kForce = 2,
        kSelected = 4,
        kMayBeApplied = 8,
        kWasInFlight = 16,
        kServerFailure = 32,
        kRepeat = 64,
        kSuperseded = 128,
    };
    static constexpr std::uint32_t kOperationFlags = kUnassign | kForce;

    struct Row
    {
        std::uint32_t customer;
        std::uint32_t profile;
        RowIndex next;
        RowIndex related;
        std::uint32_t attempts : 22;
        std::uint32_t httpStatus : 10;
        std::uint32_t runAttempts : 16;
        std::uint32_t status : 3;
        std::uint32_t code : 5;
        std::uint32_t flags : 8;
    };
    static_assert(sizeof(Row) == 24);

    static Row blankRow(RowStatus status, ErrorCode code);
    RowIndex append(const Row& row);
    Row rowOf(const Operation& operation, RowStatus status, ErrorCode code);
    std::uint32_t profileIn(const Operation& operation);
    RowIndex firstOfRepeat(const Row& row) const;
    std::vector<RowIndex> rowsThatMaySupersede() const;
    void markGroup(const RowIndex* begin, const RowIndex* end);
    bool has(RowIndex row, Flag flag) const { return (rows_[row].flags & flag) != 0; }
    void set(RowIndex row, Flag flag) { rows_[row].flags = (rows_[row].flags | flag) & 0xFFU; }

    StringTable customers_;
    StringTable profiles_;
    std::uint32_t lastProfile_ = 0; // of the row added last, once there is one
    ChunkedVector<Row> rows_;
    ChunkedVector<RowIndex> tails_; // per customer: its last row so far
    StatusCounts counts_{};
};

} // namespace oauth_batch
