#pragma once

#include "HttpSession.h"

#include "oauth_batch/api/HttpTransportFactory.h"

#include <chrono>
#include <memory>
#include <optional>
#include <variant>

namespace oauth_batch {

/// An open connection to the API. Closing goes by destruction.
class Connection
{
public:
    Connection(const Poco::Net::StreamSocket& socket, DeadlineWatch& watch);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Ends it without the farewell of TLS, which may block where the peer reads no more.
    void abandon() noexcept { watched_.shutDown(); }

    /// The session over what socket() is now. REQUIRES: no session yet.
    HttpSession& open();

    /// False once the server has ended the connection, or sent what nobody asked for. Does not
    /// block. REQUIRES: an open session, nothing of an answer outstanding.
    bool isAlive();

    /// The TCP socket, before open() perhaps replaced by a secured one over it.
    Poco::Net::StreamSocket& socket() noexcept { return socket_; }
    DeadlineWatch::Socket& watched() noexcept { return watched_; }
    HttpSession& session() noexcept { return *session_; }

private:
    bool isAliveInside();

    Poco::Net::StreamSocket tcp_;
    Poco::Net::StreamSocket socket_; // the same, or TLS over it
    DeadlineWatch::Socket watched_;
    std::unique_ptr<HttpSession> session_;
};

/// Opens connections: name, TCP to each address in turn, proxy, TLS. Not thread-safe.
class Connector
{
public:
    /// All must outlive the connector; `tls` is null for plain http.
    Connector(const TransportSettings& settings, Clock& clock, Resolver& resolver,
              DeadlineWatch& watch, TlsContext* tls);

    using Result = std::variant<std::unique_ptr<Connection>, TransportFailure>;

    /// Blocks for at most `timeLeft`. The connection's session is open.
    Result open(std::chrono::nanoseconds timeLeft);

private:
    struct Target
    {
        const std::string& host;
        std::uint16_t port;
    };

    Target target() const;
    std::variant<Poco::Net::StreamSocket, TransportFailure> connect(Instant deadline);
    std::optional<TransportFailure> connectTo(const Poco::Net::SocketAddress& address,
                                              std::chrono::nanoseconds timeLeft,
                                              Poco::Net::StreamSocket& socket) const;
    std::vector<Poco::Net::IPAddress> inOrder(std::vector<Poco::Net::IPAddress> addresses) const;
    std::optional<TransportFailure> prepareSession(Connection& connection) const;
    std::optional<TransportFailure> tunnel(Connection& connection) const;
    TransportFailure failure(TransportFailure::Kind kind, Phase phase, std::string detail) const;
    TransportFailure tooLate(Phase phase) const;

    const TransportSettings& settings_;
    Clock& clock_;
    Resolver& resolver_;
    DeadlineWatch& watch_;
    TlsContext* const tls_;
    std::optional<Poco::Net::IPAddress> lastGood_;
};

} // namespace oauth_batch
