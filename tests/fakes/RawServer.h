#pragma once

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace oauth_batch::test {

/// What a script does with one connection that a RawServer has accepted. Socket errors end the
/// script quietly: the client's side is what is tested.
class RawConnection
{
public:
    RawConnection(Poco::Net::StreamSocket socket, std::vector<std::string>& requests,
                  std::mutex& mutex)
        : socket_(std::move(socket)), requests_(requests), mutex_(mutex)
    {}

    /// Bytes up to an empty line, recorded by the server; empty at the end of the connection.
    std::string readRequest()
    {
        std::string request;
        char byte = 0;
        while (!request.ends_with("\r\n\r\n")) {
            if (socket_.receiveBytes(&byte, 1) <= 0) break;
            request += byte;
        }
        if (!request.empty()) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        return request;
    }

    void send(std::string_view text)
    {
        socket_.sendBytes(text.data(), static_cast<int>(text.size()));
    }

    /// One byte each `pause`, until the client has gone.
    void trickle(std::string_view text, std::chrono::milliseconds pause)
    {
        for (const char byte : text) {
            send({&byte, 1});
            if (waitForClose(pause)) return;
        }
    }

    /// True if the client closes (or sends) within `limit`.
    bool waitForClose(std::chrono::milliseconds limit = std::chrono::seconds(20))
    {
        const Poco::Timespan span(std::chrono::microseconds(limit).count());
        return socket_.poll(span, Poco::Net::Socket::SELECT_READ);
    }

    /// The server keeps a descriptor of its own, so closing alone would not end the connection.
    void close()
    {
        socket_.shutdown();
        socket_.close();
    }

    /// Ends the connection by a TCP reset.
    void reset()
    {
        const sockaddr nowhere{AF_UNSPEC, {}};
        ::connect(socket_.impl()->sockfd(), &nowhere, sizeof nowhere);
    }

    Poco::Net::StreamSocket& socket() { return socket_; }

private:
    Poco::Net::StreamSocket socket_;
    std::vector<std::string>& requests_;
    std::mutex& mutex_;
};

/// A server on a free loopback port that does, byte by byte, what its script says: each connection
/// gets a thread and the script, with the connection's number from 0. With a context it speaks TLS.
class RawServer
{
public:
    using Script = std::function<void(RawConnection&, int index)>;

    explicit RawServer(Script script, Poco::Net::Context::Ptr context = nullptr)
        : script_(std::move(script)),
          context_(std::move(context)),
          listener_(Poco::Net::SocketAddress("127.0.0.1", 0)),
          acceptor_([this] { acceptAll(); })
    {}

    ~RawServer()
    {
        stopping_ = true;
        acceptor_.join();
        for (const int descriptor : descriptors_)
            ::shutdown(descriptor, SHUT_RDWR);
        threads_.clear();
        for (const int descriptor : descriptors_)
            ::close(descriptor);
    }

    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    std::uint16_t port() const { return listener_.address().port(); }
    std::string url() const
    {
        return (context_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
    }

    /// Requests read by scripts so far.
    std::vector<std::string> requests()
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    int connections() const { return connections_; }

private:
    void acceptAll()
    {
        while (!stopping_) {
            if (!listener_.poll(Poco::Timespan(0, 5000), Poco::Net::Socket::SELECT_READ)) continue;
            auto socket = std::make_unique<Poco::Net::StreamSocket>(listener_.acceptConnection());
            const int index = connections_++;
            // One of our own: the script may close the other at any time.
            descriptors_.push_back(::dup(socket->impl()->sockfd()));
            threads_.emplace_back([this, own = std::move(socket), index] { serve(*own, index); });
        }
    }

    void serve(Poco::Net::StreamSocket& socket, int index)
    {
        try {
            if (context_) {
                auto secured = Poco::Net::SecureStreamSocket::attach(socket, context_);
                secured.completeHandshake();
                socket = secured;
            }
            RawConnection connection(socket, requests_, mutex_);
            script_(connection, index);
        } catch (const Poco::Exception&) {
        }
        try {
            RawConnection(socket, requests_, mutex_).close();
        } catch (const Poco::Exception&) {
        }
    }

    const Script script_;
    const Poco::Net::Context::Ptr context_;
    Poco::Net::ServerSocket listener_;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;

    std::mutex mutex_;
    std::vector<std::string> requests_; // protected by mutex_

    std::vector<int> descriptors_;      // the acceptor's; ours once it has ended
    std::vector<std::jthread> threads_; // the acceptor's; ours once it has ended
    std::thread acceptor_;
};

/// An answer with a Content-Length.
inline std::string answerOf(std::string_view statusLine, std::string_view body,
                            std::string_view fields = "")
{
    return "HTTP/1.1 " + std::string(statusLine) + "\r\nContent-Type: application/json\r\n" +
           std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

inline constexpr std::string_view kSuccess = R"({"result":{"success":true}})";

} // namespace oauth_batch::test
