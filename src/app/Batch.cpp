#include "oauth_batch/app/Batch.h"

#include "oauth_batch/app/BatchWarnings.h"
#include "oauth_batch/app/ReadAhead.h"
#include "oauth_batch/app/Signals.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/ByteSource.h"

#include <algorithm>
#include <span>

#include <fcntl.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

/// Whether an attempt of an earlier run left and got no verdict. A row that a stop left `pending`
/// shows it by the answer that it got last, if any.
bool mayBeApplied(const Outcome& outcome)
{
    constexpr int kRequestTimeout = 408;
    const int answer = outcome.httpStatus;
    const bool isVerdict =
        answer != 0 && answer != kRequestTimeout && answer < 500 && answer >= 300;
    return outcome.status == RowStatus::unknown ||
           (outcome.status == RowStatus::pending && outcome.attempts > 0 && !isVerdict);
}

/// Adds the rows of one input to a batch.
class BatchBuilder
{
public:
    BatchBuilder(const Settings& settings, const ResumeState* state, Batch& batch)
        : settings_(settings),
          state_(state),
          batch_(batch),
          name_(displayName(settings)),
          warnings_(name_, batch)
    {}

    void expect(std::span<const InputRow> rows) const;
    void add(const InputRow& row);
    void finish(OperationReader& reader);

private:
    void addNew(const InputRow& row);
    void addRetried(const InputRow& row);
    void addUnselected(const InputRow& row);
    void addInvalid(const InputRow& row, const RowProblem& problem);
    bool isRetried(const InputRow& row) const;
    void compareWithRequest(const InputRow& row, const Operation& operation);
    void keepResultRow(const InputRow& row);
    void numberNewRows();

    const Settings& settings_;
    const ResumeState* const state_;
    Batch& batch_;
    const std::string name_;
    BatchWarnings warnings_;
    RowNumber highestNumber_ = 0;
};

void BatchBuilder::expect(std::span<const InputRow> rows) const
{
    for (const InputRow& row : rows) {
        if (const auto* const operation = std::get_if<Operation>(&row.content))
            batch_.plan.expect(*operation);
    }
}

void BatchBuilder::add(const InputRow& row)
{
    if (settings_.input.kind == InputKind::results) {
        keepResultRow(row);
        if (isRetried(row))
            addRetried(row);
        else
            addUnselected(row);
    } else {
        addNew(row);
    }
}

void BatchBuilder::addNew(const InputRow& row)
{
    if (const auto* const problem = std::get_if<RowProblem>(&row.content)) {
        addInvalid(row, *problem);
        return;
    }
    const auto& operation = std::get<Operation>(row.content);
    const RowIndex index = batch_.plan.addOperation(operation);
    warnings_.look(row, operation, index);
}

void BatchBuilder::addInvalid(const InputRow& row, const RowProblem& problem)
{
    batch_.plan.addInvalid(problem.code, problem.verb,
                           problem.customerId ? std::string_view(*problem.customerId)
                                              : std::string_view());
    batch_.invalidRows.add(name_ + ":" + std::to_string(row.line) + ": " + problem.message);
}

/// Whether a retry looks at this row anew.
bool BatchBuilder::isRetried(const InputRow& row) const
{
    if (!row.prior) return true;
    const Outcome& prior = row.prior->outcome;
    // A row more than the journal has: the input has changed, which is said once it is read.
    const bool isKnown = state_ != nullptr && row.number <= state_->index().rows();
    if (isKnown && state_->index().has(row.number)) {
        // An earlier process of this retry wrote down that it leaves this pending row out.
        const bool isLeftOut = state_->status(row.number) == RowStatus::pending &&
                               state_->unfinished(row.number) == nullptr;
        return !isLeftOut;
    }
    if (state_ != nullptr && prior.status == RowStatus::pending)
        return true; // chosen when the retry began; it was stopped before this row
    if (prior.status == RowStatus::succeeded) return false;
    const int codeStatus = prior.code == ErrorCode::http ? prior.httpStatus : 0;
    return settings_.only.empty() ||
           settings_.only.contains(prior.status, {prior.code, codeStatus});
}

void BatchBuilder::addRetried(const InputRow& row)
{
    if (const auto* const problem = std::get_if<RowProblem>(&row.content)) {
        addInvalid(row, *problem);
        return;
    }
    const auto& operation = std::get<Operation>(row.content);
    compareWithRequest(row, operation);
    const RowIndex index = batch_.plan.addOperation(operation);
    if (!row.prior || !batch_.plan.isRunnable(index)) return;
    RowMemory memory;
    memory.attempts = row.prior->outcome.attempts;
    memory.httpStatus = row.prior->outcome.httpStatus;
    memory.mayBeApplied = mayBeApplied(row.prior->outcome);
    batch_.plan.restore(index, memory);
}

void BatchBuilder::addUnselected(const InputRow& row)
{
    const Outcome& prior = row.prior->outcome;
    if (prior.status == RowStatus::pending) ++batch_.unselectedPending;
    // What was asked then is what the row stands for, whatever its cells say by now.
    const auto* operation =
        row.prior->requested ? &*row.prior->requested : std::get_if<Operation>(&row.content);
    if (operation == nullptr) {
        addInvalid(row, std::get<RowProblem>(row.content));
        return;
    }
    const RowIndex index = batch_.plan.addSettled(*operation, prior.status, prior.code);
    batch_.plan.setHttpStatus(index, prior.httpStatus);
}

void BatchBuilder::compareWithRequest(const InputRow& row, const Operation& operation)
{
    if (!row.prior || !row.prior->requested || *row.prior->requested == operation) return;
    batch_.changedRows.add(name_ + ":" + std::to_string(row.line) + ": now " +
                           quoted(requestLine(operation), 160) + ", but result_request is " +
                           quoted(requestLine(*row.prior->requested), 160));
}

void BatchBuilder::keepResultRow(const InputRow& row)
{
    constexpr RowNumber kNone = 0;
    const bool isHidden = !row.prior; // by a wrong number of fields
    const RowNumber number = isHidden ? row.number : row.prior->row.value_or(kNone);
    highestNumber_ = std::max(highestNumber_, number);
    std::vector<RowNumber>& numbers = batch_.resultRows;
    if (numbers.empty() && number == row.number) return;
    if (numbers.empty()) {
        for (RowNumber earlier = 1; earlier < row.number; ++earlier)
            numbers.push_back(earlier);
    }
    numbers.push_back(number);
}

/// Rows that a person added have no number yet: they get those after the highest.
void BatchBuilder::numberNewRows()
{
    for (RowNumber& number : batch_.resultRows) {
        if (number == 0) number = ++highestNumber_;
    }
}

void BatchBuilder::finish(OperationReader& reader)
{
    numberNewRows();
    warnings_.finish(reader.skippedLines());
    batch_.skippedRecords = reader.skippedLines().total;
    batch_.digest = reader.digest();
}

} // namespace

void Notes::add(std::string note)
{
    if (kept_.size() < kMostKept) kept_.push_back(std::move(note));
    ++total_;
}

std::string Notes::rest() const
{
    const std::uint64_t more = total_ - kept_.size();
    return more == 0 ? std::string() : "and " + std::to_string(more) + " more";
}

std::string displayName(const Settings& settings)
{
    return settings.readsStandardInput() ? "<stdin>" : settings.file;
}

std::unique_ptr<OperationReader> openReader(const Settings& settings, const std::string& path)
{
    std::unique_ptr<ByteSource> source;
    if (path == "-") {
        source = std::make_unique<FileSource>(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)),
                                              displayName(settings));
    } else {
        source = openInput(path);
    }
    return std::make_unique<OperationReader>(displayName(settings), std::move(source),
                                             settings.input);
}

void applyJournal(const ResumeState& state, Plan& plan)
{
    for (RowIndex row = 0; row < plan.size(); ++row) {
        if (!plan.isRunnable(row)) continue;
        const RowNumber number = row + 1;
        if (const auto* const unfinished = state.unfinished(number)) {
            const int answer =
                unfinished->httpStatus != 0 ? unfinished->httpStatus : plan.httpStatus(row);
            plan.restore(row, {unfinished->sent, unfinished->counted, answer,
                               unfinished->mayBeApplied, unfinished->wasCutShort});
        } else if (state.status(number) != RowStatus::pending) {
            plan.settle(row, state.status(number), ErrorCode::none);
        }
    }
}

Batch readBatch(const Settings& settings, const std::string& path, const ResumeState* state)
{
    Batch batch;
    const std::unique_ptr<OperationReader> reader = openReader(settings, path);
    // Of a file that is larger, memory is taken as its rows come.
    constexpr std::uint64_t kMostExpected = 4'000'000;
    batch.plan.expectRows(std::min(reader->expectedRows(), kMostExpected));
    BatchBuilder builder(settings, state, batch);
    ReadAhead ahead(*reader);
    for (auto rows = ahead.next(); !rows.empty(); rows = ahead.next()) {
        builder.expect(rows);
        for (const InputRow& row : rows)
            builder.add(row);
        throwIfEnding();
    }
    reader->requireNoProblems();
    builder.finish(*reader);
    return batch;
}

} // namespace oauth_batch
