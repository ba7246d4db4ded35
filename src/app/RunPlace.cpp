#include "oauth_batch/app/RunPlace.h"

#include "oauth_batch/app/RunShape.h"
#include "oauth_batch/app/Signals.h"
#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/ByteSource.h"

#include <array>

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
    if (header.command == JournalCommand::run && settings_.command == Command::retry)
        settings_ = settingsOfUnfinishedRun(settings_, header);
    if (header.command == JournalCommand::retry && settings_.command == Command::run) {
        throw DataError(paths_.journal + " is of an unfinished retry: continue it with `" +
                        commandText(Command::retry, header.input) +
                        "`, or discard it with --restart");
    }
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
        requireReadableTwice(settings_);
        inputPath_ = settings_.file;
    }
    return inputPath_;
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
