#include "oauth_batch/api/DeadlineWatch.h"

#include "oauth_batch/base/Error.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oauth_batch {

DeadlineWatch::DeadlineWatch() : thread_([this] { run(); }) {}

DeadlineWatch::~DeadlineWatch()
{
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
}

void DeadlineWatch::run()
{
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wakesAt_ = fireDue(clock_.now());
        if (wakesAt_ == Instant::max())
            changed_.wait(lock);
        else
            clock_.wait(lock, changed_, wakesAt_);
    }
}

Instant DeadlineWatch::fireDue(Instant now)
{
    Instant earliest = Instant::max();
    for (Entry& entry : entries_) {
        if (entry.deadline <= now) {
            ::shutdown(entry.descriptor, SHUT_RDWR);
            entry.fired = true;
            entry.deadline = Instant::max();
        }
        earliest = std::min(earliest, entry.deadline);
    }
    return earliest;
}

DeadlineWatch::Socket::Socket(DeadlineWatch& watch, int descriptor) : watch_(watch)
{
    const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        throw Error(ExitCode::internalError, "cannot duplicate a socket's descriptor: " +
                                                 std::generic_category().message(errno));
    const std::lock_guard lock(watch_.mutex_);
    entry_ = watch_.entries_.insert(watch_.entries_.end(), Entry{own, Instant::max(), false});
}

DeadlineWatch::Socket::~Socket()
{
    const int own = entry_->descriptor;
    {
        const std::lock_guard lock(watch_.mutex_);
        watch_.entries_.erase(entry_);
    }
    ::close(own);
}

void DeadlineWatch::Socket::arm(std::chrono::nanoseconds timeLeft)
{
    const Instant deadline = watch_.clock_.now() + timeLeft;
    const std::lock_guard lock(watch_.mutex_);
    entry_->deadline = deadline;
    if (deadline < watch_.wakesAt_) watch_.changed_.notify_one();
}

void DeadlineWatch::Socket::disarm()
{
    const std::lock_guard lock(watch_.mutex_);
    entry_->deadline = Instant::max();
}

bool DeadlineWatch::Socket::fired() const
{
    const std::lock_guard lock(watch_.mutex_);
    return entry_->fired;
}

void DeadlineWatch::Socket::shutDown() noexcept
{
    ::shutdown(entry_->descriptor, SHUT_RDWR);
}

} // namespace oauth_batch
