#include "Wire.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Net/StreamSocket.h>

#include <poll.h>
#include <sys/socket.h>

namespace oauth_batch::sandbox {

namespace {

int descriptorOf(const Poco::Net::StreamSocket& socket)
{
    return socket.impl()->sockfd();
}

} // namespace

bool sendAll(Poco::Net::StreamSocket& socket, std::string_view bytes)
{
    try {
        while (!bytes.empty()) {
            const int sent =
                socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

void cutConnection(Poco::Net::StreamSocket& socket)
{
    ::shutdown(descriptorOf(socket), SHUT_RDWR);
}

void resetConnection(Poco::Net::StreamSocket& socket)
{
    // Connecting to AF_UNSPEC disconnects, see connect(2); with a lingering time of 0 by RST.
    const linger atOnce{1, 0};
    ::setsockopt(descriptorOf(socket), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    static_cast<void>(::connect(descriptorOf(socket), &nowhere, sizeof nowhere));
}

void waitForClose(Poco::Net::StreamSocket& socket)
{
    pollfd query{descriptorOf(socket), POLLRDHUP, 0};
    while (::poll(&query, 1, -1) < 0) {
        // Interrupted by a signal.
    }
}

} // namespace oauth_batch::sandbox
