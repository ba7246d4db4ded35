#pragma once

#include "Process.h"
#include "TempDir.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// oauth-batch-sandbox, running at a free port with a request log of its own.
class SandboxProcess
{
public:
    /// A line of the request log.
    struct Request
    {
        std::chrono::nanoseconds arrival{0};
        std::chrono::nanoseconds answered{0};
        std::uint64_t connection = 0;
        std::string method;
        std::string target;
        int status = 0; ///< 0: no answer
        std::string fault;
        std::string effect;
        int inFlight = 0; ///< other requests of this customer at the arrival
        bool authorized = false;
        std::string quota;

        std::string line() const { return method + ' ' + target; }
    };

    /// Further arguments of the program; without a --quota among them there is none.
    explicit SandboxProcess(const std::vector<std::string>& arguments = {});

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& scheme = "http", const std::string& host = "127.0.0.1") const
    {
        return scheme + "://" + host + ":" + std::to_string(port_);
    }

    /// All requests so far, in the order of their arrival. A line is there before its answer is
    /// sent.
    std::vector<Request> requests() const;

    /// Blocks until so many requests are in the log.
    void waitForRequests(std::size_t count);

    std::filesystem::path log() const { return folder_ / "requests.log"; }

    /// Ends it as an operator does and returns how it ended.
    Ended stop();

private:
    TempDir folder_;
    std::unique_ptr<Process> process_;
    std::uint16_t port_ = 0;
};

} // namespace oauth_batch::test
