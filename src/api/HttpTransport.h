#pragma once

#include "Connector.h"

#include "oauth_batch/api/HttpTransportFactory.h"
#include "oauth_batch/api/Transport.h"

#include <Poco/Net/HTTPRequest.h>

#include <memory>
#include <optional>
#include <string>

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
    void fill(const Request& request);
    AttemptResult sendAndReceive();
    TransportFailure failure(Phase phase, TransportFailure::Kind kind, std::string detail);
    void conclude(AttemptResult& result);
    void redact(std::string& text) const;

    const TransportSettings& settings_;
    const Token& token_;
    Clock& clock_;
    Connector connector_;
    Poco::Net::HTTPRequest request_; // the fields that stay; holds the token
    std::string target_;

    std::unique_ptr<Connection> connection_;
    std::unique_ptr<AnswerReader> reader_; // of connection_'s session
    bool reused_ = false;                  // connection_ has carried a request before
    Instant lastUsed_;
    std::chrono::nanoseconds idleLimit_{};
};

} // namespace oauth_batch
