#include "oauth_batch/journal/JournalFile.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/journal/ResumeState.h"

#include <cassert>
#include <utility>
#include <variant>

namespace oauth_batch {

namespace {

/// Knows who wrote the last session; keeps nothing else.
class LastSession final : public JournalVisitor
{
public:
    void onHeader(const JournalHeader& header) override { pid_ = header.session.pid; }
    void onSession(const JournalSession& session) override { pid_ = session.pid; }
    std::optional<pid_t> pid() const { return pid_; }

private:
    std::optional<pid_t> pid_;
};

std::optional<pid_t> lastWriterOf(const std::string& path)
{
    LastSession session;
    try {
        readJournal(path, session);
    } catch (const Error&) {
        // A damaged journal is not the question here; what came before the damage may still tell.
    }
    return session.pid();
}

UniqueFd openLocked(const JournalPaths& paths)
{
    auto result = FileLock::openLocked(paths.journal);
    if (auto* fd = std::get_if<UniqueFd>(&result)) return std::move(*fd);
    auto pid = std::get<FileLock::Holder>(result).pid;
    if (!pid) pid = lastWriterOf(paths.journal);
    throw Error(ExitCode::stoppedEarly,
                "another run" + (pid ? " (pid " + std::to_string(*pid) + ")" : std::string()) +
                    " is working on " + paths.results + "; wait for it or stop it");
}

} // namespace

JournalFile::JournalFile(const JournalPaths& paths)
    : paths_(paths), file_(openLocked(paths), paths.journal)
{
    if (file_.size() == 0) syncDirectoryOf(paths_.journal);
}

JournalExtent JournalFile::read(JournalVisitor& visitor)
{
    extent_ = readJournal(file_.fd(), file_.path(), visitor);
    return *extent_;
}

void JournalFile::prepareToAppend()
{
    if (!extent_.value().hasTornTail) return;
    file_.truncateTo(extent_->end);
    extent_->hasTornTail = false;
}

void JournalFile::discard()
{
    file_.truncateTo(0);
    extent_ = JournalExtent{};
}

void JournalFile::remove()
{
    removeDurably(paths_.journal);
    removeDurably(paths_.inputCopy);
}

std::optional<FileLock::Holder> runningOn(const JournalPaths& paths)
{
    return FileLock::holderOf(paths.journal);
}

} // namespace oauth_batch
