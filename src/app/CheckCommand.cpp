#include "oauth_batch/app/CheckCommand.h"

#include "oauth_batch/app/Batch.h"
#include "oauth_batch/base/Text.h"

#include <iostream>
#include <string>

namespace oauth_batch {

namespace {

void printNotes(std::ostream& out, const Notes& notes, std::string_view prefix)
{
    for (const std::string& note : notes.kept())
        out << prefix << note << '\n';
    if (const std::string rest = notes.rest(); !rest.empty()) out << prefix << rest << '\n';
}

void printPlan(std::ostream& out, const Plan& plan)
{
    std::string line;
    for (RowIndex row = 0; row < plan.size(); ++row) {
        if (!plan.isRunnable(row)) continue;
        line = std::to_string(row + 1);
        line += '\t';
        line += methodOf(plan.verb(row));
        line += '\t';
        line += plan.requestTarget(row);
        line += '\n';
        out << line;
    }
}

struct SendCounts
{
    std::uint64_t assigns = 0;
    std::uint64_t unassigns = 0;
    std::uint64_t total() const { return assigns + unassigns; }
};

SendCounts countSends(const Plan& plan)
{
    SendCounts counts;
    for (RowIndex row = 0; row < plan.size(); ++row) {
        if (plan.isRunnable(row))
            ++(plan.verb(row) == Verb::assign ? counts.assigns : counts.unassigns);
    }
    return counts;
}

/// How long the starts of so many requests take: the first one waits for nothing.
std::string describeRun(const Rate& rate, std::uint64_t requests)
{
    if (rate.isOff()) return "no rate limit";
    const auto intervals = static_cast<std::int64_t>(requests > 0 ? requests - 1 : 0);
    const auto duration = std::chrono::ceil<std::chrono::seconds>(rate.interval() * intervals);
    return describeDuration(duration) + " at " + rate.toString();
}

void printCounts(std::ostream& out, const Settings& settings, const Batch& batch)
{
    const Plan& plan = batch.plan;
    const SendCounts sends = countSends(plan);
    out << displayName(settings) << ": " << plan.size() << " rows\n"
        << "  to send     " << sends.total() << " (" << sends.assigns << " assign, "
        << sends.unassigns << " unassign, " << batch.forced << " of them forced)\n"
        << "  duplicate   " << plan.count(RowStatus::duplicate) << '\n'
        << "  invalid     " << plan.count(RowStatus::invalid) << '\n'
        << "  warnings    " << batch.warnings.total() << '\n'
        << "  customers   " << plan.customerCount() << '\n'
        << "  duration    " << describeRun(settings.rate, sends.total()) << '\n';
}

} // namespace

ExitCode checkInput(const Settings& settings)
{
    const Batch batch = readBatch(settings, settings.file, nullptr);
    std::ostream& report = settings.plan ? std::cerr : std::cout;
    printNotes(report, batch.invalidRows, "invalid: ");
    printNotes(report, batch.warnings, "warning: ");
    printCounts(report, settings, batch);
    if (settings.plan) printPlan(std::cout, batch.plan);
    if (batch.invalidRows.empty()) return ExitCode::ok;
    return settings.strict ? ExitCode::dataError : ExitCode::rowsNotSucceeded;
}

} // namespace oauth_batch
