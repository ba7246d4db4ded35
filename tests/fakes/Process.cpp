#include "Process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void throwErrno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

void closeDescriptor(int& descriptor)
{
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

void setNonBlocking(int descriptor)
{
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

struct Pipe
{
    Pipe()
    {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throwErrno("pipe2");
    }
    std::array<int, 2> ends{};
};

struct TerminalPair
{
    explicit TerminalPair(int columns)
    {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = static_cast<unsigned short>(columns);
        if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) throwErrno("openpty");
        ::fcntl(master, F_SETFD, FD_CLOEXEC);
        ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    }
    int master = -1;
    int slave = -1;
};

/// All that the child needs between fork and exec, made before: only async-signal-safe calls are
/// allowed there.
struct Launch
{
    std::vector<char*> arguments;
    std::vector<char*> environment;
    const char* directory = nullptr;
    int input = -1;
    int out = -1;
    int err = -1;
    bool terminal = false;
    std::vector<int> inherited;
    bool mayDumpCore = false;
};

void liftCoreLimit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_CORE, &limit);
}

[[noreturn]] void becomeProgram(const Launch& launch)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (launch.terminal) {
        ::setsid();
        ::ioctl(launch.err, TIOCSCTTY, 0);
    } else {
        ::setpgid(0, 0);
    }
    if (launch.mayDumpCore) liftCoreLimit();
    ::dup2(launch.input, STDIN_FILENO);
    ::dup2(launch.out, STDOUT_FILENO);
    ::dup2(launch.err, STDERR_FILENO);
    for (const int descriptor : launch.inherited)
        ::fcntl(descriptor, F_SETFD, 0);
    if (launch.directory != nullptr && ::chdir(launch.directory) != 0) ::_exit(126);
    ::execve(launch.arguments[0], launch.arguments.data(), launch.environment.data());
    ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::chrono::milliseconds remaining(Clock::time_point deadline)
{
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    return std::max(left, std::chrono::milliseconds{0});
}

std::chrono::milliseconds toMilliseconds(const timeval& time)
{
    return std::chrono::milliseconds{time.tv_sec * 1000 + time.tv_usec / 1000};
}

bool hasWholeLine(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    return !content.empty() && content.back() == '\n';
}

} // namespace

Process::Process(const Command& command)
    : name_(command.arguments.at(0)),
      pendingInput_(command.input),
      standardInput_(command.standardInput),
      started_(Clock::now())
{
    ::signal(SIGPIPE, SIG_IGN);
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment;
    for (const auto& [name, value] : command.environment)
        environment.push_back(name + "=" + value);
    const std::string directory = command.directory.string();

    Launch launch;
    launch.arguments = pointers(arguments);
    launch.environment = pointers(environment);
    launch.directory = directory.empty() ? nullptr : directory.c_str();
    launch.inherited = command.inherited;
    launch.terminal = command.standardError == StandardError::terminal;
    launch.mayDumpCore = command.mayDumpCore;
    Pipe out;
    out_ = out.ends[0];
    launch.out = out.ends[1];
    if (launch.terminal) {
        TerminalPair terminal(command.columns);
        err_ = terminal.master;
        launch.input = launch.err = terminal.slave;
    } else {
        Pipe err;
        Pipe input;
        err_ = err.ends[0];
        launch.err = err.ends[1];
        input_ = input.ends[1];
        launch.input = input.ends[0];
        setNonBlocking(input_);
    }
    setNonBlocking(out_);
    setNonBlocking(err_);

    pid_ = ::fork();
    if (pid_ < 0) throwErrno("fork");
    if (pid_ == 0) becomeProgram(launch);
    ::close(launch.out);
    ::close(launch.err);
    if (launch.input != launch.err) ::close(launch.input);
    pidDescriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidDescriptor_ < 0) throwErrno("pidfd_open");
    if (pendingInput_.empty() && standardInput_ == StandardInput::closeAfterText) {
        closeDescriptor(input_);
    }
}

Process::~Process()
{
    if (!reaped_) {
        ::kill(pid_, SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
    }
    closeDescriptor(pidDescriptor_);
    closeDescriptor(input_);
    closeDescriptor(out_);
    closeDescriptor(err_);
}

void Process::signal(int number) const
{
    if (!reaped_ && ::kill(pid_, number) != 0) throwErrno("kill");
}

void Process::feed()
{
    while (!pendingInput_.empty()) {
        const ssize_t count = ::write(input_, pendingInput_.data(), pendingInput_.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0)
            pendingInput_.clear(); // It reads no more.
        else
            pendingInput_.erase(0, static_cast<std::size_t>(count));
    }
    if (standardInput_ == StandardInput::closeAfterText) closeDescriptor(input_);
}

void Process::send(std::string_view text)
{
    pendingInput_ += text;
    feed();
}

bool Process::drain(int& descriptor, std::string& into)
{
    std::array<char, 65536> buffer; // NOLINT: filled by read
    while (descriptor >= 0) {
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count > 0)
            into.append(buffer.data(), static_cast<std::size_t>(count));
        else if (count < 0 && errno == EINTR)
            continue;
        else if (count < 0 && errno == EAGAIN)
            return true;
        else
            closeDescriptor(descriptor); // The end, or a terminal that nobody has open any more.
    }
    return false;
}

bool Process::collect(std::chrono::milliseconds patience, int alsoWatch)
{
    if (reaped_) return false;
    const bool feeding = input_ >= 0 && !pendingInput_.empty();
    std::array<pollfd, 5> watched{{{out_, POLLIN, 0},
                                   {err_, POLLIN, 0},
                                   {pidDescriptor_, POLLIN, 0},
                                   {feeding ? input_ : -1, POLLOUT, 0},
                                   {alsoWatch, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), static_cast<int>(patience.count())) < 0 &&
        errno != EINTR) {
        throwErrno("poll");
    }
    if (watched[3].revents != 0) feed();
    drain(out_, ended_.out);
    drain(err_, ended_.err);
    if (watched[2].revents != 0) reap();
    return !reaped_;
}

void Process::reap()
{
    int status = 0;
    rusage usage{};
    if (::wait4(pid_, &status, 0, &usage) != pid_) throwErrno("wait4");
    reaped_ = true;
    drain(out_, ended_.out);
    drain(err_, ended_.err);
    closeDescriptor(input_);
    if (WIFEXITED(status)) ended_.exitCode = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) {
        ended_.signal = WTERMSIG(status);
        ended_.coreDumped = WCOREDUMP(status);
    }
    ended_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
    ended_.cpu = toMilliseconds(usage.ru_utime) + toMilliseconds(usage.ru_stime);
    ended_.peakMemoryKiB = usage.ru_maxrss;
}

Ended Process::wait(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (collect(remaining(deadline))) {
        if (Clock::now() >= deadline) giveUp("still runs");
    }
    return ended_;
}

void Process::waitForOutput(std::string_view text, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    const auto said = [&] {
        return ended_.out.find(text) != std::string::npos ||
               ended_.err.find(text) != std::string::npos;
    };
    while (!said()) {
        if (Clock::now() >= deadline) giveUp("never said \"" + std::string(text) + "\"");
        if (!collect(remaining(deadline)) && !said()) {
            giveUp("ended without saying \"" + std::string(text) + "\"");
        }
    }
}

void Process::waitForFile(const std::filesystem::path& file, std::chrono::milliseconds patience)
{
    waitUntil([&file] { return hasWholeLine(file); }, file.parent_path(),
              "did not write " + file.string(), patience);
}

void Process::waitUntil(const std::function<bool()>& holds, const std::filesystem::path& folder,
                        const std::string& what, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch < 0 ||
        ::inotify_add_watch(watch, folder.c_str(), IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO) < 0) {
        throwErrno("inotify");
    }
    std::string events;
    while (!holds()) {
        const bool runs = Clock::now() < deadline && collect(remaining(deadline), watch);
        int drained = watch;
        drain(drained, events);
        if (!runs && !holds()) {
            closeDescriptor(watch);
            giveUp(what);
        }
    }
    closeDescriptor(watch);
}

void Process::giveUp(const std::string& what)
{
    throw std::runtime_error(name_ + " " + what + "\n--- standard output:\n" + ended_.out +
                             "\n--- standard error:\n" + ended_.err);
}

Ended Process::run(const Command& command, std::chrono::milliseconds patience)
{
    Process process(command);
    return process.wait(patience);
}

} // namespace oauth_batch::test
