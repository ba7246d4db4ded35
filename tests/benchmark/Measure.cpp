// bench-measure REPORT SECONDS COMMAND [ARGUMENT...]
//
// Runs a command and writes one line to REPORT: seconds on the wall, CPU microseconds (user and
// system, of the command and of all children that it waited for), the largest resident set of any
// one of these processes in KiB, and the moment of its start in milliseconds since 1970. Its exit
// code is the command's; 124 where it took longer than SECONDS and was killed.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

volatile sig_atomic_t child = 0;
volatile sig_atomic_t timeIsUp = 0;

void killChild(int signal)
{
    if (signal == SIGALRM) timeIsUp = 1;
    if (child > 0) ::kill(child, signal == SIGALRM ? SIGKILL : signal);
}

struct Usage
{
    double seconds = 0;
    long long cpuMicroseconds = 0;
    long peakKibibytes = 0;
    long long startedAt = 0; ///< milliseconds since 1970
    int status = 0;          ///< as of wait(2)
};

long long microseconds(const timeval& time)
{
    return static_cast<long long>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

Usage run(char** command)
{
    using std::chrono::duration_cast;
    Usage usage;
    usage.startedAt = duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
    const auto start = std::chrono::steady_clock::now();
    pid_t pid = 0;
    // Not fork(): its child would begin with this process's memory as its peak.
    const int error = ::posix_spawnp(&pid, command[0], nullptr, nullptr, command, environ);
    if (error != 0) {
        std::cerr << "bench-measure: " << command[0] << ": " << std::strerror(error) << '\n';
        std::exit(127);
    }
    child = pid;
    rusage used{};
    while (::wait4(pid, &usage.status, 0, &used) < 0 && errno == EINTR) {
    }
    usage.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    usage.cpuMicroseconds = microseconds(used.ru_utime) + microseconds(used.ru_stime);
    usage.peakKibibytes = used.ru_maxrss;
    return usage;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        std::cerr << "usage: bench-measure REPORT SECONDS COMMAND [ARGUMENT...]\n";
        return 64;
    }
    for (const int signal : {SIGALRM, SIGTERM, SIGINT, SIGHUP})
        std::signal(signal, killChild);
    ::alarm(static_cast<unsigned>(std::atoi(argv[2])));
    const Usage usage = run(argv + 3);
    std::ofstream report(argv[1]);
    report << std::fixed << std::setprecision(6) << usage.seconds << ' ' << usage.cpuMicroseconds
           << ' ' << usage.peakKibibytes << ' ' << usage.startedAt << '\n';
    if (!report.flush()) return 74;
    if (timeIsUp != 0) return 124;
    return WIFEXITED(usage.status) ? WEXITSTATUS(usage.status) : 128 + WTERMSIG(usage.status);
}
