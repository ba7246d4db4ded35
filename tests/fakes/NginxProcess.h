#pragma once

#include "Process.h"
#include "StubApi.h"
#include "TempDir.h"
#include "TestCa.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// nginx, a server that this project did not write: answers every request with success over TLS,
/// on a loopback address at a free port.
class NginxProcess
{
public:
    struct Request
    {
        std::string method;
        std::string target;
        int status = 0;
        std::string authorization;
        std::string proxyAuthorization;    ///< "-": none
        std::chrono::milliseconds time{0}; ///< since the epoch, of the end of the answer
    };

    struct Setup
    {
        TestCa::Identity identity = TestCa::instance().good();
        std::string protocols = "TLSv1.2 TLSv1.3";
        std::string limitRate; ///< of limit_req, as "60r/m"; empty: no limit
        int limitBurst = 0;
        std::string address = "127.0.0.1"; ///< where it listens; at others the port refuses
        std::string server;                ///< further directives of the server
        std::string locations;             ///< further locations of the server
        std::string upstream; ///< of proxy_pass, instead of what answers everything with success
    };

    NginxProcess() : NginxProcess(Setup{}) {}
    explicit NginxProcess(const Setup& setup);

    static bool isInstalled();

    std::string url(const std::string& host = "localhost") const
    {
        return "https://" + host + ":" + std::to_string(port_.number());
    }

    std::uint16_t port() const { return port_.number(); }

    /// What has been answered so far.
    std::vector<Request> requests() const;

    /// Blocks until so many requests have been answered.
    void waitForRequests(std::size_t count);

    /// `nginx -s reload`, perhaps with another configuration.
    void reload(const Setup& setup);

    /// Stops nginx gracefully and starts it again; between the two, nobody listens.
    void restart();

    /// Stops nginx gracefully, so that its log is complete, and reads the log.
    std::vector<Request> stopAndReadLog();

private:
    void start();
    void stop();

    TempDir folder_;
    ReservedPort port_;
    std::unique_ptr<Process> process_;
};

} // namespace oauth_batch::test
