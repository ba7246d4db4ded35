#pragma once

#include "oauth_batch/app/Runner.h"
#include "oauth_batch/app/Settings.h"
#include "oauth_batch/report/ProgressPrinter.h"
#include "oauth_batch/report/RateMeter.h"

namespace oauth_batch {

/// Shows how a run goes on, from the runner's snapshots: measures the pace and estimates the time
/// left. Not thread-safe: used by the thread that runs the runner.
class RunProgress
{
public:
    /// `clock` must outlive this. Prints to standard error.
    RunProgress(const Settings& settings, const Clock& clock);

    void tick(const Runner::Snapshot& snapshot);
    void finish();
    /// A line of its own.
    void note(const std::string& text) { printer_.note(text); }

private:
    ProgressState stateOf(const Runner::Snapshot& snapshot);
    std::string describePause(const Runner::Snapshot& snapshot, Instant now) const;

    const Clock& clock_;
    const Rate rate_;
    ProgressPrinter printer_;
    ProgressState last_;
    RateMeter meter_;
};

} // namespace oauth_batch
