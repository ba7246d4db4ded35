#pragma once

#include "Process.h"
#include "TempDir.h"
#include "TestCa.h"

#include <cstdint>
#include <memory>
#include <string>

namespace oauth_batch::test {

/// haproxy, a middlebox that this project did not write: ends TLS at a free port of 127.0.0.1 and
/// passes requests on, in the clear, to a server there.
class HaproxyProcess
{
public:
    /// Lines of haproxy's configuration.
    struct Setup
    {
        std::uint16_t server = 0; ///< the port of what stands behind it
        std::string defaults;
        std::string frontend;
        std::string backend;
        TestCa::Identity identity = TestCa::instance().good();
    };

    explicit HaproxyProcess(const Setup& setup);
    ~HaproxyProcess();

    HaproxyProcess(const HaproxyProcess&) = delete;
    HaproxyProcess& operator=(const HaproxyProcess&) = delete;

    static bool isInstalled();

    std::string url() const { return "https://localhost:" + std::to_string(port_); }

    /// From now on requests go to another port.
    void moveServerTo(std::uint16_t port);

private:
    std::string configuration(const Setup& setup) const;
    /// Sends a command to the administration socket and returns its answer.
    std::string command(const std::string& text);

    TempDir folder_;
    int listener_ = -1; ///< is open before haproxy runs, so that no client comes too early
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

} // namespace oauth_batch::test
