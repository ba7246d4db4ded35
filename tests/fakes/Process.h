#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace oauth_batch::test {

/// How long a test waits for something that must happen, before it fails. Generous: sanitizers
/// and a busy machine are slow, and a passing test never waits for it.
inline constexpr std::chrono::seconds kPatience{60};

enum class StandardError
{
    pipe,
    terminal, ///< standard input and error are a pseudo terminal; standard output stays a pipe
};

enum class StandardInput
{
    closeAfterText, ///< the program reads the text, then the end of the file
    keepOpen,       ///< no end of file while the process runs
};

/// What to start, with nothing inherited but what stands here.
struct Command
{
    std::vector<std::string> arguments; ///< the first is the program's path
    std::map<std::string, std::string> environment;
    std::filesystem::path directory; ///< working directory; empty: the test's
    std::string input;
    StandardInput standardInput = StandardInput::closeAfterText;
    StandardError standardError = StandardError::pipe;
    std::vector<int> inherited; ///< descriptors that stay open in the program
    bool mayDumpCore = false;   ///< a core file as large as the system lets it be
    int columns = 100;          ///< width of the terminal
};

/// How a process ended, and all that it wrote.
struct Ended
{
    int exitCode = -1; ///< -1 where a signal ended it
    int signal = 0;    ///< 0 where it exited
    bool coreDumped = false;
    std::string out;
    std::string err;
    std::chrono::milliseconds elapsed{0};
    std::chrono::milliseconds cpu{0}; ///< user and system
    long peakMemoryKiB = 0;           ///< peak resident set, as wait4 reports it

    /// Standard output and standard error, for "is said somewhere".
    std::string all() const { return out + err; }
};

/// A child process: started by the constructor, killed and reaped by the destructor if it still
/// runs. Its output is collected while one of the waiting functions runs. One thread at a time.
/// Waiting too long throws std::runtime_error with the output so far.
class Process
{
public:
    explicit Process(const Command& command);
    ~Process();

    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// Blocks until the process has ended and its output is read.
    Ended wait(std::chrono::milliseconds patience = kPatience);

    /// Blocks until the text stands in standard output or error. Throws also where the process
    /// ends without it.
    void waitForOutput(std::string_view text, std::chrono::milliseconds patience = kPatience);

    /// Blocks until the file, in an existing folder, has content that ends with a newline.
    /// Throws where the process ends before.
    void waitForFile(const std::filesystem::path& file,
                     std::chrono::milliseconds patience = kPatience);

    /// Blocks until `holds` says so, which is asked anew whenever a file in the folder changes.
    /// Throws, naming `what` did not come, where the process ends before.
    void waitUntil(const std::function<bool()>& holds, const std::filesystem::path& folder,
                   const std::string& what, std::chrono::milliseconds patience = kPatience);
    /// Writes to the standard input, which must have been kept open.
    void send(std::string_view text);

    /// Collects what is there to read, for at most so long. False once the process has ended.
    bool collect(std::chrono::milliseconds patience, int alsoWatch = -1);

    /// What was collected so far.
    const std::string& out() const { return ended_.out; }
    const std::string& err() const { return ended_.err; }

    static Ended run(const Command& command, std::chrono::milliseconds patience = kPatience);

private:
    void feed();
    static bool drain(int& descriptor, std::string& into);
    void reap();
    [[noreturn]] void giveUp(const std::string& what);

    std::string name_;
    pid_t pid_ = -1;
    int pidDescriptor_ = -1;
    int input_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string pendingInput_;
    StandardInput standardInput_;
    std::chrono::steady_clock::time_point started_;
    bool reaped_ = false;
    Ended ended_;
};

} // namespace oauth_batch::test
