#include "oauth_batch/base/Error.h"

#include <system_error>

namespace oauth_batch {

IoError::IoError(const std::string& action, const std::string& path, int errnoValue,
                 ExitCode exitCode)
    : Error(exitCode,
            "cannot " + action + " " + path + ": " + std::generic_category().message(errnoValue)),
      errnoValue_(errnoValue)
{}

} // namespace oauth_batch
