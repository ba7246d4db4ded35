#pragma once

namespace oauth_batch {

/// What the programs end with. Values of sysexits.h (as Poco::Util::Application::ExitCode) where
/// there is one; scripts depend on them.
enum class ExitCode
{
    ok = 0,               ///< every row of the file succeeded or is a duplicate
    rowsNotSucceeded = 1, ///< the run ended and some rows did not succeed
    usage = 64,           ///< a wrong option, command or argument
    dataError = 65,       ///< the input, results or journal cannot be used as it is
    noInput = 66,         ///< the input cannot be opened
    untrustedServer = 69, ///< the server's certificate or TLS version is not acceptable
    internalError = 70,   ///< a bug: an invariant of the program does not hold
    cannotCreate = 73,    ///< an output file cannot be created, or must not be replaced
    ioError = 74,         ///< writing or syncing failed
    stoppedEarly = 75,    ///< stopped by a rule, or another run holds the lock: run again
    noPermission = 77,    ///< the API refuses the token
    configuration = 78,   ///< something about the environment is missing: token, state folder
    hangup = 129,         ///< ended by SIGHUP
    interrupted = 130,    ///< ended by SIGINT
    terminated = 143,     ///< ended by SIGTERM
};

} // namespace oauth_batch
