#include "oauth_batch/app/RunPlace.h"

#include "oauth_batch/app/RunShape.h"
#include "oauth_batch/app/Signals.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/ByteSource.h"

#include <array>
#include <iostream>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

/// Blocks until standard input has something; a signal that ends the run ends the wait.
bool waitForInput()
{
    constexpr int kMilliseconds = 100;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (::poll(&input, 1, kMilliseconds) <= 0)
        throwIfEnding();
    return true;
}

/// The results are made from the input once more, at the end.
void requireReadableTwice(const Settings& settings)
{
    struct stat status = {};
    if (::stat(settings.file.c_str(), &status) != 0 || S_ISREG(status.st_mode) ||
        S_ISDIR(status.st_mode))
        return; // what cannot be opened is refused where it is opened
    throw DataError(
        settings.file +
        ": not a regular file (a pipe?), but it has to be read twice: copy it into one" +
        (settings.command == Command::run
             ? ", or hand it over on standard input (oauth-batch run - --output=PATH)"
             : ""));
}

/// Reads the whole file. Throws IoError, and 66 where it cannot be opened.
std::string digestOf(const std::string& path)
{
    const std::unique_ptr<ByteSource> source = openInput(path);
    Sha256 sha256;
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (const std::size_t count = source->read(buffer.data(), buffer.size()))
        sha256.update(buffer.data(), count);
    return sha256.hexDigest();
}

std::string commandText(Command command, const std::string& file)
{
    return "oauth-batch " + std::string(toString(command)) + " " + file;
}

} // namespace

RunPlace::RunPlace(const Settings& settings) : settings_(settings), paths_(settings.output)
{
    AtomicFile::checkPlace(paths_.results);
    refuseOtherUnfinishedRun();
    if (settings_.command == Command::retry && !isNameTaken(settings_.file) &&
        !isNameTaken(paths_.journal))
        throw IoError("open", settings_.file, ENOENT, ExitCode::noInput);
    journal_ = std::make_unique<JournalFile>(paths_);
    try {
        readJournal();
        if (!isResumed()) refuseExistingResults();
    } catch (...) {
        if (journal_->file().size() == 0) journal_->remove();
        throw;
    }
    keep_ = isResumed() || replacesRun_;
}

RunPlace::~RunPlace()
{
    if (keep_) return;
    try {
        journal_->remove();
    } catch (const Error&) {
        // An empty journal is as good as none: the next run starts with it.
    }
}

void RunPlace::readJournal()
{
    if (settings_.restart) {
        replacesRun_ = journal_->file().size() > 0;
        return;
    }
    journal_->read(state_);
    state_.finish();
    if (!isResumed()) return;
    const JournalHeader& header = *state_.header();
    if (header.command == JournalCommand::retry && settings_.command == Command::run) {
        throw DataError(paths_.journal + " is of an unfinished retry: continue it with `" +
                        retryToContinue(header, paths_.results) +
                        "`, or discard it with --restart");
    }
    if (header.command == JournalCommand::retry) return;
    if (settings_.command == Command::retry && settings_.output != settings_.file) {
        throw DataError(paths_.results + " belongs to an unfinished run: finish it first with `" +
                        commandText(Command::retry, paths_.results) +
                        "`, or write elsewhere with --output=PATH");
    }
    const bool areEdited = haveEditedResults();
    if (settings_.command == Command::run) {
        if (areEdited) warnOfEditedResults();
    } else if (areEdited) {
        takeEditedResults();
    } else {
        settings_ = settingsOfUnfinishedRun(settings_, header);
    }
}

/// Whether somebody has changed the results since the unfinished run wrote them.
bool RunPlace::haveEditedResults() const
{
    if (!state_.hasResults() || !isNameTaken(paths_.results)) return false;
    // A process that ended between recording the results and renaming them leaves former ones.
    if (isNameTaken(paths_.temporary) && digestOf(paths_.temporary) == state_.latestResults())
        return false;
    return state_.bindingOf(digestOf(paths_.results)) == ResumeState::Binding::none;
}

void RunPlace::warnOfEditedResults() const
{
    std::cerr << "warning: " << paths_.results
              << " was changed since this run wrote it, and the change will be lost: `"
              << commandText(Command::retry, paths_.results) << "` would go on from the file\n";
}

/// Where the results hold all that the journal does, a retry of them is on its own: the journal
/// would bring back what was corrected.
void RunPlace::takeEditedResults()
{
    const JournalHeader& header = *state_.header();
    if (state_.latestResults().empty()) {
        throw DataError(paths_.results +
                        " was changed, and the journal knows more than it: copy "
                        "your change, continue with `" +
                        commandText(Command::run, header.input) + " --output=" + paths_.results +
                        "`, and change the new file");
    }
    leastRows_ = header.rows;
    state_ = ResumeState();
    settings_.restart = true;
    replacesRun_ = true;
}

void RunPlace::requireAllRows(RowNumber rows) const
{
    if (rows >= leastRows_) return;
    throw DataError(paths_.results + " was changed since its run stopped and has " +
                    std::to_string(rows) + " rows, its run " + std::to_string(leastRows_) +
                    ": put the others back, or leave them out for good with --restart");
}

void RunPlace::refuseExistingResults() const
{
    const bool inPlace = settings_.command == Command::retry && settings_.output == settings_.file;
    if (inPlace || replacesRun_ || settings_.overwrite || !isNameTaken(paths_.results)) return;
    throw Error(ExitCode::cannotCreate,
                paths_.results + " exists: `" + commandText(Command::retry, paths_.results) +
                    "` runs again what did not succeed, --output=PATH writes elsewhere, "
                    "--overwrite replaces it");
}

void RunPlace::refuseOtherUnfinishedRun() const
{
    if (settings_.command != Command::retry || settings_.output == settings_.file) return;
    const JournalPaths source(settings_.file);
    if (isNameTaken(source.journal)) {
        throw DataError(settings_.file + " belongs to an unfinished run: finish it first with `" +
                        commandText(Command::retry, settings_.file) + "`");
    }
}

void RunPlace::prepareJournal()
{
    if (settings_.restart)
        journal_->discard();
    else
        journal_->prepareToAppend();
}

const std::string& RunPlace::inputPath()
{
    if (!inputPath_.empty()) return inputPath_;
    if (settings_.readsStandardInput()) {
        copyStandardInput();
    } else {
        if (settings_.adopted) requireInputOfRun();
        requireReadableTwice(settings_);
        inputPath_ = settings_.file;
    }
    return inputPath_;
}

/// A retry goes on with the run's own input.
void RunPlace::requireInputOfRun() const
{
    if (isNameTaken(settings_.file)) return;
    throw Error(ExitCode::noInput,
                "cannot open " + settings_.file +
                    ", the input of the unfinished run whose results are " + paths_.results +
                    ": put it back, or name its new place (`" + commandText(Command::run, "INPUT") +
                    " --output=" + paths_.results + "`); `" +
                    commandText(Command::retry, paths_.results) +
                    " --restart` goes on without it and sends again what that file does not know");
}

void RunPlace::copyStandardInput()
{
    inputPath_ = paths_.inputCopy;
    // A retry that goes on with a run from standard input has nothing to read there.
    if (settings_.adopted) return;
    FileSource source(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), "standard input");
    AtomicFile copy(inputPath_, AtomicFile::kPrivate, Digest::sha256);
    std::array<char, 65536> buffer{};
    while (const std::size_t got = waitForInput() ? source.read(buffer.data(), buffer.size()) : 0)
        copy.append({buffer.data(), got});
    copy.prepare();
    if (isResumed()) requireSameRun(copy.hexDigest());
    copy.commit();
}

void RunPlace::requireSameRun(const std::string& inputDigest) const
{
    const JournalHeader& header = *state_.header();
    const std::string difference = describeDifference(header.settings, runShape(settings_));
    if (!difference.empty()) {
        throw DataError(paths_.journal + " was begun with other options: " + difference +
                        ". Continue with the same ones, or discard the journal with --restart");
    }
    const ResumeState::Binding binding = state_.bindingOf(inputDigest);
    const bool isRun = header.command == JournalCommand::run;
    if (binding == ResumeState::Binding::input ||
        (binding == ResumeState::Binding::results && !isRun))
        return;
    const std::string name =
        settings_.readsStandardInput() ? std::string("standard input") : settings_.file;
    throw DataError(
        name + " has changed since its run began on " + formatTimestamp(header.session.startedAt) +
        ", and " + paths_.journal +
        " belongs to the former content. Put that back and run the same command to continue; or "
        "discard what the run recorded with --restart (where the former content is lost, "
        "`oauth-batch retry RESULTS --restart` goes on from the results file)");
}

} // namespace oauth_batch
