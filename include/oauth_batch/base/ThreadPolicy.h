#pragma once

namespace oauth_batch {

/// Makes the calling thread one of a batch job (sched(7), SCHED_BATCH): when it is woken, it waits
/// until whoever has the processor gives it up, so that all get more done and each a little later.
/// Needs no privilege. Leaves alone what somebody chose for this process, such as SCHED_IDLE; where
/// the system refuses, all stays as it is.
void runAsBatchJob() noexcept;

} // namespace oauth_batch
