#pragma once

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/report/Summary.h"

#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The summary in the Prometheus text exposition format 0.0.4, for the textfile collector of the
/// node exporter. Every sample carries the labels `command` and `input`, so that the files of
/// several jobs on one machine do not collide.
///
/// `lastSuccess` is the end of the latest earlier run of this job with exit code 0, as
/// parseLastSuccess() found it in the file that is replaced: an alert on its age would otherwise
/// lose its ground on the first failure. This run's own end goes before it where its exit code is
/// 0.
std::string metricsText(const Summary& summary, std::optional<WallTime> lastSuccess = {});

/// Finds the last success in a text that metricsText() wrote; nothing where there is none.
std::optional<WallTime> parseLastSuccess(std::string_view metrics);

} // namespace oauth_batch
