#pragma once

#include "Process.h"
#include "StubApi.h"
#include "TempDir.h"

#include <memory>
#include <string>

namespace oauth_batch::test {

/// tinyproxy, a forward proxy that this project did not write, at a free port of 127.0.0.1.
class TinyproxyProcess
{
public:
    /// `basicAuth` is "user password", or empty: none is asked for.
    explicit TinyproxyProcess(const std::string& basicAuth = {});

    static bool isInstalled();

    /// "127.0.0.1:PORT".
    std::string authority() const { return "127.0.0.1:" + std::to_string(port_.number()); }

    /// Ends it and returns all that it has logged.
    std::string stopAndReadLog();

private:
    TempDir folder_;
    ReservedPort port_;
    std::unique_ptr<Process> process_;
};

} // namespace oauth_batch::test
