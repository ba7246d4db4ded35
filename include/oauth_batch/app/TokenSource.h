#pragma once

#include "oauth_batch/api/Token.h"

#include <optional>
#include <string>

namespace oauth_batch {

/// Reads the API token: from `tokenFile`, else $CREDENTIALS_DIRECTORY/workato-api-token, else
/// WORKATO_API_TOKEN. The environment variable is overwritten and removed in any case, so that
/// neither a child nor /proc/PID/environ shows it. Call before any thread starts.
///
/// Throws Error 78 when there is none, when it is no token, or when the file may be read by group
/// or others (the systemd credential excepted, which systemd guards). Messages never show it.
Token readToken(const std::optional<std::string>& tokenFile);

} // namespace oauth_batch
