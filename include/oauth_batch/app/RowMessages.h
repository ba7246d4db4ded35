#pragma once

#include "oauth_batch/app/Batch.h"
#include "oauth_batch/schedule/Scheduler.h"

#include <string>

namespace oauth_batch {

/// The texts of `result_message` that do not come from an answer. Rows are named by `result_row`.

/// Why a row was not sent: "row 12 (unassign) of this customer ended as failed".
std::string settledMessage(const Batch& batch, const Settled& settled);

/// "same as row 12".
std::string duplicateMessage(const Batch& batch, RowIndex row);

/// Of a row that the run stopped before.
std::string stoppedMessage(StopReason reason);

/// Of a row that was tried and is to be tried again; `last` is what the attempt said.
std::string stoppedAfterAttemptMessage(const std::string& last);

/// For people: "--max-duration is over". Empty for none.
std::string describe(StopReason reason);

} // namespace oauth_batch
