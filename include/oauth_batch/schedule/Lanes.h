#pragma once

#include "oauth_batch/base/ChunkedVector.h"
#include "oauth_batch/schedule/Plan.h"

#include <array>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace oauth_batch {

/// Which row may start: the rows of one customer in input order, never two at once; customers side
/// by side.
///
/// A cursor goes once over the rows and leaves out those whose customer is busy; they come back
/// through a heap when the row before them has ended. So the heap holds no more rows than were
/// taken and not yet concluded, and all calls together take linear time (but for the heap's
/// logarithm). Not thread-safe. Holds a reference to the plan, whose statuses it reads.
class Lanes
{
public:
    /// REQUIRES: the plan is complete, restored and settled as far as known.
    explicit Lanes(const Plan& plan);

    /// The first row in input order that may start now.
    std::optional<RowIndex> peek();

    /// Takes what peek() returned; its customer is busy until concluded(). REQUIRES: peek().
    RowIndex take();

    /// The row was taken, but is to be offered again. Its customer stays busy.
    void giveBack(RowIndex row) { ready_.push(row); }

    /// The row that was taken has its end in the plan; its customer's next row may start.
    void concluded(RowIndex row);

    /// The latest earlier row of this row's customer with the opposite verb, unless that one has
    /// succeeded (a duplicate stands for its first row): the row that blocks this one, or kNoRow.
    /// REQUIRES: `row` is taken.
    RowIndex blockerOf(RowIndex row) const;

private:
    /// Per verb the customer's latest row that the lane has passed.
    using Latest = std::array<RowIndex, 2>;

    void advance();
    void pass(RowIndex row);

    const Plan& plan_;
    RowIndex cursor_ = 0;
    std::priority_queue<RowIndex, std::vector<RowIndex>, std::greater<>> ready_;
    std::vector<bool> busy_;       // per customer
    ChunkedVector<Latest> latest_; // per customer
};

} // namespace oauth_batch
