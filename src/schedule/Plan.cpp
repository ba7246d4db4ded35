#include "oauth_batch/schedule/Plan.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace oauth_batch {

namespace {

constexpr std::uint32_t kMostAttempts = (1U << 22) - 1;
constexpr std::uint32_t kMostRunAttempts = (1U << 16) - 1;

} // namespace

Plan::Row Plan::blankRow(RowStatus status, ErrorCode code)
{
    Row row{};
    row.customer = kNoText;
    row.profile = kNoVerb;
    row.next = kNoRow;
    row.related = kNoRow;
    row.status = static_cast<std::uint32_t>(status) & 0x7U;
    row.code = static_cast<std::uint32_t>(code) & 0x1FU;
    return row;
}

Plan::Row Plan::rowOf(const Operation& operation, RowStatus status, ErrorCode code)
{
    Row row = blankRow(status, code);
    row.customer = customers_.intern(operation.customerId);
    row.profile = profileIn(operation);
    row.flags =
        ((operation.verb == Verb::unassign ? kUnassign : 0U) | (operation.force ? kForce : 0U)) &
        0xFFU;
    row.related = firstOfRepeat(row);
    if (row.related != kNoRow) row.flags = (row.flags | kRepeat) & 0xFFU;
    return row;
}

/// Most lists name one profile again and again.
std::uint32_t Plan::profileIn(const Operation& operation)
{
    if (profiles_.size() == 0 || profiles_.text(lastProfile_) != operation.profileId)
        lastProfile_ = profiles_.intern(operation.profileId);
    return lastProfile_;
}

RowIndex Plan::addOperation(const Operation& operation)
{
    Row row = rowOf(operation, RowStatus::pending, ErrorCode::none);
    row.flags = (row.flags | kSelected) & 0xFFU;
    if (row.related != kNoRow) {
        row.status = static_cast<std::uint32_t>(RowStatus::duplicate) & 0x7U;
        row.code = static_cast<std::uint32_t>(ErrorCode::duplicate) & 0x1FU;
    }
    return append(row);
}

RowIndex Plan::addInvalid(ErrorCode code, std::optional<Verb> verb, std::string_view customerId)
{
    Row row = blankRow(RowStatus::invalid, code);
    if (!customerId.empty()) row.customer = customers_.intern(customerId);
    if (verb) {
        row.profile = kNoOperation;
        row.flags = *verb == Verb::unassign ? kUnassign : 0U;
    }
    return append(row);
}

RowIndex Plan::addSettled(const Operation& operation, RowStatus status, ErrorCode code)
{
    return append(rowOf(operation, status, code));
}

RowIndex Plan::append(const Row& row)
{
    const RowIndex index = size();
    rows_.push_back(row);
    ++counts_[row.status];
    if (row.customer == kNoText) return index;
    if (row.customer == tails_.size()) {
        tails_.push_back(index);
        return index;
    }
    rows_[tails_[row.customer]].next = index;
    tails_[row.customer] = index;
    return index;
}

RowIndex Plan::firstOfRepeat(const Row& row) const
{
    if (row.customer >= tails_.size()) return kNoRow;
    const RowIndex tail = tails_[row.customer];
    const Row& last = rows_[tail];
    // An invalid row's profile is a mark that no real profile has.
    const bool same = last.profile == row.profile &&
                      (last.flags & kOperationFlags) == (row.flags & kOperationFlags);
    if (!same) return kNoRow;
    return (last.flags & kRepeat) != 0 ? last.related : tail;
}

void Plan::restore(RowIndex row, const RowMemory& memory)
{
    assert(isRunnable(row));
    Row& entry = rows_[row];
    entry.attempts = std::min(memory.attempts, kMostAttempts) & kMostAttempts;
    entry.runAttempts = std::min(memory.runAttempts, kMostRunAttempts) & kMostRunAttempts;
    setHttpStatus(row, memory.httpStatus);
    if (memory.mayBeApplied || memory.wasInFlight) set(row, kMayBeApplied);
    if (memory.wasInFlight) set(row, kWasInFlight);
}

void Plan::settle(RowIndex row, RowStatus status, ErrorCode code, RowIndex related)
{
    Row& entry = rows_[row];
    --counts_[entry.status];
    entry.status = static_cast<std::uint32_t>(status) & 0x7U;
    entry.code = static_cast<std::uint32_t>(code) & 0x1FU;
    if (related != kNoRow) entry.related = related;
    ++counts_[entry.status];
}

Operation Plan::operation(RowIndex row) const
{
    assert(hasOperation(row));
    return {verb(row), std::string(customers_.text(rows_[row].customer)),
            std::string(profiles_.text(rows_[row].profile)), has(row, kForce)};
}

std::string Plan::requestTarget(RowIndex row) const
{
    assert(hasOperation(row));
    return oauth_batch::requestTarget(verb(row), customers_.text(rows_[row].customer),
                                      profiles_.text(rows_[row].profile), has(row, kForce));
}

void Plan::addRequest(RowIndex row)
{
    Row& entry = rows_[row];
    if (entry.attempts < kMostAttempts) entry.attempts = (entry.attempts + 1U) & kMostAttempts;
}

void Plan::addAttempt(RowIndex row)
{
    Row& entry = rows_[row];
    if (entry.runAttempts < kMostRunAttempts)
        entry.runAttempts = (entry.runAttempts + 1U) & kMostRunAttempts;
}

void Plan::setHttpStatus(RowIndex row, int httpStatus)
{
    rows_[row].httpStatus = static_cast<std::uint32_t>(std::clamp(httpStatus, 0, 999)) & 0x3FFU;
}

bool Plan::takeServerFailure(RowIndex row)
{
    const bool first = !has(row, kServerFailure);
    set(row, kServerFailure);
    return first;
}

void Plan::markSuperseded()
{
    std::vector<RowIndex> rows = rowsThatMaySupersede();
    const auto key = [this](RowIndex row) {
        return (std::uint64_t{rows_[row].customer} << 32) | rows_[row].profile;
    };
    std::sort(rows.begin(), rows.end(), [&key](RowIndex a, RowIndex b) {
        return key(a) != key(b) ? key(a) < key(b) : a < b;
    });
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t end = begin + 1;
        while (end < rows.size() && key(rows[end]) == key(rows[begin]))
            ++end;
        markGroup(rows.data() + begin, rows.data() + end);
        begin = end;
    }
}

std::vector<RowIndex> Plan::rowsThatMaySupersede() const
{
    // Most customers have one row, or rows of one kind only: leave them out first.
    constexpr std::uint8_t kRuns = 1;
    constexpr std::uint8_t kDone = 2;
    const auto kind = [this](RowIndex row) -> std::uint8_t {
        if (!hasOperation(row)) return 0;
        if (isRunnable(row)) return kRuns;
        return status(row) == RowStatus::succeeded ? kDone : 0;
    };
    std::vector<std::uint8_t> kinds(customerCount());
    for (RowIndex row = 0; row < size(); ++row) {
        if (const std::uint8_t found = kind(row))
            kinds[rows_[row].customer] = kinds[rows_[row].customer] | found;
    }
    std::vector<RowIndex> rows;
    for (RowIndex row = 0; row < size(); ++row) {
        if (kind(row) != 0 && kinds[rows_[row].customer] == (kRuns | kDone)) rows.push_back(row);
    }
    return rows;
}

void Plan::markGroup(const RowIndex* begin, const RowIndex* end)
{
    std::array<RowIndex, 2> succeeded{kNoRow, kNoRow}; // per verb: the next later row
    while (end != begin) {
        const RowIndex row = *--end;
        if (!isRunnable(row)) {
            succeeded[static_cast<std::size_t>(verb(row))] = row;
            continue;
        }
        const RowIndex later = succeeded[static_cast<std::size_t>(opposite(verb(row)))];
        if (later == kNoRow) continue;
        set(row, kSuperseded);
        rows_[row].related = later;
    }
}

bool Plan::countsAddUp() const
{
    StatusCounts again{};
    for (RowIndex row = 0; row < size(); ++row)
        ++again[rows_[row].status];
    return again == counts_ && std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}) ==
                                   std::uint64_t{size()};
}

} // namespace oauth_batch
