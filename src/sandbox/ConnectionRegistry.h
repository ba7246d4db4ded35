#pragma once

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>

#include <cstddef>
#include <mutex>
#include <vector>

namespace oauth_batch::sandbox {

/// Knows every connection that the server accepted, to end them when it stops:
/// HTTPServer::stopAll() would send a TLS close_notify from a foreign thread, while the
/// connection's own uses the same SSL object. Thread-safe.
class ConnectionRegistry : public Poco::Net::TCPServerConnectionFilter
{
public:
    /// Accepts all.
    bool accept(const Poco::Net::StreamSocket& socket) override;

    /// Cuts all connections that are still open.
    void cutAll();

private:
    static constexpr std::size_t kFewest = 256;

    void forgetClosed();

    std::mutex mutex_;
    std::vector<Poco::Net::StreamSocket> sockets_; ///< protected by mutex_
    std::size_t crowded_ = kFewest; ///< so many are worth looking through; protected by mutex_
};

} // namespace oauth_batch::sandbox
