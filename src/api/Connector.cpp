#include "Connector.h"

#include "TlsHandshake.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

#include <fcntl.h>
#include <sys/socket.h>

namespace oauth_batch {

namespace {

using Kind = TransportFailure::Kind;

constexpr std::chrono::milliseconds kShortestTry(1);

Poco::Timespan toTimespan(std::chrono::nanoseconds duration)
{
    return {std::chrono::duration_cast<std::chrono::microseconds>(duration).count()};
}

void setOptions(Poco::Net::StreamSocket& socket)
{
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    ::fcntl(socket.impl()->sockfd(), F_SETFD, FD_CLOEXEC);
    // Without a time-out, Poco does not wait at all after a signal has interrupted OpenSSL. The
    // real deadline is the watch's.
    socket.setReceiveTimeout(Poco::Timespan(Poco::Timespan::DAYS));
    socket.setSendTimeout(Poco::Timespan(Poco::Timespan::DAYS));
}

} // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, DeadlineWatch& watch)
    : tcp_(socket), socket_(tcp_), watched_(watch, tcp_.impl()->sockfd())
{}

/// Says the farewell of TLS; a connection that never got so far just ends.
Connection::~Connection()
{
    if (!session_) return;
    try {
        socket_.close();
    } catch (const Poco::Exception&) { // NOLINT(bugprone-empty-catch): it ends all the same
    }
}

HttpSession& Connection::open()
{
    session_ = std::make_unique<HttpSession>(socket_);
    return *session_;
}

bool Connection::isAlive()
{
    char byte = 0;
    const int descriptor = tcp_.impl()->sockfd();
    const auto count = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    return count > 0 && socket_.secure() && isAliveInside();
}

/// TLS records that carry no data, such as session tickets, may wait to be read.
bool Connection::isAliveInside()
{
    try {
        char byte = 0;
        tcp_.setBlocking(false);
        const int count = socket_.receiveBytes(&byte, 1);
        tcp_.setBlocking(true);
        return count < 0;
    } catch (const Poco::Exception&) {
        return false;
    }
}

Connector::Connector(const TransportSettings& settings, Clock& clock, Resolver& resolver,
                     DeadlineWatch& watch, TlsContext* tls)
    : settings_(settings), clock_(clock), resolver_(resolver), watch_(watch), tls_(tls)
{}

Connector::Target Connector::target() const
{
    if (settings_.proxy) return {settings_.proxy->host, settings_.proxy->port};
    return {settings_.endpoint.host(), settings_.endpoint.port()};
}

/// What concerns the way to the proxy is the proxy's failure.
TransportFailure Connector::failure(Kind kind, Phase phase, std::string detail) const
{
    TransportFailure result;
    result.kind = settings_.proxy ? Kind::proxy : kind;
    result.phase = phase;
    result.detail = (settings_.proxy ? "proxy: " : "") + std::move(detail);
    return result;
}

Connector::Result Connector::open(std::chrono::nanoseconds timeLeft)
{
    const Instant deadline = clock_.now() + timeLeft;
    auto connected = connect(deadline);
    if (auto* problem = std::get_if<TransportFailure>(&connected)) return std::move(*problem);
    auto connection =
        std::make_unique<Connection>(std::get<Poco::Net::StreamSocket>(connected), watch_);
    connection->watched().arm(deadline - clock_.now());
    auto problem = prepareSession(*connection);
    connection->watched().disarm();
    if (connection->watched().fired()) return tooLate(problem ? problem->phase : Phase::handshake);
    if (problem) return std::move(*problem);
    return connection;
}

/// A handshake that takes too long is the server's, through a proxy's tunnel too.
TransportFailure Connector::tooLate(Phase phase) const
{
    if (phase == Phase::proxy)
        return failure(Kind::connectTimeout, phase, "no answer to CONNECT in time");
    TransportFailure result;
    result.kind = Kind::connectTimeout;
    result.phase = phase;
    result.detail = settings_.endpoint.host() + ": the TLS handshake took too long";
    return result;
}

std::vector<Poco::Net::IPAddress>
Connector::inOrder(std::vector<Poco::Net::IPAddress> addresses) const
{
    // The token goes over plain http to this machine only, whatever the name resolves to.
    if (!settings_.endpoint.isSecure())
        std::erase_if(addresses, [](const auto& address) { return !address.isLoopback(); });
    const auto good =
        lastGood_ ? std::find(addresses.begin(), addresses.end(), *lastGood_) : addresses.end();
    if (good != addresses.end()) std::rotate(addresses.begin(), good, good + 1);
    return addresses;
}

std::variant<Poco::Net::StreamSocket, TransportFailure> Connector::connect(Instant deadline)
{
    const auto [host, port] = target();
    const auto resolution = resolver_.resolve(host, deadline - clock_.now());
    const auto addresses = inOrder(resolution.addresses);
    if (addresses.empty())
        return failure(
            Kind::dns, Phase::resolve,
            "cannot resolve " + host + ": " +
                (resolution.problem.empty() ? "no loopback address" : resolution.problem));
    TransportFailure problem;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        // An address that swallows packets must leave time for the next one.
        const auto left = deadline - clock_.now();
        const bool isLast = i + 1 == addresses.size();
        Poco::Net::StreamSocket socket;
        const Poco::Net::SocketAddress address(addresses[i], port);
        auto failed = connectTo(address, isLast ? left : left / 2, socket);
        if (!failed) {
            lastGood_ = addresses[i];
            return socket;
        }
        problem = std::move(*failed);
    }
    resolver_.forget(host);
    return problem;
}

std::optional<TransportFailure> Connector::connectTo(const Poco::Net::SocketAddress& address,
                                                     std::chrono::nanoseconds timeLeft,
                                                     Poco::Net::StreamSocket& socket) const
{
    const std::string where =
        "cannot connect to " + target().host + " (" + address.toString() + "): ";
    try {
        socket.connect(address,
                       toTimespan(std::max<std::chrono::nanoseconds>(timeLeft, kShortestTry)));
        setOptions(socket);
        return std::nullopt;
    } catch (const Poco::TimeoutException&) {
        return failure(Kind::connectTimeout, Phase::connect, where + "no answer in time");
    } catch (const Poco::Exception& error) {
        const bool late = error.code() == ETIMEDOUT;
        return failure(late ? Kind::connectTimeout : Kind::refused, Phase::connect,
                       where + reasonOf(error));
    }
}

std::optional<TransportFailure> Connector::prepareSession(Connection& connection) const
{
    if (settings_.proxy) {
        if (auto problem = tunnel(connection)) return problem;
    }
    if (tls_ != nullptr) {
        if (auto problem = secure(connection.socket(), *tls_)) return problem;
    }
    connection.open();
    return std::nullopt;
}

/// RFC 9110, section 9.3.6.
std::optional<TransportFailure> Connector::tunnel(Connection& connection) const
{
    using Poco::Net::HTTPRequest;
    const std::string authority = settings_.endpoint.authority();
    HTTPRequest request(HTTPRequest::HTTP_CONNECT, authority, HTTPRequest::HTTP_1_1);
    request.set(HTTPRequest::HOST, authority);
    request.set("User-Agent", settings_.userAgent);
    if (!settings_.proxy->authorization.empty())
        request.set(HTTPRequest::PROXY_AUTHORIZATION, settings_.proxy->authorization);
    std::ostringstream text;
    request.write(text);
    HttpSession session(connection.socket());
    AnswerReader reader(session);
    try {
        session.send(text.str());
        const int status = reader.readFinalHead();
        // In TLS the client speaks first: what comes now is not from the server in the tunnel.
        if (status / 100 == 2 && session.hasMore())
            return failure(Kind::proxy, Phase::proxy, "sends more than its answer to CONNECT");
        if (status / 100 == 2) return std::nullopt;
        const std::string why = status == 407 || status == 401 ? " (its user and password?)" : "";
        return failure(Kind::proxy, Phase::proxy,
                       "refuses CONNECT " + authority + ": HTTP " + std::to_string(status) + why);
    } catch (const Poco::Exception& error) {
        return failure(Kind::proxy, Phase::proxy, "CONNECT failed: " + reasonOf(error));
    } catch (const std::runtime_error& error) {
        return failure(Kind::proxy, Phase::proxy, std::string("CONNECT failed: ") + error.what());
    }
}

} // namespace oauth_batch
