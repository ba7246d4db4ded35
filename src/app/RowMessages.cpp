#include "oauth_batch/app/RowMessages.h"

namespace oauth_batch {

std::string settledMessage(const Batch& batch, const Settled& settled)
{
    const Plan& plan = batch.plan;
    const std::string row = "row " + std::to_string(batch.resultRow(settled.related)) + " (" +
                            std::string(toString(plan.verb(settled.related))) + ")";
    if (settled.code == ErrorCode::superseded)
        return "not sent: the later " + row + " of this customer and profile has succeeded";
    return "not sent: the earlier " + row + " of this customer is " +
           std::string(toString(plan.status(settled.related)));
}

std::string duplicateMessage(const Batch& batch, RowIndex row)
{
    return "not sent: same as row " + std::to_string(batch.resultRow(batch.plan.related(row)));
}

std::string stoppedMessage(StopReason reason)
{
    return "not sent yet: " +
           (reason == StopReason::none ? "the run ended before this row" : describe(reason));
}

std::string stoppedAfterAttemptMessage(const std::string& last)
{
    return last.empty() ? std::string("to be sent again")
                        : safeMessage("to be sent again; last attempt: " + last);
}

std::string describe(StopReason reason)
{
    switch (reason) {
    case StopReason::none:
        return "";
    case StopReason::unauthorized:
        return "the API refuses the token (HTTP 401)";
    case StopReason::forbidden:
        return "the API forbids this to the token (HTTP 403 on each of the first 5 answers)";
    case StopReason::untrusted:
        return "the server's TLS certificate or protocol is not acceptable";
    case StopReason::maxFailures:
        return "--max-failures is reached";
    case StopReason::maxDuration:
        return "--max-duration is over";
    case StopReason::throttled:
        return "the API throttles for longer than --max-wait";
    case StopReason::outage:
        return "the API has been unreachable for --outage-timeout";
    case StopReason::interrupted:
        return "interrupted by a signal";
    case StopReason::journalFailed:
        return "the journal cannot be written";
    }
    return "";
}

} // namespace oauth_batch
