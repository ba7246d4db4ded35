#include "oauth_batch/base/ThreadPolicy.h"

#include <sched.h>

namespace oauth_batch {

void runAsBatchJob() noexcept
{
    if (::sched_getscheduler(0) != SCHED_OTHER) return;
    const sched_param noPriority{};
    (void)::sched_setscheduler(0, SCHED_BATCH, &noPriority);
}

} // namespace oauth_batch
