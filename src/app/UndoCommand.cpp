#include "oauth_batch/app/Batch.h"
#include "oauth_batch/app/ResultsCommands.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <iostream>
#include <vector>

#include <sys/stat.h>

namespace oauth_batch {

namespace {

constexpr std::string_view kHeader = "operation,managed_user_id,profile_id\n";

/// Appends a cell, quoted where RFC 4180 wants it.
void appendCell(std::string& line, const std::string& value)
{
    if (value.find_first_of(",\"\r\n") == std::string::npos) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (c == '"')
            line += '"';
        line += c;
    }
    line += '"';
}

std::string reverseOf(const Operation& operation)
{
    std::string line(toString(opposite(operation.verb)));
    line += ',';
    appendCell(line, operation.customerId);
    line += ',';
    line += operation.profileId;
    line += '\n';
    return line;
}

struct Findings
{
    std::vector<std::string> reversed; ///< lines, in the order of the rows
    Notes unknown;
};

Findings readResults(const Settings& settings)
{
    const std::unique_ptr<OperationReader> reader = openReader(settings, settings.file);
    Findings findings;
    InputRow row;
    while (reader->next(row)) {
        if (!row.prior || !row.prior->requested)
            continue;
        if (row.prior->outcome.status == RowStatus::succeeded) {
            findings.reversed.push_back(reverseOf(*row.prior->requested));
        } else if (row.prior->outcome.status == RowStatus::unknown) {
            findings.unknown.add(settings.file + ":" + std::to_string(row.line) +
                                 ": unknown whether this was applied: " +
                                 requestLine(*row.prior->requested));
        }
    }
    reader->requireNoProblems();
    return findings;
}

void refuseExisting(const Settings& settings)
{
    struct stat info = {};
    if (!settings.overwrite && ::lstat(settings.output.c_str(), &info) == 0) {
        throw Error(ExitCode::cannotCreate,
                    settings.output + " exists: --overwrite replaces it, --output=PATH writes "
                                      "elsewhere");
    }
}

} // namespace

ExitCode writeUndo(const Settings& settings)
{
    refuseExisting(settings);
    const Findings findings = readResults(settings);
    AtomicFile file(settings.output);
    file.append(kHeader);
    for (auto line = findings.reversed.rbegin(); line != findings.reversed.rend(); ++line)
        file.append(*line);
    file.commit();

    std::cerr << settings.output << ": " << findings.reversed.size()
              << " rows that reverse what succeeded, the last one first. It cannot know the state "
                 "before the run: what was assigned already is unassigned too\n";
    for (const std::string& note : findings.unknown.kept())
        std::cerr << note << '\n';
    if (const std::string rest = findings.unknown.rest(); !rest.empty())
        std::cerr << rest << '\n';
    return findings.unknown.empty() ? ExitCode::ok : ExitCode::rowsNotSucceeded;
}

} // namespace oauth_batch
