#pragma once

#include "Connector.h"
#include "RequestText.h"

#include "oauth_batch/api/HttpTransportFactory.h"
#include "oauth_batch/api/Transport.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Transport over Poco::Net. See there for the contract.
class HttpTransport : public Transport
{
public:
    /// What the factory owns; all of it outlives the transport.
    struct Surroundings
    {
        const TransportSettings& settings;
        const Token& token;
        Clock& clock;
        Resolver& resolver;
        DeadlineWatch& watch;
        TlsContext* tls; ///< null for plain http
    };

    explicit HttpTransport(const Surroundings& surroundings);
    ~HttpTransport() override;
    HttpTransport(const HttpTransport&) = delete;
    HttpTransport& operator=(const HttpTransport&) = delete;

    std::optional<TransportFailure> prepare(std::chrono::nanoseconds timeLeft) override;
    AttemptResult exchange(const Request& request, std::chrono::nanoseconds timeLeft) override;
    void close() override;

private:
    std::string_view textOf(const Request& request);
    AttemptResult sendAndReceive(std::string_view text);
    TransportFailure failure(Phase phase, TransportFailure::Kind kind, std::string detail);
    void conclude(AttemptResult& result);

    const TransportSettings& settings_;
    const Token& token_;
    Clock& clock_;
    Connector connector_;
    RequestText request_; // holds the token

    std::unique_ptr<Connection> connection_;
    std::unique_ptr<AnswerReader> reader_; // of connection_'s session
    bool reused_ = false;                  // connection_ has carried a request before
    Instant lastUsed_;
    std::chrono::nanoseconds idleLimit_{};
};

} // namespace oauth_batch
