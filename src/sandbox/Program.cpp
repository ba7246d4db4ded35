#include "Program.h"

#include "Backend.h"
#include "CustomersFile.h"
#include "Exchange.h"
#include "Options.h"
#include "RequestLog.h"
#include "SandboxServer.h"
#include "ScenarioFile.h"
#include "World.h"

#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Version.h"

#include <csignal>
#include <memory>
#include <mutex>
#include <ostream>
#include <sstream>

#include <unistd.h>

namespace oauth_batch::sandbox {

namespace {

/// The signals that end the program. Blocked from construction on, in all threads started later.
class EndSignals
{
public:
    EndSignals()
    {
        sigemptyset(&set_);
        sigaddset(&set_, SIGINT);
        sigaddset(&set_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    }

    /// Blocks until one comes.
    void wait() const
    {
        int signal = 0;
        while (sigwait(&set_, &signal) != 0) {
            // Interrupted.
        }
    }

    /// Ends wait(). From any thread.
    static void raise() { ::kill(::getpid(), SIGTERM); }

private:
    sigset_t set_{};
};

/// The first thing that went wrong in a connection's thread and makes the rehearsal worthless.
class Failure
{
public:
    void report(const std::string& problem)
    {
        const std::lock_guard lock(mutex_);
        if (!problem_.empty()) return;
        problem_ = problem;
        EndSignals::raise();
    }

    void rethrow() const
    {
        const std::lock_guard lock(mutex_);
        if (!problem_.empty()) throw Error(ExitCode::ioError, problem_);
    }

private:
    mutable std::mutex mutex_;
    std::string problem_; ///< protected by mutex_
};

std::unique_ptr<World> makeWorld(const Options& options)
{
    if (options.customersFile.empty())
        return std::make_unique<World>(options.profiles, options.policies);
    const std::vector<CustomerRecord> customers = readCustomers(options.customersFile);
    try {
        return std::make_unique<World>(customers, options.profiles, options.policies);
    } catch (const DataError& error) {
        throw DataError(options.customersFile + ": " + error.what());
    }
}

void writeAtomically(const std::string& path, const std::string& content)
{
    if (path.empty()) return;
    AtomicFile file(path, AtomicFile::kPublic);
    file.append(content);
    file.commit();
}

std::string stateOf(const World& world)
{
    std::ostringstream state;
    world.writeAssignments(state);
    return state.str();
}

std::string describe(const Options& options, const World& world, const Scenario& scenario)
{
    std::string text = "quota " + (options.quota ? toString(*options.quota) : "off");
    if (options.latency != LatencyRange{}) text += ", latency " + toString(options.latency);
    text += world.isOpen() ? ", any customer and profile"
                           : ", " + std::to_string(world.customerCount()) + " customers";
    if (!scenario.empty()) text += ", " + std::to_string(scenario.size()) + " rules";
    return text;
}

void serve(const Options& options, const std::vector<Rule>& rules, std::ostream& out)
{
    const EndSignals signals;
    const std::unique_ptr<World> world = makeWorld(options);
    Scenario scenario(rules, options.seed);
    SystemClock clock;
    Backend backend(options, *world, scenario, clock);
    const auto log =
        options.requestLog.empty() ? nullptr : std::make_unique<RequestLog>(options.requestLog);
    // A place that cannot be written is better known now than at the end.
    if (!options.stateFile.empty()) AtomicFile(options.stateFile, AtomicFile::kPublic);
    Failure failure;
    Service service{backend, log.get(), clock,
                    [&failure](const std::string& problem) { failure.report(problem); }};
    SandboxServer server(options, service);
    writeAtomically(options.portFile, std::to_string(server.port()) + '\n');
    out << "listening on " << server.url() << " (" << describe(options, *world, scenario) << ")"
        << std::endl;
    signals.wait();
    server.stop();
    writeAtomically(options.stateFile, stateOf(*world));
    failure.rethrow();
}

int runChecked(const std::vector<std::string>& arguments, std::ostream& out)
{
    const CommandLine line = parseCommandLine(arguments);
    if (line.errors.empty() && (line.help || line.version)) {
        out << (line.help ? helpText() : "oauth-batch-sandbox " + std::string(kVersion) + '\n')
            << std::flush;
        return 0;
    }
    ScenarioFile scenario;
    const auto path = line.find("scenario");
    // With a wrong command line its errors come first, whatever the file holds.
    if (line.errors.empty() && path && !path->empty()) scenario = readScenario(*path);
    serve(makeOptions(line, scenario.options), scenario.rules, out);
    return 0;
}

} // namespace

int runSandbox(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err)
{
    try {
        return runChecked(arguments, out);
    } catch (const Error& error) {
        std::istringstream lines(error.what());
        for (std::string line; std::getline(lines, line);)
            err << "oauth-batch-sandbox: " << line << '\n';
        if (error.exitCode() == ExitCode::usage)
            err << "oauth-batch-sandbox: --help lists the options\n";
        return static_cast<int>(error.exitCode());
    } catch (const std::exception& error) {
        err << "oauth-batch-sandbox: " << error.what() << '\n';
        return static_cast<int>(ExitCode::internalError);
    }
}

} // namespace oauth_batch::sandbox
