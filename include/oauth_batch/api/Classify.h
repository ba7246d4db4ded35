#pragma once

#include "oauth_batch/api/Transport.h"
#include "oauth_batch/base/Clock.h"
#include "oauth_batch/model/Operation.h"
#include "oauth_batch/model/Verdict.h"

namespace oauth_batch {

/// What classify() must know besides the attempt's result.
struct AttemptContext
{
    Verb verb = Verb::assign;
    /// An earlier attempt of this row left and got no verdict, so the row may have been applied.
    bool earlierAttemptWithoutVerdict = false;
    /// A TLS handshake of this run has succeeded before.
    bool anyHandshakeSucceeded = false;
    WallTime now; ///< for Retry-After dates
};

/// Judges one attempt. Pure; any bytes are accepted as an answer.
///
/// 200 with `result.success` true succeeds and false fails (`rejected`); every other 1xx and 2xx,
/// and what is not HTTP at all, is `bad_response`: the request arrived, its effect is unknown. 408
/// and 5xx are tried again, so is every failed transport. 429 makes everybody wait, 401 stops the
/// run. All other 4xx are the API's refusal, 3xx are `redirected`. Where the attempt was not sent,
/// the row's status is `failed`, but `unknown` after an earlier attempt without a verdict.
Verdict classify(const AttemptResult& result, const AttemptContext& context);
Verdict classify(const Answer& answer, const AttemptContext& context);
Verdict classify(const TransportFailure& failure, const AttemptContext& context);

} // namespace oauth_batch
