#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace oauth_batch::test {

/// One request as it came over the wire.
struct StubRequest
{
    std::size_t number = 0;     ///< from 1, in order of arrival
    std::size_t connection = 0; ///< from 1
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string raw;                            ///< head and body
    std::chrono::steady_clock::time_point arrival;
};

/// What the stub does with a request: sends bytes exactly as given, at once or slowly, then goes
/// on, closes, resets or says nothing more.
struct Reply
{
    enum class Then
    {
        keepAlive,
        close,
        reset,
        hang,     ///< until the client goes away or the stub ends
        dropNext, ///< reads half of the next request, which counts as not read, and resets
    };

    std::string bytes;
    Then then = Then::keepAlive;
    std::chrono::milliseconds delay{0}; ///< before the first byte
    std::string slowly;                 ///< then this, a byte each `trickle`
    std::chrono::milliseconds trickle{0};
    std::size_t filler = 0; ///< so many blanks after the bytes, made while the client takes them
    std::chrono::milliseconds linger{0}; ///< after the last byte, before what comes then
    std::uint16_t tunnelTo = 0; ///< after the bytes: a tunnel to this port of 127.0.0.1, if not 0

    using Headers = std::vector<std::string>; ///< "Name: value"

    static Reply success();
    /// An answer with a JSON body and its Content-Length.
    static Reply status(int code, std::string_view body = R"({"message":"x"})",
                        const Headers& headers = {});
    static Reply raw(std::string bytes, Then then = Then::close);
    static Reply reset() { return raw({}, Then::reset); }
    static Reply close() { return raw({}, Then::close); }
    static Reply hang() { return raw({}, Then::hang); }

    Reply after(std::chrono::milliseconds wait) const;
    /// All of it slowly.
    Reply trickled(std::chrono::milliseconds pause) const;
};

/// How a connection ended.
struct StubEnd
{
    std::size_t connection = 0; ///< from 1
    std::size_t bytesSent = 0;  ///< what the system took; the client may have read less
    std::chrono::steady_clock::time_point begin;
    std::chrono::steady_clock::time_point end; ///< when the stub saw that the client has gone
};

/// A raw HTTP server on 127.0.0.1, at a free port, in threads of the test program. It answers as
/// the function says, which is called in a connection's thread, for one request at a time.
class StubApi
{
public:
    using Script = std::function<Reply(const StubRequest&)>;

    /// The greeting is sent over each new connection before anything is read.
    explicit StubApi(
        Script script = [](const StubRequest&) { return Reply::success(); },
        std::optional<Reply> greeting = std::nullopt);
    ~StubApi();

    StubApi(const StubApi&) = delete;
    StubApi& operator=(const StubApi&) = delete;

    /// The n-th request gets the n-th reply, later ones success.
    static Script inOrder(std::vector<Reply> replies);

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }

    std::vector<StubRequest> requests() const;
    std::size_t connections() const;
    /// What clients have sent into tunnels.
    std::string tunnelled() const;
    std::vector<StubEnd> ends() const;

    /// From now on requests arrive but get no answer, until release().
    void hold();
    void release();

    /// From now on connections are refused, and those that stand are closed, until open(). The
    /// port stays ours.
    void close();
    void open();

    /// Blocks until so many requests have arrived; throws std::runtime_error after kPatience.
    void waitForRequests(std::size_t count) const;
    /// The same for connections that have ended.
    std::vector<StubEnd> waitForEnds(std::size_t count) const;

private:
    struct Serving
    {
        std::atomic<bool> ended = false;
        std::jthread thread;
    };

    void accept();
    void serve(int socket, std::size_t connection);
    void serveRequests(int socket, StubEnd& end);
    bool enter(int socket);
    void leave(int socket);
    bool readRequest(int socket, std::string& buffer, StubRequest& request) const;
    void tunnel(int client, std::uint16_t port);
    /// Passes on what there is to read; false at the end.
    bool pass(int from, int to, bool isFromClient);
    bool answer(int socket, const Reply& reply, std::size_t& sent) const;
    bool sendBody(int socket, const Reply& reply, std::size_t& sent) const;
    bool dropNext(int socket) const;
    void waitForRelease();
    void waitUntilOpen();
    /// False where the stub ends before the descriptor is ready or the time is over.
    bool waitFor(int descriptor, std::chrono::milliseconds time) const;
    /// False where the stub ends or the client has gone before the time is over.
    bool pause(int socket, std::chrono::milliseconds time) const;

    Script script_;
    std::optional<Reply> greeting_;
    int listener_ = -1;
    int stop_ = -1; ///< readable once the stub ends
    std::uint16_t port_ = 0;

    mutable std::mutex mutex_;
    mutable std::condition_variable arrived_;
    std::vector<StubRequest> requests_; ///< guarded by mutex_
    std::vector<StubEnd> ends_;         ///< guarded by mutex_
    std::size_t connections_ = 0;       ///< guarded by mutex_
    std::string tunnelled_;             ///< guarded by mutex_
    bool held_ = false;                 ///< guarded by mutex_
    bool closed_ = false;               ///< guarded by mutex_
    bool ending_ = false;               ///< guarded by mutex_
    std::set<int> sockets_;             ///< of connections that stand; guarded by mutex_
    std::condition_variable opened_;
    std::condition_variable released_;
    std::list<Serving> servings_; ///< of the accepting thread, then of the destructor

    std::mutex scriptMutex_; ///< held while script_ runs
    std::jthread acceptor_;
};

/// A TCP port of 127.0.0.1 at which nobody listens, and which the system gives to nobody else
/// while this lives; who binds it with SO_REUSEADDR, as servers do, may listen there.
class ReservedPort
{
public:
    ReservedPort();
    ~ReservedPort();

    ReservedPort(const ReservedPort&) = delete;
    ReservedPort& operator=(const ReservedPort&) = delete;

    std::uint16_t number() const { return number_; }

private:
    int socket_ = -1;
    std::uint16_t number_ = 0;
};

/// A TCP port of 127.0.0.1 that was free a moment ago.
std::uint16_t findFreePort();

} // namespace oauth_batch::test
