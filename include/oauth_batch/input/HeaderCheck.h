#pragma once

#include "oauth_batch/input/FileProblem.h"
#include "oauth_batch/input/Header.h"
#include "oauth_batch/input/InputOptions.h"

#include <string_view>

namespace oauth_batch {

/// Adds a problem for each column that is needed and missing, twice or ambiguous, and for each
/// mapping to a column that is not there. Throws UsageError where options contradict each other or
/// the file has a column for what an option gives.
void checkHeader(const Header& header, const InputOptions& options, std::string_view fileName,
                 FileProblems& problems);

} // namespace oauth_batch
