#pragma once

#include <csignal>
#include <functional>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oauth_batch::test {

/// A forked child that does something (takes a lock), says so, and keeps what it has until it is
/// killed, repeating `then` meanwhile. The constructor returns when the child is ready, and throws
/// if it is not to become so.
/// REQUIRES: the calling process has no other threads.
class LockHolderProcess
{
public:
    explicit LockHolderProcess(
        const std::function<void()>& take, const std::function<void()>& then = [] { ::pause(); })
    {
        int ends[2] = {};
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        pid_ = ::fork();
        if (pid_ == 0) live(take, then, ends[1]);
        ::close(ends[1]);
        char ready = 0;
        const ssize_t count = ::read(ends[0], &ready, 1);
        ::close(ends[0]);
        if (count == 1) return;
        kill();
        throw std::runtime_error("the child failed");
    }
    ~LockHolderProcess() { kill(); }
    LockHolderProcess(const LockHolderProcess&) = delete;
    LockHolderProcess& operator=(const LockHolderProcess&) = delete;

    pid_t pid() const { return pid_; }

    /// SIGKILL, and waits until it is gone.
    void kill()
    {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    [[noreturn]] static void live(const std::function<void()>& take,
                                  const std::function<void()>& then, int ready)
    {
        try {
            take();
            if (::write(ready, "x", 1) != 1) ::_exit(1);
            for (;;)
                then();
        } catch (...) {
            ::_exit(1);
        }
    }

    pid_t pid_ = -1;
};

} // namespace oauth_batch::test
