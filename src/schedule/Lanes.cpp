#include "oauth_batch/schedule/Lanes.h"

#include <cassert>

namespace oauth_batch {

Lanes::Lanes(const Plan& plan) : plan_(plan), busy_(plan.customerCount())
{
    for (std::uint32_t customer = 0; customer < plan.customerCount(); ++customer)
        latest_.push_back({kNoRow, kNoRow});
}

std::optional<RowIndex> Lanes::peek()
{
    advance();
    // What waits in the heap stood before the cursor, so it is earlier in the input.
    if (!ready_.empty()) return ready_.top();
    if (cursor_ < plan_.size()) return cursor_;
    return std::nullopt;
}

RowIndex Lanes::take()
{
    if (!ready_.empty()) {
        const RowIndex row = ready_.top();
        ready_.pop();
        return row;
    }
    assert(cursor_ < plan_.size());
    busy_[*plan_.customer(cursor_)] = true;
    return cursor_++;
}

void Lanes::concluded(RowIndex row)
{
    const std::uint32_t customer = *plan_.customer(row);
    assert(busy_[customer]);
    pass(row);
    for (RowIndex next = plan_.nextOfCustomer(row); next < cursor_;
         next = plan_.nextOfCustomer(next)) {
        if (plan_.isRunnable(next)) {
            ready_.push(next);
            return;
        }
        pass(next);
    }
    // Nothing left, or the cursor has yet to come to it.
    busy_[customer] = false;
}

RowIndex Lanes::blockerOf(RowIndex row) const
{
    const Latest& latest = latest_[*plan_.customer(row)];
    const RowIndex earlier = latest[static_cast<std::size_t>(opposite(plan_.verb(row)))];
    if (earlier == kNoRow || plan_.status(earlier) == RowStatus::succeeded) return kNoRow;
    return earlier;
}

void Lanes::advance()
{
    for (; cursor_ < plan_.size(); ++cursor_) {
        const auto customer = plan_.customer(cursor_);
        if (!customer || busy_[*customer]) continue;
        if (plan_.isRunnable(cursor_)) return;
        pass(cursor_);
    }
}

void Lanes::pass(RowIndex row)
{
    if (!plan_.hasVerb(row)) return;
    if (plan_.isRepeat(row) && plan_.status(row) == RowStatus::duplicate) return;
    latest_[*plan_.customer(row)][static_cast<std::size_t>(plan_.verb(row))] = row;
}

} // namespace oauth_batch
