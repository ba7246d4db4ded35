#include "oauth_batch/report/StatusReport.h"

#include "ReportLines.h"
#include "ReportText.h"

#include <ostream>

namespace oauth_batch {

namespace {

std::string_view nameOf(StatusReport::State state)
{
    switch (state) {
    case StatusReport::State::finished:
        return "finished";
    case StatusReport::State::unfinished:
        return "unfinished";
    case StatusReport::State::running:
        break;
    }
    return "running";
}

} // namespace

void printStatus(std::ostream& out, const StatusReport& report)
{
    out << displayedPath(report.resultsPath) << ": " << nameOf(report.state);
    if (report.pid) out << " (pid " << *report.pid << ')';
    out << '\n';
    printCounts(out, report.tally);
    printFact(out, "requests", std::to_string(report.tally.requests()) + " over all runs");
    if (!report.nextStep.empty()) printFact(out, "next", printable(report.nextStep));
}

std::string statusJson(const StatusReport& report)
{
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("results", validUtf8(report.resultsPath));
    object.set("state", std::string(nameOf(report.state)));
    if (report.pid) object.set("pid", *report.pid);
    setCounts(object, report.tally);
    object.set("requests", report.tally.requests());
    object.set("next_step", validUtf8(report.nextStep));
    return jsonText(object);
}

} // namespace oauth_batch
