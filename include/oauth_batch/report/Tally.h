#pragma once

#include "oauth_batch/model/Outcome.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace oauth_batch {

/// How many rows ended with one error code, as the column `result_error_code` names it.
struct CodeCount
{
    std::string code;
    std::uint64_t count = 0;

    bool operator==(const CodeCount&) const = default;
};

/// Counts the rows of a file by status and by error code, and the requests sent. Every row is in it
/// once: a row that changes is removed with what it was and added with what it is.
/// Not thread-safe.
class Tally
{
public:
    void add(RowStatus status, ErrorCode code = ErrorCode::none, int httpStatus = 0);
    void add(const Outcome& outcome) { add(outcome.status, outcome.code, outcome.httpStatus); }

    /// REQUIRES: the same was added before. If it was not, addsUpTo() is false from then on.
    void remove(RowStatus status, ErrorCode code = ErrorCode::none, int httpStatus = 0);
    void remove(const Outcome& outcome)
    {
        remove(outcome.status, outcome.code, outcome.httpStatus);
    }

    void addRequests(std::uint64_t count) { requests_ += count; }

    /// Adds all counts of another one.
    void merge(const Tally& other);

    std::uint64_t count(RowStatus status) const;
    std::uint64_t total() const;
    std::uint64_t requests() const { return requests_; }

    /// Rows that are neither `succeeded` nor `duplicate`: 0 is what exit code 0 means.
    std::uint64_t notSucceeded() const;

    /// Every error code that occurs (http_NNN one by one), the most frequent first, then by name.
    std::vector<CodeCount> codes() const;

    /// Whether both the statuses and the codes (none counted too) add up to `rows`.
    bool addsUpTo(std::uint64_t rows) const;

private:
    std::array<std::uint64_t, kRowStatusCount> byStatus_{};
    /// By code, and by HTTP status for ErrorCode::http (else 0).
    std::map<std::pair<ErrorCode, int>, std::uint64_t> byCode_;
    std::uint64_t requests_ = 0;
    bool balanced_ = true;
};

} // namespace oauth_batch
