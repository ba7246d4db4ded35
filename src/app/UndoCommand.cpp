#include "oauth_batch/app/Batch.h"
#include "oauth_batch/app/OutputPlaces.h"
#include "oauth_batch/app/ResultsCommands.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/journal/JournalPaths.h"
#include "oauth_batch/journal/JournalReader.h"
#include "oauth_batch/journal/ResumeState.h"
#include "oauth_batch/report/ResultColumns.h"

#include <algorithm>
#include <iostream>
#include <vector>

namespace oauth_batch {

namespace {

constexpr std::string_view kHeader = "operation,managed_user_id,profile_id\n";

std::string reverseOf(const Operation& operation)
{
    std::string line(toString(opposite(operation.verb)));
    appendCell(line, ',', operation.customerId);
    appendCell(line, ',', operation.profileId);
    line += '\n';
    return line;
}

void requireResults(const Settings& settings)
{
    if (isNameTaken(settings.file) || !isNameTaken(JournalPaths(settings.file).journal)) return;
    throw Error(ExitCode::noInput, settings.file +
                                       ": the unfinished run beside it has written no results yet: "
                                       "continue it first, with the same command");
}

/// Rows may have succeeded since the results were written last.
void requireUpToDate(const Settings& settings, const std::string& digest)
{
    const std::string journal = JournalPaths(settings.file).journal;
    if (!isNameTaken(journal)) return;
    ResumeState state;
    if (readJournal(journal, state).records == 0 || state.latestResults() == digest) return;
    throw DataError(settings.file +
                    " belongs to an unfinished run and is older than its journal: continue the run "
                    "first, with the same command");
}

struct Findings
{
    std::vector<std::string> reversed; ///< lines, in the order of the rows
    Notes left;                        ///< rows that a person has to look at
};

/// What the row asked for: as it was planned, else as its cells say.
std::optional<Operation> operationOf(const InputRow& row)
{
    if (row.prior->requested) return row.prior->requested;
    const auto* const operation = std::get_if<Operation>(&row.content);
    return operation == nullptr ? std::nullopt : std::optional(*operation);
}

void look(const InputRow& row, const std::string& place, Findings& findings)
{
    const RowStatus status = row.prior->outcome.status;
    if (status != RowStatus::succeeded && status != RowStatus::unknown) return;
    const std::optional<Operation> operation = operationOf(row);
    if (!operation) {
        findings.left.add(place + ": it is " + std::string(toString(status)) +
                          ", but result_request and the cells do not say what was asked");
    } else if (status == RowStatus::succeeded) {
        findings.reversed.push_back(reverseOf(*operation));
    } else {
        findings.left.add(place + ": unknown whether this was applied: " + requestLine(*operation));
    }
}

Findings readResults(const Settings& settings)
{
    const std::unique_ptr<OperationReader> reader = openReader(settings, settings.file);
    Findings findings;
    InputRow row;
    while (reader->next(row)) {
        const std::string place = settings.file + ":" + std::to_string(row.line);
        if (row.prior)
            look(row, place, findings);
        else
            findings.left.add(place + ": a wrong number of fields hides what came of this row");
    }
    reader->requireNoProblems();
    requireUpToDate(settings, reader->digest());
    return findings;
}

void refuseExisting(const Settings& settings)
{
    if (!settings.overwrite && isNameTaken(settings.output)) {
        throw Error(ExitCode::cannotCreate,
                    settings.output + " exists: --overwrite replaces it, --output=PATH writes "
                                      "elsewhere");
    }
}

} // namespace

ExitCode writeUndo(const Settings& settings)
{
    checkOutputPlaces(settings);
    refuseExisting(settings);
    requireResults(settings);
    Findings findings = readResults(settings);
    std::reverse(findings.reversed.begin(), findings.reversed.end());
    AtomicFile file(settings.output);
    file.append(kHeader);
    for (const std::string& line : findings.reversed)
        file.append(line);
    file.commit();

    std::cerr << settings.output << ": " << findings.reversed.size()
              << " rows that reverse what succeeded, the last one first. It cannot know the state "
                 "before the run: what was assigned already is unassigned too\n";
    for (const std::string& note : findings.left.kept())
        std::cerr << note << '\n';
    if (const std::string rest = findings.left.rest(); !rest.empty()) std::cerr << rest << '\n';
    return findings.left.empty() ? ExitCode::ok : ExitCode::rowsNotSucceeded;
}

} // namespace oauth_batch
