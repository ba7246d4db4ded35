#include "oauth_batch/journal/SyncSchedule.h"

namespace oauth_batch {

namespace {

constexpr std::chrono::seconds kInterval(1);

} // namespace

bool SyncSchedule::isDue(Instant now) const
{
    const bool isBusy = intents_.isBusy(now) || outcomes_.isBusy(now);
    return policy_ == SyncPolicy::always || !isBusy || isOverdue(now);
}

bool SyncSchedule::isOverdue(Instant now) const
{
    return now - lastSync_ >= kInterval;
}

void SyncSchedule::RecentEvents::count(Instant now)
{
    times_[next_] = now;
    next_ = (next_ + 1) % times_.size();
    if (used_ < times_.size()) ++used_;
}

bool SyncSchedule::RecentEvents::isBusy(Instant now) const
{
    return used_ == times_.size() && now - times_[next_] < kInterval;
}

} // namespace oauth_batch
