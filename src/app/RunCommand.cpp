#include "oauth_batch/app/RunCommand.h"

#include "oauth_batch/api/HttpTransportFactory.h"
#include "oauth_batch/app/Batch.h"
#include "oauth_batch/app/OutputPlaces.h"
#include "oauth_batch/app/QuotaPlace.h"
#include "oauth_batch/app/ResultsFile.h"
#include "oauth_batch/app/RowMessages.h"
#include "oauth_batch/app/RunPlace.h"
#include "oauth_batch/app/RunProgress.h"
#include "oauth_batch/app/RunShape.h"
#include "oauth_batch/app/Runner.h"
#include "oauth_batch/app/Signals.h"
#include "oauth_batch/app/SummaryFiles.h"
#include "oauth_batch/app/TokenSource.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/base/Version.h"
#include "oauth_batch/journal/JournalWriter.h"
#include "oauth_batch/report/Summary.h"

#include <filesystem>
#include <iostream>
#include <random>

#include <sys/resource.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

/// One run or retry from its place to its exit code: a step after the other.
class Run
{
public:
    Run(const Settings& settings, Token token);

    ExitCode execute();

private:
    void readInput();
    void refuseUnlessClean() const;
    void resume();
    void beginJournal(JournalWriter& writer);
    void leaveOutUnselected(JournalWriter& writer) const;
    void keepDoubts(JournalWriter& writer);
    void sendRows(JournalWriter& writer);
    bool hasWork() const;
    Tally writeResults(JournalWriter& writer);
    ExitCode report(const Tally& tally);
    ExitCode exitCode(const Tally& tally) const;
    std::string nextStep(const Tally& tally) const;

    const Settings& settings() const { return place_.settings(); }

    SystemClock clock_;
    const WallTime startedAt_ = clock_.wallTime();
    const Instant begin_ = clock_.now();
    RunPlace place_;
    std::unique_ptr<HttpTransportFactory> transports_;
    std::unique_ptr<Pacer> pacer_;
    Batch batch_;
    OutcomeIndex outcomes_;
    StopReason stopReason_ = StopReason::none;
    Runner::Statistics statistics_;
};

std::unique_ptr<HttpTransportFactory> makeTransports(const Settings& settings, Token token,
                                                     Clock& clock)
{
    auto endpoint = Endpoint::parse(settings.baseUrl);
    TransportSettings transport{std::get<Endpoint>(std::move(endpoint)), {}, {}, {}, {}, {}};
    transport.proxy = ProxySettings::fromEnvironment(transport.endpoint);
    transport.caFile = settings.caFile.value_or("");
    transport.connectTimeout = settings.connectTimeout;
    transport.idleLimit = std::chrono::seconds(15);
    transport.userAgent = "oauth-batch/" + std::string(kVersion);
    return std::make_unique<HttpTransportFactory>(std::move(transport), std::move(token), clock);
}

/// Prints the kept notes to standard error.
void complainOf(const Notes& notes)
{
    for (const std::string& note : notes.kept())
        std::cerr << note << '\n';
    if (const std::string rest = notes.rest(); !rest.empty()) std::cerr << rest << '\n';
}

const Settings& checked(const Settings& settings)
{
    checkOutputPlaces(settings);
    return settings;
}

Run::Run(const Settings& settings, Token token)
    : place_(checked(settings)),
      transports_(makeTransports(place_.settings(), std::move(token), clock_)),
      pacer_(makePacer(place_.settings()))
{}

ExitCode Run::execute()
{
    readInput();
    refuseUnlessClean();
    if (place_.isResumed())
        resume();
    else
        outcomes_ = OutcomeIndex(batch_.plan.size());
    place_.prepareJournal();
    JournalWriter writer(place_.journal().file(), clock_, settings().sync);
    beginJournal(writer);
    throwIfEnding();
    if (hasWork()) sendRows(writer);
    return report(writeResults(writer));
}

void Run::readInput()
{
    const std::string& path = place_.inputPath();
    const bool isOngoingRetry = place_.isResumed() && settings().command == Command::retry;
    batch_ = readBatch(settings(), path, isOngoingRetry ? &place_.state() : nullptr);
    place_.requireAllRows(batch_.plan.size());
    if (place_.isResumed()) place_.requireSameRun(batch_.digest);
    if (!batch_.plan.countsAddUp())
        throw Error(ExitCode::internalError, "the rows of the plan do not add up");
}

void Run::refuseUnlessClean() const
{
    if (batch_.skippedRecords > 0) {
        std::cerr << "warning: " << displayName(settings()) << ": " << batch_.skippedRecords
                  << " empty records skipped\n";
    }
    if (!batch_.invalidRows.empty()) {
        complainOf(batch_.invalidRows);
        if (settings().strict) {
            throw DataError(displayName(settings()) + ": " +
                            std::to_string(batch_.invalidRows.total()) +
                            " invalid rows, and --strict is given: nothing was sent");
        }
    }
    if (batch_.changedRows.empty() || settings().acceptChanges) return;
    complainOf(batch_.changedRows);
    throw DataError(std::to_string(batch_.changedRows.total()) + " rows of " +
                    displayName(settings()) +
                    " now ask for something else than before: nothing was sent. If that is meant, "
                    "add --accept-changes; a spreadsheet may have changed them (007 into 7)");
}

void Run::resume()
{
    if (place_.state().header()->rows != batch_.plan.size())
        throw Error(ExitCode::internalError, "the journal has another number of rows");
    applyJournal(place_.state(), batch_.plan);
    outcomes_ = place_.state().takeIndex();
}

void Run::beginJournal(JournalWriter& writer)
{
    const JournalSession session{::getpid(), startedAt_};
    if (place_.isResumed()) {
        writer.resume(session);
        return;
    }
    JournalHeader header;
    header.command =
        settings().command == Command::run ? JournalCommand::run : JournalCommand::retry;
    header.rows = batch_.plan.size();
    header.inputDigest = batch_.digest;
    header.session = session;
    header.input = settings().readsStandardInput()
                       ? settings().file
                       : std::filesystem::absolute(settings().file).string();
    header.settings = runShape(settings());
    writer.start(header);
    place_.keepJournal();
    leaveOutUnselected(writer);
    keepDoubts(writer);
    writer.sync();
}

/// Pending rows that --only leaves out must be told from those that this retry does not reach.
void Run::leaveOutUnselected(JournalWriter& writer) const
{
    if (batch_.unselectedPending == 0) return;
    Outcome outcome;
    outcome.code = ErrorCode::stopped;
    for (RowIndex row = 0; row < batch_.plan.size(); ++row) {
        if (!batch_.plan.isSelected(row) && batch_.plan.status(row) == RowStatus::pending)
            writer.conclude(row + 1, outcome);
    }
}

/// Where this retry stops before such a row, the results call it pending: what was `unknown` of it
/// is then in the journal only.
void Run::keepDoubts(JournalWriter& writer)
{
    Outcome outcome;
    outcome.code = ErrorCode::stopped;
    outcome.message = "not sent again yet; an earlier attempt may have been applied";
    for (RowIndex row = 0; row < batch_.plan.size(); ++row) {
        if (!batch_.plan.isRunnable(row) || !batch_.plan.mayBeApplied(row)) continue;
        outcome.attempts = batch_.plan.attempts(row);
        outcome.httpStatus = batch_.plan.httpStatus(row);
        constexpr bool kCounted = false;
        constexpr bool kMayBeApplied = true;
        outcomes_.set(row + 1, writer.endAttempt(row + 1, {kCounted, kMayBeApplied, outcome}));
    }
}

bool Run::hasWork() const
{
    for (RowIndex row = 0; row < batch_.plan.size(); ++row) {
        if (batch_.plan.isRunnable(row)) return true;
    }
    return false;
}

void Run::sendRows(JournalWriter& writer)
{
    SchedulerOptions options;
    options.maxAttempts = settings().maxAttempts;
    options.block = !settings().noBlock;
    options.isRetry = settings().command == Command::retry;
    options.maxWait = settings().maxWait;
    options.outageTimeout = settings().outageTimeout;
    options.maxDuration = settings().maxDuration;
    options.maxFailures = settings().maxFailures;
    std::mt19937_64 generator{std::random_device{}()};
    std::uniform_real_distribution<double> distribution(0.0, 1.0);
    Scheduler scheduler(
        batch_.plan, options, [&] { return distribution(generator); }, begin_);

    Runner runner({clock_, batch_, scheduler, *pacer_, writer, outcomes_, *transports_},
                  {settings().workers, settings().timeout, settings().rate.interval()});
    RunProgress progress(settings(), clock_);
    bool isStopping = false;
    runner.run([&](const Runner::Snapshot& snapshot) {
        if (endingSignal() != 0 && !isStopping) {
            isStopping = true;
            progress.note("interrupted: waiting for " + std::to_string(snapshot.inFlight) +
                          " requests in flight (once more to leave at once)");
            runner.stop(StopReason::interrupted);
        }
        progress.tick(snapshot);
        writer.syncIfDue();
    });
    progress.finish();
    writer.sync();
    stopReason_ = scheduler.stopReason();
    statistics_ = runner.statistics();
}

Tally Run::writeResults(JournalWriter& writer)
{
    AtomicFile file(place_.paths().results, AtomicFile::kPrivate, Digest::sha256);
    OutcomeReader reader(place_.journal().fd(), place_.paths().journal);
    ResultsFile results({settings(), place_.inputPath(), batch_, outcomes_, reader, stopReason_});
    Tally tally = results.render(file);
    file.prepare();
    writer.recordResults(file.hexDigest());
    file.commit();
    if (!hasWork()) place_.journal().remove();
    tally.addRequests(statistics_.requests);
    return tally;
}

ExitCode Run::exitCode(const Tally& tally) const
{
    if (stopReason_ != StopReason::none && hasWork()) {
        const int signal = endingSignal();
        return stopReason_ == StopReason::interrupted && signal != 0
                   ? static_cast<ExitCode>(128 + signal)
                   : exitCodeOf(stopReason_);
    }
    return tally.notSucceeded() == 0 ? ExitCode::ok : ExitCode::rowsNotSucceeded;
}

std::string Run::nextStep(const Tally& tally) const
{
    const std::string& results = place_.paths().results;
    if (hasWork()) return "run the same command again to continue";
    if (tally.notSucceeded() > 0)
        return "oauth-batch retry " + results + " runs again what did not succeed";
    return {};
}

ExitCode Run::report(const Tally& tally)
{
    Summary summary;
    summary.command = toString(settings().command);
    summary.inputPath = settings().file;
    summary.resultsPath = place_.paths().results;
    summary.tally = tally;
    summary.retries = statistics_.retries;
    summary.throttledEpisodes = statistics_.throttledEpisodes;
    summary.rate = settings().rate.toString();
    summary.workers = settings().workers;
    summary.resumed = place_.isResumed();
    summary.startedAt = startedAt_;
    summary.endedAt = clock_.wallTime();
    summary.elapsed = std::chrono::round<std::chrono::milliseconds>(clock_.now() - begin_);
    summary.latency = statistics_.latency;
    const bool isStopped = stopReason_ != StopReason::none && hasWork();
    summary.stopReason = isStopped ? std::string(toString(stopReason_)) : std::string();
    summary.exitCode = exitCode(tally);
    summary.nextStep = nextStep(tally);
    printSummary(std::cout, summary);
    writeSummaryFiles(settings(), summary);
    return summary.exitCode;
}

/// Each worker needs two descriptors; without them a healthy API would look unreachable.
void makeRoomForDescriptors(unsigned workers)
{
    const rlim_t needed = 4 * static_cast<rlim_t>(workers) + 64;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
    if (limit.rlim_max < needed) {
        throw Error(ExitCode::configuration,
                    std::to_string(workers) + " workers need " + std::to_string(needed) +
                        " open files and the limit is " + std::to_string(limit.rlim_max) +
                        ": raise it (ulimit -n) or take fewer --workers");
    }
    limit.rlim_cur = needed;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

ExitCode runOperations(const Settings& settings)
{
    installSignals();
    makeRoomForDescriptors(settings.workers);
    Token token = readToken(settings.tokenFile);
    return Run(settings, std::move(token)).execute();
}

} // namespace oauth_batch
