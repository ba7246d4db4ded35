#include "oauth_batch/app/Signals.h"

#include "oauth_batch/base/Error.h"

#include <array>
#include <atomic>
#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

static_assert(std::atomic<int>::is_always_lock_free, "a signal handler needs it");
std::atomic<int> firstSignal{0};

extern "C" void onEndingSignal(int number)
{
    int none = 0;
    if (!firstSignal.compare_exchange_strong(none, number)) ::_exit(128 + number);
}

void setAction(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

/// What nohup did stays done.
bool isIgnored(int number)
{
    struct sigaction action = {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

void installSignals()
{
    // A shell's background job starts with SIGINT ignored; `kill -INT` shall reach it all the same.
    setAction(SIGINT, onEndingSignal, SA_RESTART);
    setAction(SIGTERM, onEndingSignal, SA_RESTART);
    if (!isIgnored(SIGHUP)) setAction(SIGHUP, onEndingSignal, SA_RESTART);
    setAction(SIGPIPE, SIG_IGN, 0);
    setAction(SIGXFSZ, SIG_IGN, 0);
}

int endingSignal() noexcept
{
    return firstSignal.load();
}

void throwIfEnding()
{
    if (const int number = endingSignal(); number != 0)
        throw Error(static_cast<ExitCode>(128 + number), "interrupted before anything was sent");
}

void hardenProcess() noexcept
{
    for (const int number : std::array{SIGSEGV, SIGBUS, SIGILL, SIGSYS, SIGFPE})
        setAction(number, SIG_DFL, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace oauth_batch
