#include "oauth_batch/report/Summary.h"

#include "ReportLines.h"
#include "ReportText.h"

#include "oauth_batch/base/Text.h"

#include <ostream>

namespace oauth_batch {

namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many)
{
    return std::to_string(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string headline(const Summary& summary)
{
    const std::string start =
        printable(summary.command) + (summary.resumed ? " (continued) " : " ");
    if (!summary.stopReason.empty()) return start + "stopped: " + printable(summary.stopReason);
    const std::uint64_t open = summary.tally.notSucceeded();
    if (open == 0) return start + "finished: every row succeeded";
    return start + "finished: " + std::to_string(open) + " of " +
           counted(summary.tally.total(), "row", "rows") + " did not succeed";
}

std::string describeRequests(const Summary& summary)
{
    std::string text = std::to_string(summary.tally.requests());
    if (summary.retries > 0) text += ", " + counted(summary.retries, "retry", "retries");
    if (summary.throttledEpisodes > 0)
        text += ", throttled " + counted(summary.throttledEpisodes, "time", "times");
    return text + "; rate " + printable(summary.rate) + ", " +
           counted(summary.workers, "worker", "workers");
}

std::string describeLatency(const LatencyHistogram& latency)
{
    return "min " + describeDuration(latency.min()) + ", median " +
           describeDuration(latency.quantile(0.5)) + ", 95 % " +
           describeDuration(latency.quantile(0.95)) + ", max " + describeDuration(latency.max());
}

Poco::JSON::Object latencyObject(const LatencyHistogram& latency)
{
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("count", latency.count());
    object.set("min", latency.min().count());
    object.set("median", latency.quantile(0.5).count());
    object.set("p95", latency.quantile(0.95).count());
    object.set("max", latency.max().count());
    return object;
}

} // namespace

void printSummary(std::ostream& out, const Summary& summary)
{
    out << headline(summary) << '\n';
    printCounts(out, summary.tally);
    printFact(out, "requests", describeRequests(summary));
    if (summary.latency.count() > 0)
        printFact(out, "answer time", describeLatency(summary.latency));
    printFact(out, "took",
              describeDuration(summary.elapsed) + ", until " + formatSeconds(summary.endedAt));
    printFact(out, "results", displayedPath(summary.resultsPath));
    if (!summary.nextStep.empty()) printFact(out, "next", printable(summary.nextStep));
}

std::string summaryJson(const Summary& summary)
{
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("command", validUtf8(summary.command));
    object.set("input", validUtf8(summary.inputPath));
    object.set("results", validUtf8(summary.resultsPath));
    object.set("exit_code", static_cast<int>(summary.exitCode));
    object.set("stop_reason", validUtf8(summary.stopReason));
    object.set("resumed", summary.resumed);
    setCounts(object, summary.tally);
    object.set("requests", summary.tally.requests());
    object.set("retries", summary.retries);
    object.set("throttled", summary.throttledEpisodes);
    object.set("rate", validUtf8(summary.rate));
    object.set("workers", summary.workers);
    object.set("started_at", formatTimestamp(summary.startedAt));
    object.set("ended_at", formatTimestamp(summary.endedAt));
    object.set("elapsed_ms", summary.elapsed.count());
    object.set("attempt_ms", latencyObject(summary.latency));
    object.set("next_step", validUtf8(summary.nextStep));
    return jsonText(object);
}

} // namespace oauth_batch
