#pragma once

#include "Process.h"
#include "TestCa.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch::test {

/// `openssl s_server`, a TLS server that this project did not write, on 127.0.0.1 at a free port.
/// It takes one connection after the other, and what it decrypts is there to be looked at. It is
/// made to present whatever certificate it is given.
class OpensslServer
{
public:
    struct Setup
    {
        TestCa::Identity identity = TestCa::instance().good();
        std::filesystem::path chain;      ///< certificates to send behind its own; empty: none
        std::vector<std::string> options; ///< as "-tls1_2"; the last -cipher wins
    };

    OpensslServer() : OpensslServer(Setup{}) {}
    explicit OpensslServer(const Setup& setup);

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "localhost") const
    {
        return "https://" + host + ":" + std::to_string(port_);
    }

    /// Answers each request that arrives on its way, until so many have been answered. Blocks.
    void answer(std::size_t requests, std::string_view reply);

    /// All that it has written: what it received, in clear, between notes on the connections.
    std::string stopAndReadOutput();

private:
    Process process_;
    std::uint16_t port_ = 0;
};

} // namespace oauth_batch::test
