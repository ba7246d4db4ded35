#pragma once

#include "oauth_batch/app/Settings.h"
#include "oauth_batch/schedule/Pacer.h"

#include <memory>
#include <string>

namespace oauth_batch {

/// The file in which the runs on one quota keep their pace: --quota-file, else one named after the
/// API's origin and --workspace under $XDG_STATE_HOME/oauth-batch, else under
/// ~/.local/state/oauth-batch, else in systemd's $STATE_DIRECTORY. Throws Error 78 where there is
/// no such folder.
std::string quotaPath(const Settings& settings);

/// The pacer of these settings: shared by all runs on the same quota, or none for --rate=off.
/// Creates the file and its folder. Throws Error 73 where that fails.
std::unique_ptr<Pacer> makePacer(const Settings& settings);

} // namespace oauth_batch
