#include "oauth_batch/app/Application.h"

#include "oauth_batch/app/CheckCommand.h"
#include "oauth_batch/app/CommandLine.h"
#include "oauth_batch/app/ResultsCommands.h"
#include "oauth_batch/app/RunCommand.h"
#include "oauth_batch/app/Settings.h"
#include "oauth_batch/app/Signals.h"
#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Version.h"

#include <cerrno>
#include <iostream>
#include <new>
#include <sstream>

namespace oauth_batch {

namespace {

ExitCode dispatch(const Settings& settings)
{
    switch (settings.command) {
    case Command::run:
    case Command::retry:
        return runOperations(settings);
    case Command::check:
        return checkInput(settings);
    case Command::status:
        return showStatus(settings);
    case Command::undo:
        return writeUndo(settings);
    case Command::none:
        break;
    }
    throw UsageError("a command is needed");
}

/// Prints `message` to standard error, each of its lines behind the program's name.
void complain(const std::string& message)
{
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);)
        std::cerr << "oauth-batch: " << line << '\n';
    std::cerr.flush();
}

ExitCode execute(const std::vector<std::string>& words)
{
    CommandLine line = CommandLine::parse(words);
    if (line.has("help")) {
        std::cout << helpText(line.command) << std::flush;
        return ExitCode::ok;
    }
    if (line.has("version")) {
        std::cout << "oauth-batch " << kVersion << std::endl;
        return ExitCode::ok;
    }
    if (const std::string* const config = line.value("config")) line.addConfigFile(*config);
    const ExitCode code = dispatch(Settings::parse(line));
    errno = 0;
    if (!std::cout.flush()) throw IoError("write", "standard output", errno == 0 ? EIO : errno);
    return code;
}

} // namespace

int Application::runWith(const std::vector<std::string>& words)
{
    // Every command: the token stands in the environment of `check` and `status` too.
    hardenProcess();
    words_ = words;
    init(ArgVec{"oauth-batch"});
    return run();
}

int Application::main(const std::vector<std::string>& /*unprocessed*/)
{
    auto code = oauth_batch::ExitCode::internalError; // the base class has an ExitCode of its own
    try {
        code = execute(words_);
    } catch (const UsageError& error) {
        complain(error.what());
        std::cerr << "oauth-batch --help shows the commands, oauth-batch COMMAND --help the "
                     "options\n";
        code = error.exitCode();
    } catch (const Error& error) {
        complain(error.what());
        code = error.exitCode();
    } catch (const std::bad_alloc&) {
        complain("out of memory");
    } catch (const std::exception& error) {
        complain(std::string("internal error: ") + error.what());
    }
    return static_cast<int>(code);
}

} // namespace oauth_batch
