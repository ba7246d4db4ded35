#pragma once

#include "oauth_batch/base/ExitCode.h"

#include <stdexcept>
#include <string>

namespace oauth_batch {

/// What ends a run: thrown anywhere, caught once in the application, printed to standard error.
/// The message names the place, the value and the way out; it never holds a secret.
/// Bad rows and the API's answers are values, not errors.
class Error : public std::runtime_error
{
public:
    Error(ExitCode exitCode, const std::string& message)
        : std::runtime_error(message), exitCode_(exitCode)
    {}

    ExitCode exitCode() const noexcept { return exitCode_; }

private:
    ExitCode exitCode_;
};

/// A wrong command line (64).
class UsageError : public Error
{
public:
    explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// An input, a results file or a journal that cannot be used as it is (65).
class DataError : public Error
{
public:
    explicit DataError(const std::string& message) : Error(ExitCode::dataError, message) {}
};

/// A read, write or sync that the system refused (74, or as given).
class IoError : public Error
{
public:
    /// `action` and `path` say what was tried; `errnoValue` becomes its text:
    /// "cannot write onboarding.results.csv.journal: No space left on device".
    IoError(const std::string& action, const std::string& path, int errnoValue,
            ExitCode exitCode = ExitCode::ioError);

    int errnoValue() const noexcept { return errnoValue_; }

private:
    int errnoValue_;
};

} // namespace oauth_batch
