#include "StubApi.h"

#include "Process.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

[[noreturn]] void throwErrno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

struct Listening
{
    int socket;
    std::uint16_t port;
};

constexpr int kBacklog = 512;

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A socket of 127.0.0.1, bound to the port, or to any free one with 0; others may be bound to the
/// port beside it, as long as one at most listens.
Listening bindTo(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets interface
    // After the binding where any port will do: it must be nobody else's.
    if (socket < 0 ||
        (port != 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) ||
        ::bind(socket, generic, size) != 0 || ::getsockname(socket, generic, &size) != 0 ||
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) {
        throwErrno("bind");
    }
    return {socket, ntohs(address.sin_port)};
}

/// A port that was asked for by its number is kept while the socket does not listen.
Listening listenAnywhere()
{
    const Listening any = bindTo(0);
    const Listening listening = bindTo(any.port);
    ::close(any.socket);
    if (::listen(listening.socket, kBacklog) != 0) throwErrno("listen");
    return listening;
}

int connectTo(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address); // NOLINT: as above
    if (socket >= 0 && ::connect(socket, generic, sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
}

bool sendAll(int socket, std::string_view bytes, std::size_t& sent)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// So that what the system took and what the client has read differ by little.
void bufferLittle(int socket)
{
    const int size = 65536;
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void resetOnClose(int socket)
{
    const linger now{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void parseHead(std::string_view head, StubRequest& request)
{
    const auto takeLine = [&head] {
        const std::size_t end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        return line;
    };
    const std::string_view first = takeLine();
    const std::size_t blank = first.find(' ');
    request.method = first.substr(0, blank);
    request.target = first.substr(blank + 1, first.rfind(' ') - blank - 1);
    while (!head.empty()) {
        const std::string_view line = takeLine();
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::size_t start = line.find_first_not_of(' ', colon + 1);
        request.headers[name] = start == std::string_view::npos ? "" : line.substr(start);
    }
}

} // namespace

Reply Reply::status(int code, std::string_view body, const Headers& headers)
{
    Reply reply;
    reply.bytes = "HTTP/1.1 " + std::to_string(code) + " Stub\r\n";
    for (const std::string& header : headers)
        reply.bytes += header + "\r\n";
    reply.bytes += "Content-Type: application/json; charset=utf-8\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n";
    reply.bytes += body;
    return reply;
}

Reply Reply::success()
{
    return status(200, R"({"result":{"success":true}})");
}

Reply Reply::raw(std::string bytes, Then then)
{
    Reply reply;
    reply.bytes = std::move(bytes);
    reply.then = then;
    return reply;
}

Reply Reply::after(std::chrono::milliseconds wait) const
{
    Reply reply = *this;
    reply.delay = wait;
    return reply;
}

Reply Reply::trickled(std::chrono::milliseconds pause) const
{
    Reply reply = *this;
    reply.slowly = std::exchange(reply.bytes, {});
    reply.trickle = pause;
    return reply;
}

StubApi::StubApi(Script script, std::optional<Reply> greeting)
    : script_(std::move(script)), greeting_(std::move(greeting))
{
    const Listening listening = listenAnywhere();
    listener_ = listening.socket;
    port_ = listening.port;
    stop_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_ < 0) throwErrno("eventfd");
    acceptor_ = std::jthread([this] { accept(); });
}

StubApi::~StubApi()
{
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    released_.notify_all();
    opened_.notify_all();
    ::eventfd_write(stop_, 1);
    acceptor_.join();
    servings_.clear();
    ::close(listener_);
    ::close(stop_);
}

StubApi::Script StubApi::inOrder(std::vector<Reply> replies)
{
    return [replies = std::move(replies)](const StubRequest& request) {
        return request.number <= replies.size() ? replies[request.number - 1] : Reply::success();
    };
}

std::vector<StubRequest> StubApi::requests() const
{
    const std::scoped_lock lock(mutex_);
    return requests_;
}

std::size_t StubApi::connections() const
{
    const std::scoped_lock lock(mutex_);
    return connections_;
}

std::vector<StubEnd> StubApi::ends() const
{
    const std::scoped_lock lock(mutex_);
    return ends_;
}

void StubApi::hold()
{
    const std::scoped_lock lock(mutex_);
    held_ = true;
}

void StubApi::release()
{
    {
        const std::scoped_lock lock(mutex_);
        held_ = false;
    }
    released_.notify_all();
}

void StubApi::waitForRelease()
{
    std::unique_lock lock(mutex_);
    released_.wait(lock, [this] { return !held_ || ending_; });
}

void StubApi::close()
{
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    if (::shutdown(listener_, SHUT_RD) != 0) throwErrno("shutdown");
    for (const int socket : sockets_)
        ::shutdown(socket, SHUT_RDWR);
}

void StubApi::open()
{
    {
        const std::scoped_lock lock(mutex_);
        if (::listen(listener_, kBacklog) != 0) throwErrno("listen");
        closed_ = false;
    }
    opened_.notify_all();
}

void StubApi::waitUntilOpen()
{
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return !closed_ || ending_; });
}

bool StubApi::enter(int socket)
{
    const std::scoped_lock lock(mutex_);
    if (!closed_) sockets_.insert(socket);
    return !closed_;
}

void StubApi::leave(int socket)
{
    const std::scoped_lock lock(mutex_);
    sockets_.erase(socket);
    ::close(socket);
}

void StubApi::waitForRequests(std::size_t count) const
{
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; })) {
        throw std::runtime_error("the stub saw " + std::to_string(requests_.size()) + " of " +
                                 std::to_string(count) + " requests");
    }
}

std::vector<StubEnd> StubApi::waitForEnds(std::size_t count) const
{
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, kPatience, [&] { return ends_.size() >= count; })) {
        throw std::runtime_error("the stub saw the end of " + std::to_string(ends_.size()) +
                                 " of " + std::to_string(count) + " connections");
    }
    return ends_;
}

bool StubApi::waitFor(int descriptor, std::chrono::milliseconds time) const
{
    std::array<pollfd, 2> watched{{{stop_, POLLIN, 0}, {descriptor, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
    return watched[0].revents == 0 && (ready >= 0 || errno == EINTR);
}

void StubApi::accept()
{
    while (waitFor(listener_, std::chrono::hours{1})) {
        waitUntilOpen();
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        const int yes = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        std::size_t connection = 0;
        {
            const std::scoped_lock lock(mutex_);
            connection = ++connections_;
        }
        servings_.remove_if([](const Serving& serving) { return serving.ended.load(); });
        Serving& serving = servings_.emplace_back();
        serving.thread = std::jthread([this, &serving, socket, connection] {
            serve(socket, connection);
            serving.ended = true;
        });
    }
}

void StubApi::serve(int socket, std::size_t connection)
{
    StubEnd end;
    end.connection = connection;
    end.begin = std::chrono::steady_clock::now();
    if (enter(socket) && (!greeting_ || answer(socket, *greeting_, end.bytesSent)))
        serveRequests(socket, end);
    end.end = std::chrono::steady_clock::now();
    leave(socket);
    {
        const std::scoped_lock lock(mutex_);
        ends_.push_back(end);
    }
    arrived_.notify_all();
}

void StubApi::serveRequests(int socket, StubEnd& end)
{
    std::string buffer;
    StubRequest request;
    while (readRequest(socket, buffer, request)) {
        request.connection = end.connection;
        {
            const std::scoped_lock lock(mutex_);
            request.number = requests_.size() + 1;
            requests_.push_back(request);
        }
        arrived_.notify_all();
        Reply reply;
        {
            const std::scoped_lock lock(scriptMutex_);
            reply = script_(request);
        }
        waitForRelease();
        if (!answer(socket, reply, end.bytesSent)) break;
        if (reply.tunnelTo != 0) {
            tunnel(socket, reply.tunnelTo);
            break;
        }
        request = StubRequest{};
    }
}

bool StubApi::readRequest(int socket, std::string& buffer, StubRequest& request) const
{
    std::size_t length = 0;
    bool headRead = false;
    std::array<char, 16384> chunk; // NOLINT: filled by recv
    for (;;) {
        const std::size_t end = buffer.find("\r\n\r\n");
        if (!headRead && end != std::string::npos) {
            request.arrival = std::chrono::steady_clock::now();
            parseHead(std::string_view(buffer).substr(0, end), request);
            const auto found = request.headers.find("content-length");
            length =
                end + 4 + (found == request.headers.end() ? 0 : std::stoul("0" + found->second));
            headRead = true;
        }
        if (headRead && buffer.size() >= length) break;
        if (!waitFor(socket, std::chrono::hours{1})) return false;
        const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (count <= 0) return false;
        buffer.append(chunk.data(), static_cast<std::size_t>(count));
    }
    request.raw = buffer.substr(0, length);
    buffer.erase(0, length);
    return true;
}

bool StubApi::answer(int socket, const Reply& reply, std::size_t& sent) const
{
    if (reply.delay.count() > 0 && !waitFor(-1, reply.delay)) return false;
    if (!sendBody(socket, reply, sent)) return false;
    if (reply.linger.count() > 0 && !pause(socket, reply.linger)) return false;
    if (reply.then == Reply::Then::reset) resetOnClose(socket);
    if (reply.then == Reply::Then::hang) pause(socket, std::chrono::hours{1});
    if (reply.then == Reply::Then::dropNext && dropNext(socket)) resetOnClose(socket);
    return reply.then == Reply::Then::keepAlive;
}

std::string StubApi::tunnelled() const
{
    const std::scoped_lock lock(mutex_);
    return tunnelled_;
}

void StubApi::tunnel(int client, std::uint16_t port)
{
    const int server = connectTo(port);
    if (server < 0) return;
    std::array<pollfd, 3> watched{{{stop_, POLLIN, 0}, {client, POLLIN, 0}, {server, POLLIN, 0}}};
    for (bool isOpen = true; isOpen;) {
        ::poll(watched.data(), watched.size(), -1);
        isOpen = watched[0].revents == 0 &&
                 (watched[1].revents == 0 || pass(client, server, true)) &&
                 (watched[2].revents == 0 || pass(server, client, false));
    }
    ::close(server);
}

bool StubApi::pass(int from, int to, bool isFromClient)
{
    std::array<char, 16384> chunk; // NOLINT: filled by recv
    const ssize_t count = ::recv(from, chunk.data(), chunk.size(), 0);
    if (count <= 0) return false;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    if (isFromClient) {
        const std::scoped_lock lock(mutex_);
        tunnelled_ += bytes;
    }
    std::size_t sent = 0;
    return sendAll(to, bytes, sent);
}

ReservedPort::ReservedPort()
{
    const Listening bound = bindTo(0);
    socket_ = bound.socket;
    number_ = bound.port;
}

ReservedPort::~ReservedPort()
{
    ::close(socket_);
}

bool StubApi::sendBody(int socket, const Reply& reply, std::size_t& sent) const
{
    if (!sendAll(socket, reply.bytes, sent)) return false;
    for (const char& byte : reply.slowly) {
        if (!sendAll(socket, {&byte, 1}, sent) || !pause(socket, reply.trickle)) return false;
    }
    if (reply.filler > 0) bufferLittle(socket);
    static const std::string kBlanks(16384, ' ');
    for (std::size_t left = reply.filler; left > 0;) {
        const std::size_t part = std::min(left, kBlanks.size());
        if (!sendAll(socket, std::string_view(kBlanks).substr(0, part), sent)) return false;
        left -= part;
    }
    return true;
}

bool StubApi::dropNext(int socket) const
{
    std::array<char, 64> half; // NOLINT: filled by recv
    return waitFor(socket, std::chrono::hours{1}) &&
           ::recv(socket, half.data(), half.size(), 0) > 0;
}

bool StubApi::pause(int socket, std::chrono::milliseconds time) const
{
    // Not POLLIN: the client's end may stand behind bytes that are not to be read.
    std::array<pollfd, 2> watched{{{stop_, POLLIN, 0}, {socket, POLLRDHUP, 0}}};
    return ::poll(watched.data(), watched.size(), static_cast<int>(time.count())) == 0;
}

std::uint16_t findFreePort()
{
    const Listening listening = listenAnywhere();
    ::close(listening.socket);
    return listening.port;
}

} // namespace oauth_batch::test
