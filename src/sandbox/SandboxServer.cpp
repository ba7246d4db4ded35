#include "SandboxServer.h"

#include "Wire.h"

#include "oauth_batch/base/Error.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureServerSocket.h>
#include <openssl/ssl.h>

#include <array>

#include <sys/socket.h>
#include <unistd.h>

namespace oauth_batch::sandbox {

namespace {

namespace net = Poco::Net;

constexpr int kBacklog = 1024;
constexpr int kStackSize = 512 * 1024;

class Handler : public net::HTTPRequestHandler
{
public:
    explicit Handler(Service& service) : service_(service) {}

    void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override
    {
        // The server makes no other kind.
        Exchange(service_, static_cast<net::HTTPServerRequestImpl&>(request), response).run();
    }

private:
    Service& service_;
};

class HandlerFactory : public net::HTTPRequestHandlerFactory
{
public:
    explicit HandlerFactory(Service& service) : service_(service) {}

    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override
    {
        return new Handler(service_); // Poco deletes it
    }

private:
    Service& service_;
};

net::HTTPServerParams::Ptr makeParams(const Options& options)
{
    net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
    params->setMaxThreads(SandboxServer::kMostConnections);
    params->setMaxQueued(SandboxServer::kMostConnections);
    params->setThreadIdleTime(Poco::Timespan(1, 0));
    params->setTimeout(Poco::Timespan(75, 0));
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(
        std::chrono::duration_cast<std::chrono::microseconds>(options.keepAliveTimeout).count()));
    params->setMaxKeepAliveRequests(options.keepAliveRequests);
    return params;
}

void checkReadable(const std::string& path)
{
    if (::access(path.c_str(), R_OK) != 0) throw IoError("open", path, errno, ExitCode::noInput);
}

net::Context::Ptr makeContext(const Options& options)
{
    if (options.tlsCertificate.empty()) return nullptr;
    checkReadable(options.tlsCertificate);
    checkReadable(options.tlsKey);
    try {
        net::Context::Ptr context =
            new net::Context(net::Context::TLS_SERVER_USE, options.tlsKey, options.tlsCertificate,
                             "", net::Context::VERIFY_NONE);
        context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
        if (SSL_CTX_check_private_key(context->sslContext()) != 1)
            throw DataError(options.tlsKey + " is not the key of " + options.tlsCertificate);
        return context;
    } catch (const Poco::Exception& error) {
        throw DataError("TLS with " + options.tlsCertificate + " and " + options.tlsKey + ": " +
                        error.displayText());
    }
}

} // namespace

SandboxServer::SandboxServer(const Options& options, Service& service)
    : service_(service),
      context_(makeContext(options)),
      connections_(new ConnectionRegistry),
      threads_(2, 2 * kMostConnections, 60, kStackSize)
{
    listen(options.port);
    port_ = listeners_.front().address().port();
    const net::HTTPServerParams::Ptr params = makeParams(options);
    for (const net::ServerSocket& listener : listeners_) {
        servers_.push_back(std::make_unique<net::HTTPServer>(new HandlerFactory(service), threads_,
                                                             listener, params));
        servers_.back()->setConnectionFilter(connections_);
        servers_.back()->start();
    }
}

SandboxServer::~SandboxServer()
{
    stop();
}

std::string SandboxServer::url() const
{
    return std::string(context_ ? "https" : "http") + "://localhost:" + std::to_string(port_);
}

void SandboxServer::listen(std::uint16_t port)
{
    // A free port of 127.0.0.1 may be taken on ::1: then another one is better, for `localhost`
    // means either.
    constexpr int kTries = 20;
    for (int i = 0; i < kTries; ++i) {
        listeners_.clear();
        if (!listenAt("127.0.0.1", port))
            throw Error(ExitCode::configuration, "port " + std::to_string(port) +
                                                     " of 127.0.0.1 is in use: --port=0 takes a "
                                                     "free one");
        if (listenAt("::1", listeners_.front().address().port()) || port != 0) return;
    }
}

bool SandboxServer::listenAt(const std::string& address, std::uint16_t port)
{
    try {
        net::ServerSocket socket = newSocket();
        const net::SocketAddress place(address, port);
        // Not SO_REUSEPORT, which Poco sets by default: two servers would share the port.
        if (place.family() == net::SocketAddress::IPv6)
            socket.bind6(place, true, false, true);
        else
            socket.bind(place, true, false);
        socket.listen(kBacklog);
        listeners_.push_back(socket);
        return true;
    } catch (const Poco::Exception& error) {
        if (error.code() == EADDRINUSE) return false;
        if (address == "::1") return true; // no IPv6 here
        throw Error(ExitCode::configuration, "cannot listen on " + address + ":" +
                                                 std::to_string(port) + ": " + error.displayText());
    }
}

net::ServerSocket SandboxServer::newSocket() const
{
    if (!context_) return {};
    // Another handle of the same implementation, which is what makes it secure.
    const net::SecureServerSocket secure(context_);
    return net::ServerSocket(static_cast<const net::Socket&>(secure));
}

void SandboxServer::stop()
{
    if (stopped_) return;
    stopped_ = true;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
        ::shutdown(listeners_[i].impl()->sockfd(), SHUT_RDWR); // wakes the thread that accepts
        servers_[i]->stop();
    }
    service_.stop.raise();
    connections_->cutAll();
    threads_.joinAll();
}

} // namespace oauth_batch::sandbox
