#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/schedule/Plan.h"

#include <optional>
#include <set>
#include <utility>

namespace oauth_batch {

/// Rows that wait for their next attempt, by the moment at which it is due. Not thread-safe.
class WaitingRows
{
public:
    void add(RowIndex row, Instant due) { rows_.emplace(due, row); }

    /// Takes the row that is due for the longest time; one other than `avoided` if there is one.
    std::optional<RowIndex> takeDue(Instant now, RowIndex avoided = kNoRow)
    {
        auto found = rows_.begin();
        if (found == rows_.end() || found->first > now) return std::nullopt;
        if (found->second == avoided) {
            const auto other = std::next(found);
            if (other != rows_.end() && other->first <= now) found = other;
        }
        const RowIndex row = found->second;
        rows_.erase(found);
        return row;
    }

    /// When the first one is due; Instant::max() if none waits.
    Instant nextDue() const { return rows_.empty() ? Instant::max() : rows_.begin()->first; }

    bool empty() const noexcept { return rows_.empty(); }
    std::size_t size() const noexcept { return rows_.size(); }

private:
    std::set<std::pair<Instant, RowIndex>> rows_;
};

} // namespace oauth_batch
