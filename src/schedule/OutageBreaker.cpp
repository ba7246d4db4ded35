#include "oauth_batch/schedule/OutageBreaker.h"

namespace oauth_batch {

void OutageBreaker::failed(bool counts, bool probe, Instant now)
{
    if (open_) {
        // What was sent before the outage tells nothing new.
        if (probe) until_ = now + pause_.next();
        return;
    }
    if (counts) ++inARow_;
    if (inARow_ < kFailuresInARow) return;
    open_ = true;
    begin_ = now;
    until_ = now + pause_.next();
}

void OutageBreaker::answered()
{
    open_ = false;
    inARow_ = 0;
    pause_.reset();
}

} // namespace oauth_batch
