#include "oauth_batch/api/HttpTransportFactory.h"

#include "HttpTransport.h"

#include <utility>

namespace oauth_batch {

HttpTransportFactory::HttpTransportFactory(TransportSettings settings, Token token, Clock& clock)
    : settings_(std::move(settings)), token_(std::move(token)), clock_(clock), resolver_(clock)
{
    if (settings_.endpoint.isSecure())
        tls_ = std::make_unique<TlsContext>(settings_.endpoint.host(), settings_.caFile);
}

HttpTransportFactory::~HttpTransportFactory() = default;

std::unique_ptr<Transport> HttpTransportFactory::create()
{
    return std::make_unique<HttpTransport>(
        HttpTransport::Surroundings{settings_, token_, clock_, resolver_, watch_, tls_.get()});
}

bool HttpTransportFactory::anyHandshakeSucceeded() const
{
    return !tls_ || tls_->anyHandshakeSucceeded();
}

} // namespace oauth_batch
