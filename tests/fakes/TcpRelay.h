#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace oauth_batch::test {

/// Stands between the program and a TLS server, on 127.0.0.1 at a free port, in threads of the test
/// program: passes bytes on, or misbehaves as a broken network or a wrong server would.
class TcpRelay
{
public:
    /// What becomes of a connection. All but `forward` wait for its first bytes (the ClientHello).
    struct Plan
    {
        enum class Kind
        {
            forward, ///< to `port`
            tunnel,  ///< the same behind a CONNECT, as a proxy does, whatever host it names
            close,
            reset,
            say, ///< sends `bytes`, then only listens
        };

        Kind kind = Kind::forward;
        std::uint16_t port = 0;
        std::string bytes;
        /// With `forward`: nothing of the server is passed on before this is over, or before the
        /// client has left.
        std::chrono::milliseconds delay{0};

        static Plan to(std::uint16_t port, std::chrono::milliseconds delay = {});
        static Plan tunnel(std::uint16_t port) { return {Kind::tunnel, port, {}, {}}; }
        static Plan close() { return {Kind::close, 0, {}, {}}; }
        static Plan reset() { return {Kind::reset, 0, {}, {}}; }
        static Plan say(std::string bytes) { return {Kind::say, 0, std::move(bytes), {}}; }
    };

    /// Called for each connection, with its number from 1, in the thread that accepts.
    using Script = std::function<Plan(std::size_t connection)>;

    explicit TcpRelay(Script script);
    ~TcpRelay();

    TcpRelay(const TcpRelay&) = delete;
    TcpRelay& operator=(const TcpRelay&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "localhost") const
    {
        return "https://" + host + ":" + std::to_string(port_);
    }

    std::size_t connections() const;

    /// All bytes that clients have sent, as they came over the wire.
    std::string received() const;

    /// Resets the connections that are open.
    void cut();

private:
    void accept();
    void serve(int client, const Plan& plan);
    void forward(int client, const Plan& plan);
    bool acceptConnect(int client);
    /// Reads what is there and keeps it. Empty at the connection's end.
    std::string take(int client);
    /// Blocks until there is something to read; false where the relay ends.
    bool wait(int descriptor) const;

    const Script script_;
    int listener_ = -1;
    int stop_ = -1; ///< readable once the relay ends
    std::uint16_t port_ = 0;

    mutable std::mutex mutex_;
    std::size_t connections_ = 0; ///< guarded by mutex_
    std::string received_;        ///< guarded by mutex_
    std::vector<int> clients_;    ///< open ones; guarded by mutex_

    std::vector<std::jthread> threads_; ///< of the accepting thread, then of the destructor
    std::jthread acceptor_;
};

} // namespace oauth_batch::test
