#include "TcpRelay.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void throwErrno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

sockaddr* generic(sockaddr_in& address)
{
    return reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets interface
}

int listenAnywhere(std::uint16_t& port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (socket < 0 || ::bind(socket, generic(address), size) != 0 || ::listen(socket, 64) != 0 ||
        ::getsockname(socket, generic(address), &size) != 0)
        throwErrno("listen");
    port = ntohs(address.sin_port);
    return socket;
}

/// -1 where nobody listens.
int connectTo(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(port);
    if (::connect(socket, generic(address), sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
}

std::string receive(int socket)
{
    std::array<char, 16384> chunk; // NOLINT: filled by recv
    const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), 0);
    return count <= 0 ? std::string() : std::string(chunk.data(), static_cast<std::size_t>(count));
}

bool sendAll(int socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// The connection ends by a reset at once, whoever else holds the descriptor. Not by the library's
/// connect(), which ThreadSanitizer takes for the making of the descriptor.
void resetNow(int socket)
{
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::syscall(SYS_connect, socket, &nowhere, sizeof nowhere);
}

} // namespace

TcpRelay::Plan TcpRelay::Plan::to(std::uint16_t port, std::chrono::milliseconds delay)
{
    return {Kind::forward, port, {}, delay};
}

TcpRelay::TcpRelay(Script script) : script_(std::move(script))
{
    listener_ = listenAnywhere(port_);
    stop_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_ < 0) throwErrno("eventfd");
    acceptor_ = std::jthread([this] { accept(); });
}

TcpRelay::~TcpRelay()
{
    ::eventfd_write(stop_, 1);
    acceptor_.join();
    threads_.clear();
    ::close(listener_);
    ::close(stop_);
}

std::size_t TcpRelay::connections() const
{
    const std::scoped_lock lock(mutex_);
    return connections_;
}

std::string TcpRelay::received() const
{
    const std::scoped_lock lock(mutex_);
    return received_;
}

void TcpRelay::cut()
{
    const std::scoped_lock lock(mutex_);
    for (const int client : clients_)
        resetNow(client);
}

void TcpRelay::accept()
{
    while (wait(listener_)) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        std::size_t number = 0;
        {
            const std::scoped_lock lock(mutex_);
            number = ++connections_;
            clients_.push_back(client);
        }
        threads_.emplace_back([this, client, plan = script_(number)] {
            serve(client, plan);
            const std::scoped_lock lock(mutex_);
            std::erase(clients_, client);
            ::close(client);
        });
    }
}

void TcpRelay::serve(int client, const Plan& plan)
{
    if (plan.kind == Plan::Kind::tunnel && !acceptConnect(client)) return;
    if (plan.kind == Plan::Kind::forward || plan.kind == Plan::Kind::tunnel)
        return forward(client, plan);
    if (!wait(client) || take(client).empty()) return;
    if (plan.kind == Plan::Kind::reset) resetNow(client);
    if (plan.kind != Plan::Kind::say || !sendAll(client, plan.bytes)) return;
    while (wait(client) && !take(client).empty()) {
    }
}

bool TcpRelay::acceptConnect(int client)
{
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        const std::string bytes = wait(client) ? take(client) : std::string();
        if (bytes.empty()) return false;
        head += bytes;
    }
    return sendAll(client, "HTTP/1.1 200 Connection established\r\n\r\n");
}

void TcpRelay::forward(int client, const Plan& plan)
{
    const int server = connectTo(plan.port);
    const auto heldUntil = Clock::now() + plan.delay;
    for (bool isOpen = server >= 0; isOpen;) {
        const auto held =
            std::chrono::ceil<std::chrono::milliseconds>(heldUntil - Clock::now()).count();
        std::array<pollfd, 3> watched{
            {{client, POLLIN, 0}, {held > 0 ? -1 : server, POLLIN, 0}, {stop_, POLLIN, 0}}};
        ::poll(watched.data(), watched.size(), held > 0 ? static_cast<int>(held) : -1);
        if (watched[2].revents != 0) break;
        if (watched[0].revents != 0) {
            const std::string bytes = take(client);
            isOpen = !bytes.empty() && sendAll(server, bytes);
        }
        if (isOpen && watched[1].revents != 0) {
            const std::string bytes = receive(server);
            isOpen = !bytes.empty() && sendAll(client, bytes);
        }
    }
    if (server >= 0) ::close(server);
}

std::string TcpRelay::take(int client)
{
    std::string bytes = receive(client);
    const std::scoped_lock lock(mutex_);
    received_ += bytes;
    return bytes;
}

bool TcpRelay::wait(int descriptor) const
{
    std::array<pollfd, 2> watched{{{descriptor, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    return watched[0].revents != 0 && watched[1].revents == 0;
}

} // namespace oauth_batch::test
