#include "OtherClient.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

[[noreturn]] void throwErrno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

int makeEvent()
{
    const int event = ::eventfd(0, EFD_CLOEXEC);
    if (event < 0) throwErrno("eventfd");
    return event;
}

/// Readable once per interval, the first time at once. It does not drift.
int makeTicker(std::chrono::milliseconds apart)
{
    const int ticker = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    itimerspec times{};
    times.it_value.tv_nsec = 1;
    times.it_interval.tv_sec = apart.count() / 1000;
    times.it_interval.tv_nsec = apart.count() % 1000 * 1'000'000;
    if (ticker < 0 || ::timerfd_settime(ticker, 0, &times, nullptr) != 0) throwErrno("timerfd");
    return ticker;
}

} // namespace

OtherClient::OtherClient(std::uint16_t port, std::chrono::milliseconds apart)
    : port_(port), stop_(makeEvent()), thread_([this, apart] { sendUntilStopped(apart); })
{}

OtherClient::~OtherClient()
{
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(stop_);
}

void OtherClient::sendUntilStopped(std::chrono::milliseconds apart) const
{
    const int ticker = makeTicker(apart);
    std::array<pollfd, 2> watched{{{stop_, POLLIN, 0}, {ticker, POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) > 0 && watched[0].revents == 0) {
        std::uint64_t ticks = 0;
        if (::read(ticker, &ticks, sizeof ticks) == sizeof ticks) sendOne();
    }
    ::close(ticker);
}

void OtherClient::sendOne() const
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets interface
    if (::connect(socket, generic, sizeof address) == 0) {
        const std::string request =
            std::string("POST ") + kTarget +
            " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer other\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n";
        ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
        std::array<char, 4096> answer; // NOLINT: thrown away
        while (::recv(socket, answer.data(), answer.size(), 0) > 0) {
        }
    }
    ::close(socket);
}

} // namespace oauth_batch::test
