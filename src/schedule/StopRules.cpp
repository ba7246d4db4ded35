#include "oauth_batch/schedule/StopRules.h"

#include "oauth_batch/base/Text.h"

#include <limits>

namespace oauth_batch {

std::string_view toString(StopReason reason)
{
    switch (reason) {
    case StopReason::none:
        return "none";
    case StopReason::unauthorized:
        return "unauthorized";
    case StopReason::forbidden:
        return "forbidden";
    case StopReason::untrusted:
        return "untrusted";
    case StopReason::maxFailures:
        return "max_failures";
    case StopReason::maxDuration:
        return "max_duration";
    case StopReason::throttled:
        return "throttled";
    case StopReason::outage:
        return "outage";
    case StopReason::interrupted:
        return "interrupted";
    case StopReason::journalFailed:
        return "journal_failed";
    }
    return "";
}

ExitCode exitCodeOf(StopReason reason)
{
    switch (reason) {
    case StopReason::none:
        return ExitCode::ok;
    case StopReason::unauthorized:
    case StopReason::forbidden:
        return ExitCode::noPermission;
    case StopReason::untrusted:
        return ExitCode::untrustedServer;
    case StopReason::maxFailures:
    case StopReason::maxDuration:
    case StopReason::throttled:
    case StopReason::outage:
        return ExitCode::stoppedEarly;
    case StopReason::interrupted:
        return ExitCode::interrupted;
    case StopReason::journalFailed:
        return ExitCode::ioError;
    }
    return ExitCode::internalError;
}

std::optional<FailureLimit> FailureLimit::parse(std::string_view text)
{
    FailureLimit limit;
    if (text.ends_with('%')) {
        limit.isPercentage = true;
        text.remove_suffix(1);
    }
    const std::uint64_t most = limit.isPercentage ? 100 : std::numeric_limits<std::uint32_t>::max();
    const auto count = parseUnsigned(text);
    if (!count || *count == 0 || *count > most) return std::nullopt;
    limit.count = static_cast<std::uint32_t>(*count);
    return limit;
}

std::string FailureLimit::toString() const
{
    return std::to_string(count) + (isPercentage ? "%" : "");
}

StopReason StopRules::answered(int httpStatus)
{
    if (answers_ >= kFirstAnswers) return StopReason::none;
    ++answers_;
    if (httpStatus == 403) ++forbidden_;
    return forbidden_ == kFirstAnswers ? StopReason::forbidden : StopReason::none;
}

StopReason StopRules::finished(RowStatus status)
{
    ++finished_;
    if (status == RowStatus::failed || status == RowStatus::unknown) ++failures_;
    if (!limit_) return StopReason::none;
    const bool reached = limit_->isPercentage
                             ? finished_ >= kFewRows && failures_ * 100 >= limit_->count * finished_
                             : failures_ >= limit_->count;
    return reached ? StopReason::maxFailures : StopReason::none;
}

} // namespace oauth_batch
