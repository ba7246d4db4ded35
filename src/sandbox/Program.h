#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace oauth_batch::sandbox {

/// oauth-batch-sandbox: serves until SIGINT or SIGTERM and returns the exit code: 0, 64 wrong
/// options, 65 or 66 a wrong or missing file, 73 or 74 a file that cannot be written, 78 a port
/// that cannot be had. Blocks both signals and ignores SIGPIPE in the whole process.
int runSandbox(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

} // namespace oauth_batch::sandbox
