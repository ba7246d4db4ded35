#pragma once

#include "Process.h"
#include "TempDir.h"
#include "TestCa.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// nginx, a server that this project did not write: answers every request with success over TLS,
/// on 127.0.0.1 at a free port.
class NginxProcess
{
public:
    struct Request
    {
        std::string method;
        std::string target;
        int status = 0;
        std::string authorization;
    };

    struct Setup
    {
        TestCa::Identity identity = TestCa::instance().good();
        std::string protocols = "TLSv1.2 TLSv1.3";
        std::string limitRate; ///< of limit_req, as "60r/m"; empty: no limit
        int limitBurst = 0;
    };

    NginxProcess() : NginxProcess(Setup{}) {}
    explicit NginxProcess(const Setup& setup);

    static bool isInstalled();

    std::string url(const std::string& host = "localhost") const
    {
        return "https://" + host + ":" + std::to_string(port_);
    }

    /// Stops nginx gracefully, so that its log is complete, and reads the log.
    std::vector<Request> stopAndReadLog();

private:
    bool tryStart(const Setup& setup);

    TempDir folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

} // namespace oauth_batch::test
