#pragma once

#include "oauth_batch/input/OperationReader.h"
#include "oauth_batch/schedule/Plan.h"

#include <string>
#include <utility>

namespace oauth_batch {

struct Batch;

/// Finds what is allowed and yet probably not meant, and adds it to a batch's warnings: duplicates,
/// opposite operations on one pair, IDs that look URL-encoded or prefixed already, numeric and
/// external IDs in one file, skipped lines. Not thread-safe.
class BatchWarnings
{
public:
    /// The batch must outlive this.
    BatchWarnings(std::string fileName, Batch& batch)
        : fileName_(std::move(fileName)), batch_(batch)
    {}

    /// A valid row, after it was added to the plan.
    void look(const InputRow& row, const Operation& operation, RowIndex index);

    /// After the last row.
    void finish(const SkippedLines& skipped);

private:
    void warn(std::uint64_t line, const std::string& text);
    void findOppositePairs();
    void lookAtLane(RowIndex first);

    const std::string fileName_;
    Batch& batch_;
    std::uint64_t numericCustomers_ = 0;
    std::uint64_t externalCustomers_ = 0;
};

} // namespace oauth_batch
