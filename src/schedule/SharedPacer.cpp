#include "oauth_batch/schedule/SharedPacer.h"

#include "QuotaRecord.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/FileLock.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

constexpr int kOpenFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

void createFolders(const std::filesystem::path& folder)
{
    if (folder.empty() || folder == folder.root_path()) return;
    struct stat found = {};
    if (::stat(folder.c_str(), &found) == 0) return;
    createFolders(folder.parent_path());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        throw IoError("create the folder", folder.string(), errno, ExitCode::cannotCreate);
}

void refuseUnlessRegular(int fd, const std::string& path)
{
    struct stat found = {};
    if (::fstat(fd, &found) != 0) throw IoError("read", path, errno);
    if (!S_ISREG(found.st_mode))
        throw Error(ExitCode::cannotCreate, path + " is not a regular file: it cannot hold the "
                                                   "quota's state");
}

std::string fixedWidth(std::string bootId)
{
    bootId.resize(QuotaRecord::kBootIdSize, '-');
    return bootId;
}

} // namespace

/// Holds the mutex and the file's lock, and has made sure that the file is the one at the path.
class SharedPacer::FileGuard
{
public:
    explicit FileGuard(const SharedPacer& pacer) : lock_(pacer.mutex_), fd_(pacer.fd_)
    {
        for (;;) {
            while (::flock(fd_.get(), LOCK_EX) != 0) {
                if (errno != EINTR) throw IoError("lock", pacer.path_, errno);
            }
            if (FileLock::isFileAt(fd_.get(), pacer.path_)) return;
            pacer.openFile();
        }
    }
    ~FileGuard() { ::flock(fd_.get(), LOCK_UN); }

    FileGuard(const FileGuard&) = delete;
    FileGuard& operator=(const FileGuard&) = delete;

private:
    std::scoped_lock<std::mutex> lock_;
    const UniqueFd& fd_;
};

SharedPacer::SharedPacer(std::string path, Pace pace, std::string bootId)
    : path_(std::move(path)), pace_(pace), bootId_(fixedWidth(std::move(bootId)))
{
    createFolders(std::filesystem::path(path_).parent_path());
    openFile();
    // So that a file of another kind is refused before the run begins.
    const FileGuard guard(*this);
    readState(Instant());
}

Instant SharedPacer::reserve(Instant now)
{
    const FileGuard guard(*this);
    PaceState state = readState(now);
    const Instant start = state.reserve(pace_, now);
    writeState(state);
    own_.lastStart = start;
    return start;
}

bool SharedPacer::mayStart(Instant slot, Instant now)
{
    const FileGuard guard(*this);
    PaceState state = readState(now);
    const auto before = state.lastStart;
    if (!state.mayStart(pace_, slot, now)) return false;
    if (state.lastStart != before) {
        writeState(state);
        own_.lastStart = state.lastStart;
    }
    return true;
}

void SharedPacer::pauseUntil(Instant until)
{
    const FileGuard guard(*this);
    own_.pausedUntil = std::max(own_.pausedUntil, until);
    // A damaged record says nothing of the last start; the pause holds everybody up anyway.
    writeState(readState(until));
}

Instant SharedPacer::pausedUntil() const
{
    const FileGuard guard(*this);
    return readState(Instant::max()).pausedUntil;
}

std::string SharedPacer::currentBootId()
{
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

void SharedPacer::openFile() const
{
    do {
        fd_.reset(::open(path_.c_str(), kOpenFlags | O_CREAT | O_EXCL, 0600));
        created_ = static_cast<bool>(fd_);
        if (!created_ && errno == EEXIST) {
            fd_.reset(::open(path_.c_str(), kOpenFlags));
            // Removed between the two: then it can be created.
            if (!fd_ && errno == ENOENT) continue;
        }
        if (!fd_) throw IoError("open", path_, errno, ExitCode::cannotCreate);
    } while (!fd_);
    refuseUnlessRegular(fd_.get(), path_);
}

PaceState SharedPacer::readState(Instant now) const
{
    std::array<char, QuotaRecord::kSize + 1> buffer{}; // one more, to see what is too long
    const ssize_t size = ::pread(fd_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) throw IoError("read", path_, errno);
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    if (!QuotaRecord::mayBeOurs(bytes))
        throw DataError(path_ + " is not a quota file of oauth-batch; name another one");
    PaceState state;
    const auto record = QuotaRecord::parse(bytes);
    if (record && record->bootId == bootId_ && record->isPlausible(pace_.interval, now))
        state = record->pace;
    else if (!bytes.empty() || !created_)
        state.lastStart = now;
    if (own_.lastStart)
        state.lastStart = std::max(state.lastStart.value_or(Instant()), *own_.lastStart);
    state.pausedUntil = std::max(state.pausedUntil, own_.pausedUntil);
    return state;
}

void SharedPacer::writeState(const PaceState& state) const
{
    const std::string bytes = QuotaRecord{bootId_, state, pace_.interval}.toString();
    struct stat found = {};
    if (::fstat(fd_.get(), &found) != 0) throw IoError("read", path_, errno);
    if (found.st_size > static_cast<off_t>(bytes.size()) &&
        ::ftruncate(fd_.get(), static_cast<off_t>(bytes.size())) != 0)
        throw IoError("shorten", path_, errno);
    const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), 0);
    if (written != static_cast<ssize_t>(bytes.size()))
        throw IoError("write", path_, written < 0 ? errno : ENOSPC);
}

} // namespace oauth_batch
