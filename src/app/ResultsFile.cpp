#include "oauth_batch/app/ResultsFile.h"

#include "oauth_batch/app/RowMessages.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/input/RowCells.h"
#include "oauth_batch/report/ResultColumns.h"

namespace oauth_batch {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

RowIndex indexOf(const InputRow& row)
{
    return row.number - 1;
}

} // namespace

Tally ResultsFile::render(AtomicFile& file)
{
    const std::unique_ptr<OperationReader> reader =
        openReader(sources_.settings, sources_.inputPath);
    const FileFormat& format = reader->header().format();
    std::string line;
    if (format.byteOrderMark) line += kByteOrderMark;
    appendInputNames(line, reader->header());
    appendResultHeader(line, format.delimiter);
    file.append(line.append(format.lineEnding));

    Tally tally;
    InputRow row;
    const RowIndex size = sources_.batch.plan.size();
    while (reader->next(row) && row.number <= size) {
        const Outcome outcome = outcomeOf(row);
        tally.add(outcome);
        line.clear();
        appendInputCells(line, *row.record, reader->header());
        appendResultCells(line, format.delimiter, sources_.batch.resultRow(indexOf(row)), outcome,
                          requestOf(row, outcome));
        file.append(line.append(format.lineEnding));
    }
    if (!reader->problems().empty() || reader->rowCount() != size ||
        reader->digest() != sources_.batch.digest) {
        throw DataError(displayName(sources_.settings) +
                        " was changed while its rows were sent. Put the former content back and "
                        "run the same command to write the results");
    }
    if (!tally.addsUpTo(size))
        throw Error(ExitCode::internalError, "the rows of the results do not add up");
    return tally;
}

bool ResultsFile::keepsPrior(const InputRow& row) const
{
    const Plan& plan = sources_.batch.plan;
    if (!row.prior || plan.isSelected(indexOf(row))) return false;
    return plan.status(indexOf(row)) != RowStatus::invalid ||
           std::holds_alternative<Operation>(row.content);
}

Outcome ResultsFile::outcomeOf(const InputRow& row)
{
    if (keepsPrior(row)) return row.prior->outcome;
    if (!sources_.outcomes.has(row.number)) return undecided(row);
    Outcome outcome = sources_.journal.read(row.number, sources_.outcomes.offset(row.number));
    // Decided without a request: the last attempt is one of an earlier run.
    if (row.prior && !outcome.duration) outcome.duration = row.prior->outcome.duration;
    return outcome;
}

/// Of a row on which the journal says nothing: it is wrong, repeats another or has not been
/// reached.
Outcome ResultsFile::undecided(const InputRow& row) const
{
    const RowIndex index = indexOf(row);
    const Plan& plan = sources_.batch.plan;
    Outcome outcome;
    if (row.prior) {
        outcome.attempts = row.prior->outcome.attempts;
        outcome.httpStatus = row.prior->outcome.httpStatus;
        outcome.duration = row.prior->outcome.duration;
    }
    outcome.status = plan.status(index);
    if (const auto* const problem = std::get_if<RowProblem>(&row.content)) {
        outcome.code = problem->code;
        outcome.message = problem->message;
    } else if (outcome.status == RowStatus::duplicate) {
        outcome.code = ErrorCode::duplicate;
        outcome.message = duplicateMessage(sources_.batch, index);
    } else {
        outcome.code = ErrorCode::stopped;
        outcome.message = stoppedMessage(sources_.stopReason);
    }
    return outcome;
}

std::string ResultsFile::requestOf(const InputRow& row, const Outcome& outcome) const
{
    if (outcome.status == RowStatus::invalid) return {};
    if (keepsPrior(row) && row.prior->requested) return requestLine(*row.prior->requested);
    return requestLine(sources_.batch.plan.operation(indexOf(row)));
}

} // namespace oauth_batch
