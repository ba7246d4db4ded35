#pragma once

#include "oauth_batch/model/Outcome.h"

#include <cstdint>
#include <vector>

namespace oauth_batch {

/// Where the journal has the last outcome of each row: 8 bytes a row. Not thread-safe.
class OutcomeIndex
{
public:
    OutcomeIndex() = default;
    explicit OutcomeIndex(RowNumber rows) : offsets_(rows, kNone) {}

    /// Of `outcome` and `ended` records; 0, where the header stands, when there is none.
    std::uint64_t offset(RowNumber row) const { return offsets_[row - 1]; }
    bool has(RowNumber row) const { return offset(row) != kNone; }
    void set(RowNumber row, std::uint64_t offset) { offsets_[row - 1] = offset; }
    RowNumber rows() const { return static_cast<RowNumber>(offsets_.size()); }

private:
    static constexpr std::uint64_t kNone = 0;
    std::vector<std::uint64_t> offsets_;
};

} // namespace oauth_batch
