#pragma once

#include "ConnectionRegistry.h"
#include "Exchange.h"
#include "Options.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch::sandbox {

/// Listens on 127.0.0.1 and, where the machine has IPv6, on ::1 at the same port, and serves each
/// connection in a thread of its own, up to kMostConnections; more wait for a free thread.
/// With a certificate it speaks TLS 1.2 or newer only, and asks for no client certificate.
/// REQUIRES: SIGPIPE is ignored (OpenSSL writes without MSG_NOSIGNAL).
class SandboxServer
{
public:
    static constexpr int kMostConnections = 1024;

    /// Binds and starts to serve. `service` must outlive the server. Throws Error 78 where the port
    /// cannot be had, 66 or 65 for a certificate or key that cannot be used.
    SandboxServer(const Options& options, Service& service);
    ~SandboxServer();
    SandboxServer(const SandboxServer&) = delete;
    SandboxServer& operator=(const SandboxServer&) = delete;

    std::uint16_t port() const { return port_; }

    /// "https://localhost:43211"
    std::string url() const;

    /// Accepts no more, cuts all connections and waits for their threads. Once.
    void stop();

private:
    void listen(std::uint16_t port);
    bool listenAt(const std::string& address, std::uint16_t port);
    Poco::Net::ServerSocket newSocket() const;

    Service& service_;
    Poco::Net::Context::Ptr context_; ///< null: plain http
    Poco::AutoPtr<ConnectionRegistry> connections_;
    Poco::ThreadPool threads_;
    std::vector<Poco::Net::ServerSocket> listeners_;              ///< one per address
    std::vector<std::unique_ptr<Poco::Net::HTTPServer>> servers_; ///< one per listener
    std::uint16_t port_ = 0;
    bool stopped_ = false;
};

} // namespace oauth_batch::sandbox
