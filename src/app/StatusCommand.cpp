#include "oauth_batch/app/Batch.h"
#include "oauth_batch/app/ResultsCommands.h"
#include "oauth_batch/app/RunShape.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/journal/JournalFile.h"
#include "oauth_batch/journal/JournalReader.h"
#include "oauth_batch/journal/ResumeState.h"
#include "oauth_batch/report/StatusReport.h"

#include <iostream>
#include <vector>

namespace oauth_batch {

namespace {

/// The last word of a journal on each row, and the requests it recorded.
class LastWords final : public JournalVisitor
{
public:
    void onHeader(const JournalHeader& header) override
    {
        header_ = header;
        lastPid_ = header.session.pid;
        codes_.resize(header.rows);
    }
    void onSession(const JournalSession& session) override { lastPid_ = session.pid; }
    void onIntent(RowNumber /*row*/, std::uint32_t /*attempt*/) override { ++requests_; }
    void onWithdrawn(RowNumber /*row*/, std::uint32_t /*attempt*/) override { --requests_; }
    void onAttemptEnded(RowNumber row, const AttemptEnd& end, std::uint64_t /*offset*/) override
    {
        keep(row, end.outcome);
    }
    void onOutcome(RowNumber row, const Outcome& outcome, std::uint64_t /*offset*/) override
    {
        keep(row, outcome);
    }

    const std::optional<JournalHeader>& header() const { return header_; }
    long lastPid() const { return lastPid_; }

    /// `plan` is what is known of rows on which the journal says nothing; without one they count as
    /// pending.
    Tally tally(const Plan* plan) const
    {
        Tally tally;
        for (RowIndex row = 0; row < codes_.size(); ++row) {
            const Word& word = codes_[row];
            if (word.isKnown || plan == nullptr)
                tally.add(word.status, word.code, word.httpStatus);
            else if (plan->status(row) == RowStatus::pending)
                tally.add(RowStatus::pending, ErrorCode::stopped);
            else
                tally.add(plan->status(row), plan->code(row), plan->httpStatus(row));
        }
        tally.addRequests(requests_);
        return tally;
    }

private:
    struct Word
    {
        RowStatus status = RowStatus::pending;
        ErrorCode code = ErrorCode::stopped;
        std::uint16_t httpStatus = 0;
        bool isKnown = false;
    };

    void keep(RowNumber row, const Outcome& outcome)
    {
        codes_[row - 1] = {outcome.status, outcome.code,
                           static_cast<std::uint16_t>(outcome.httpStatus), true};
    }

    std::optional<JournalHeader> header_;
    long lastPid_ = 0;
    std::vector<Word> codes_;
    std::uint64_t requests_ = 0;
};

Tally tallyOfResults(const Settings& settings)
{
    const std::unique_ptr<OperationReader> reader = openReader(settings, settings.file);
    Tally tally;
    InputRow row;
    while (reader->next(row)) {
        if (row.prior) {
            tally.add(row.prior->outcome);
            tally.addRequests(row.prior->outcome.attempts);
        } else {
            tally.add(RowStatus::invalid, ErrorCode::fieldCount);
        }
    }
    reader->requireNoProblems();
    return tally;
}

/// The plan that the journal was begun with; nothing where its input is not to be had any more.
std::optional<Batch> batchOfJournal(const Settings& settings, const JournalPaths& paths,
                                    const JournalHeader& header)
{
    try {
        const Settings former = settingsOfJournal(settings, header);
        const std::string& path = former.readsStandardInput() ? paths.inputCopy : former.file;
        ResumeState state;
        const bool isRetry = header.command == JournalCommand::retry;
        if (isRetry) readJournal(paths.journal, state);
        Batch batch = readBatch(former, path, isRetry ? &state : nullptr);
        if (batch.plan.size() == header.rows) return batch;
    } catch (const Error&) {
        // The counts are then those of the journal alone.
    }
    return std::nullopt;
}

StatusReport reportOfJournal(const Settings& settings, const JournalPaths& paths,
                             const LastWords& words)
{
    StatusReport report;
    report.resultsPath = paths.results;
    const std::optional<Batch> batch = batchOfJournal(settings, paths, *words.header());
    report.tally = words.tally(batch ? &batch->plan : nullptr);
    const auto holder = runningOn(paths);
    if (holder) {
        report.state = StatusReport::State::running;
        report.pid = holder->pid ? long(*holder->pid) : words.lastPid();
        return report;
    }
    const bool isRun = words.header()->command == JournalCommand::run;
    report.state = StatusReport::State::unfinished;
    report.nextStep =
        isRun ? "continue it with the same command, or with oauth-batch retry " + paths.results
              : "continue it with " + retryToContinue(*words.header(), paths.results);
    return report;
}

StatusReport reportOfResults(const Settings& settings)
{
    StatusReport report;
    report.resultsPath = settings.file;
    report.tally = tallyOfResults(settings);
    if (report.tally.count(RowStatus::pending) > 0) report.state = StatusReport::State::unfinished;
    if (report.tally.notSucceeded() > 0)
        report.nextStep = "oauth-batch retry " + settings.file + " runs again what did not succeed";
    return report;
}

} // namespace

ExitCode showStatus(const Settings& settings)
{
    const JournalPaths paths(settings.file);
    StatusReport report;
    LastWords words;
    if (isNameTaken(paths.journal)) readJournal(paths.journal, words);
    if (words.header())
        report = reportOfJournal(settings, paths, words);
    else
        report = reportOfResults(settings);
    if (settings.json)
        std::cout << statusJson(report);
    else
        printStatus(std::cout, report);
    return ExitCode::ok;
}

} // namespace oauth_batch
