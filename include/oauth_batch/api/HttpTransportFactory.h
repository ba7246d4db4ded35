#pragma once

#include "oauth_batch/api/DeadlineWatch.h"
#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/api/ProxySettings.h"
#include "oauth_batch/api/Resolver.h"
#include "oauth_batch/api/TlsContext.h"
#include "oauth_batch/api/Token.h"
#include "oauth_batch/api/Transport.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace oauth_batch {

/// How to reach the API.
struct TransportSettings
{
    Endpoint endpoint;
    std::optional<ProxySettings> proxy;
    std::string caFile; ///< to trust besides the system's store, or empty
    /// For all that comes before a usable connection: name resolution, TCP, proxy, TLS.
    std::chrono::milliseconds connectTimeout = std::chrono::seconds(10);
    /// A connection that was idle for longer is not used again: below what servers commonly keep.
    std::chrono::milliseconds idleLimit = std::chrono::seconds(15);
    std::string userAgent = "oauth-batch";
};

/// Makes the transports of a run and owns what they share: the token, the TLS context, the name
/// cache, the thread that keeps the deadlines. Must outlive its transports. Thread-safe.
/// SIGPIPE must be ignored or blocked in the process.
class HttpTransportFactory : public TransportFactory
{
public:
    /// `clock` must outlive the factory. Throws Error (configuration), see TlsContext.
    HttpTransportFactory(TransportSettings settings, Token token, Clock& clock);
    ~HttpTransportFactory() override;

    std::unique_ptr<Transport> create() override;
    bool anyHandshakeSucceeded() const override;

private:
    const TransportSettings settings_;
    const Token token_;
    Clock& clock_;
    Resolver resolver_;
    DeadlineWatch watch_;
    std::unique_ptr<TlsContext> tls_; // none for plain http
};

} // namespace oauth_batch
