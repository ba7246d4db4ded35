#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace oauth_batch {

/// How far an attempt got.
enum class Phase : std::uint8_t
{
    resolve,
    connect,
    proxy,
    handshake,
    connected, ///< nothing of the request was handed to the system yet
    sending,
    sent,      ///< all of the request; not a byte of an answer yet
    answering, ///< a part of the answer's head
    answered,  ///< the whole head
};

/// Why an attempt brought no answer.
struct TransportFailure
{
    enum class Kind : std::uint8_t
    {
        dns,
        refused, ///< or unreachable
        connectTimeout,
        tls,       ///< the handshake failed for another reason than the next one
        untrusted, ///< the server's certificate does not verify
        proxy,
        reset,     ///< the connection ended
        timeout,   ///< the attempt's time was up
        malformed, ///< what arrived is no HTTP answer
        stale,     ///< a kept connection that the server has ended meanwhile
    };

    Kind kind = Kind::reset;
    Phase phase = Phase::connect;
    /// At least one byte of the request was handed to the system: it may have been applied.
    bool requestMayHaveLeft = false;
    /// With `tls`: both sides found no protocol or cipher in common.
    bool protocolRefused = false;
    std::string detail; ///< for people, holds no secret
};

/// The header fields that classification looks at, each at most 256 bytes, empty where absent;
/// read for other answers than 2xx only.
struct AnswerHeaders
{
    std::string date;
    std::string retryAfter;
    std::string rateLimit;
    std::string rateLimitReset;
    std::string xRateLimitReset;
    std::string location;
};

/// What the server answered.
struct Answer
{
    int status = 0;
    std::string body;          ///< at most kLongestBody bytes
    bool complete = true;      ///< the body ended where the server said it would
    bool bodyTooLarge = false; ///< more than kLongestBody: cut off, not complete
    bool timedOut = false;     ///< the attempt's time was up within the body: not complete
    AnswerHeaders headers;
};

constexpr std::size_t kLongestBody = 64 * 1024;

/// What to send. There is no body. REQUIRES: neither holds a blank or a control character.
struct Request
{
    std::string_view method;
    std::string_view target; ///< origin-form (RFC 9112), without the endpoint's path prefix
};

using AttemptResult = std::variant<Answer, TransportFailure>;

/// One kept-alive connection to the API. Not thread-safe: each worker has its own. All calls but
/// close() block, never longer than `timeLeft`.
class Transport
{
public:
    virtual ~Transport() = default;

    /// Makes sure that a usable connection is there: finds the kept one still good or opens
    /// another. Sends nothing of a request. Nothing on success.
    virtual std::optional<TransportFailure> prepare(std::chrono::nanoseconds timeLeft) = 0;

    /// Sends the request once, never twice, over the connection that prepare() left, and reads the
    /// answer. After a failure the next prepare() opens a new connection.
    virtual AttemptResult exchange(const Request& request, std::chrono::nanoseconds timeLeft) = 0;

    /// Closes the connection, if there is one.
    virtual void close() = 0;
};

/// Makes one transport for each worker. Thread-safe.
class TransportFactory
{
public:
    virtual ~TransportFactory() = default;

    virtual std::unique_ptr<Transport> create() = 0;

    /// True once a TLS handshake of this run has succeeded, over any transport; always true for
    /// plain http.
    virtual bool anyHandshakeSucceeded() const = 0;
};

} // namespace oauth_batch
