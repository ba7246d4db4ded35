#include "oauth_batch/app/RunProgress.h"

#include "oauth_batch/app/RowMessages.h"
#include "oauth_batch/base/Text.h"

#include <numeric>

#include <unistd.h>

namespace oauth_batch {

namespace {

using std::chrono::milliseconds;

constexpr double kMillisecondsPerMinute = 60'000.0;

std::uint64_t countOf(const StatusCounts& counts, RowStatus status)
{
    return counts[static_cast<std::size_t>(status)];
}

} // namespace

RunProgress::RunProgress(const Settings& settings, const Clock& clock)
    : clock_(clock), rate_(settings.rate), printer_(settings.progress, clock, STDERR_FILENO)
{
    meter_.sample(clock.now(), 0);
}

void RunProgress::tick(const Runner::Snapshot& snapshot)
{
    for (const std::string& event : snapshot.events)
        printer_.note(event);
    last_ = stateOf(snapshot);
    printer_.tick(last_);
}

void RunProgress::finish()
{
    printer_.finish(last_);
}

ProgressState RunProgress::stateOf(const Runner::Snapshot& snapshot)
{
    const Instant now = clock_.now();
    const StatusCounts& counts = snapshot.counts;
    const std::uint64_t pending = countOf(counts, RowStatus::pending);
    ProgressState state;
    state.total = std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
    state.done = state.total - pending;
    state.succeeded = countOf(counts, RowStatus::succeeded);
    state.failed = countOf(counts, RowStatus::failed) + countOf(counts, RowStatus::unknown);
    state.blocked = countOf(counts, RowStatus::blocked);
    state.requests = snapshot.requests;
    state.inFlight = snapshot.inFlight;
    meter_.sample(now, snapshot.requests);
    state.perMinute = meter_.perMinute();
    state.pause = describePause(snapshot, now);
    if (!rate_.isOff()) {
        state.timeLeft =
            std::chrono::ceil<milliseconds>(rate_.interval() * static_cast<std::int64_t>(pending));
    } else if (state.perMinute && *state.perMinute > 0) {
        const double minutes = static_cast<double>(pending) / *state.perMinute;
        state.timeLeft = milliseconds(static_cast<std::int64_t>(minutes * kMillisecondsPerMinute));
    }
    return state;
}

std::string RunProgress::describePause(const Runner::Snapshot& snapshot, Instant now) const
{
    if (snapshot.stopReason != StopReason::none)
        return "stopping: waiting for " + std::to_string(snapshot.inFlight) + " in flight";
    if (!snapshot.pause) return {};
    const std::string why = snapshot.pause->cause == WaitCause::outage
                                ? "the API is away (" + snapshot.lastFailure + ")"
                                : "throttled by the API";
    if (snapshot.pause->until <= now) return why + ", probing";
    const auto left = std::chrono::ceil<std::chrono::seconds>(snapshot.pause->until - now);
    return why + ", next probe in " + describeDuration(left);
}

} // namespace oauth_batch
