#include "oauth_batch/report/Metrics.h"

#include "ReportText.h"

#include "oauth_batch/base/Text.h"

#include <cstdio>
#include <limits>

namespace oauth_batch {

namespace {

constexpr std::string_view kLastSuccess = "oauth_batch_last_success_timestamp_seconds";

/// A label value: backslash, quote and newline escaped, as the format asks.
std::string escaped(std::string_view value)
{
    std::string out;
    for (const char c : validUtf8(value)) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

/// Milliseconds as seconds with three decimals.
std::string inSeconds(std::chrono::milliseconds time)
{
    const auto count = time.count();
    const auto magnitude = count < 0 ? -count : count;
    char text[40];
    const int length = std::snprintf(text, sizeof text, "%s%lld.%03lld", count < 0 ? "-" : "",
                                     static_cast<long long>(magnitude / 1000),
                                     static_cast<long long>(magnitude % 1000));
    return std::string(text, static_cast<std::size_t>(length));
}

/// Builds the text, family by family.
class Exposition
{
public:
    explicit Exposition(const Summary& summary)
        : labels_("command=\"" + escaped(summary.command) + "\",input=\"" +
                  escaped(summary.inputPath) + '"')
    {}

    void startFamily(std::string_view name, std::string_view help, std::string_view type = "gauge")
    {
        text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
        text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    }

    void addSample(std::string_view name, std::string_view value, std::string_view label = {},
                   std::string_view labelValue = {})
    {
        text_.append(name).append("{").append(labels_);
        if (!label.empty())
            text_.append(",").append(label).append("=\"").append(escaped(labelValue)).append("\"");
        text_.append("} ").append(value).append("\n");
    }

    void addGauge(std::string_view name, std::string_view help, std::string_view value)
    {
        startFamily(name, help);
        addSample(name, value);
    }

    std::string take() { return std::move(text_); }

private:
    std::string labels_;
    std::string text_;
};

void addRows(Exposition& out, const Tally& tally)
{
    out.startFamily("oauth_batch_rows", "Rows of the file by status after the last run.");
    for (std::size_t i = 0; i < kRowStatusCount; ++i) {
        const auto status = static_cast<RowStatus>(i);
        out.addSample("oauth_batch_rows", std::to_string(tally.count(status)), "status",
                      toString(status));
    }
    out.startFamily("oauth_batch_row_errors", "Rows of the file by error code after the last run.");
    for (const CodeCount& code : tally.codes())
        out.addSample("oauth_batch_row_errors", std::to_string(code.count), "code", code.code);
}

void addLatency(Exposition& out, const LatencyHistogram& latency)
{
    const std::string name = "oauth_batch_last_run_attempt_duration_seconds";
    out.startFamily(name, "How long the attempts of the last run took.", "summary");
    if (latency.count() > 0) {
        out.addSample(name, inSeconds(latency.quantile(0.5)), "quantile", "0.5");
        out.addSample(name, inSeconds(latency.quantile(0.95)), "quantile", "0.95");
    }
    out.addSample(name + "_sum", inSeconds(latency.sum()));
    out.addSample(name + "_count", std::to_string(latency.count()));
}

} // namespace

std::string metricsText(const Summary& summary, std::optional<WallTime> lastSuccess)
{
    Exposition out(summary);
    addRows(out, summary.tally);
    out.addGauge("oauth_batch_last_run_requests", "Requests that the last run sent.",
                 std::to_string(summary.tally.requests()));
    out.addGauge("oauth_batch_last_run_retries", "Requests of the last run that repeated another.",
                 std::to_string(summary.retries));
    out.addGauge("oauth_batch_last_run_throttled", "How often the API throttled the last run.",
                 std::to_string(summary.throttledEpisodes));
    addLatency(out, summary.latency);
    out.addGauge("oauth_batch_last_run_timestamp_seconds", "When the last run ended.",
                 inSeconds(summary.endedAt.time_since_epoch()));
    out.addGauge("oauth_batch_last_run_duration_seconds", "How long the last run took.",
                 inSeconds(summary.elapsed));
    out.addGauge("oauth_batch_exit_code", "What the last run exited with.",
                 std::to_string(static_cast<int>(summary.exitCode)));
    if (summary.exitCode == ExitCode::ok) lastSuccess = summary.endedAt;
    if (lastSuccess)
        out.addGauge(kLastSuccess, "When a run last ended with exit code 0.",
                     inSeconds(lastSuccess->time_since_epoch()));
    return out.take();
}

std::optional<WallTime> parseLastSuccess(std::string_view metrics)
{
    const std::string start = "\n" + std::string(kLastSuccess) + "{";
    const auto at = metrics.find(start);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view line = metrics.substr(at + 1);
    line = line.substr(0, line.find('\n'));
    // A label may hold anything, the value is what follows the last blank.
    const std::string_view value = line.substr(line.rfind(' ') + 1);
    const auto point = value.find('.');
    if (point == std::string_view::npos || value.size() != point + 4) return std::nullopt;
    const auto seconds = parseUnsigned(value.substr(0, point));
    const auto rest = parseUnsigned(value.substr(point + 1));
    constexpr std::uint64_t kLatest = 253'402'300'799; // the year 9999
    if (!seconds || !rest || *seconds > kLatest) return std::nullopt;
    return WallTime(std::chrono::milliseconds(*seconds * 1000 + *rest));
}

} // namespace oauth_batch
