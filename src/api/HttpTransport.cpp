#include "HttpTransport.h"

#include "oauth_batch/api/Redaction.h"
#include "oauth_batch/base/Error.h"

#include <Poco/Exception.h>
#include <openssl/err.h>

#include <algorithm>
#include <utility>

namespace oauth_batch {

namespace {

using Kind = TransportFailure::Kind;

/// So much earlier than the server's own limit an idle connection is given up.
constexpr std::chrono::seconds kIdleMargin(1);

/// A connection that has answered so recently is taken for alive until exchange() looks.
constexpr std::chrono::milliseconds kRecently(5);

bool isVisible(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The fields of every request; the caller's to overwrite. Without a length, some servers take the
/// end of the connection for the end of the body.
std::string fieldsOf(const TransportSettings& settings, const Token& token)
{
    const std::string host = settings.endpoint.hostHeader();
    constexpr std::string_view kOthers = "Accept: application/json\r\n"
                                         "Content-Type: application/json\r\n"
                                         "Content-Length: 0\r\n";
    std::string fields;
    fields.reserve(host.size() + token.secret().size() + settings.userAgent.size() +
                   kOthers.size() + 64); // at once, so that growing leaves no copy behind
    fields.append("Host: ").append(host).append("\r\nAuthorization: Bearer ");
    fields.append(token.secret()).append("\r\nUser-Agent: ").append(settings.userAgent);
    fields.append("\r\n").append(kOthers);
    return fields; // moved: append()'s own result would be copied
}

} // namespace

HttpTransport::HttpTransport(const Surroundings& surroundings)
    : settings_(surroundings.settings),
      token_(surroundings.token),
      clock_(surroundings.clock),
      connector_(settings_, clock_, surroundings.resolver, surroundings.watch, surroundings.tls),
      request_(fieldsOf(settings_, token_))
{}

HttpTransport::~HttpTransport() = default;

std::optional<TransportFailure> HttpTransport::prepare(std::chrono::nanoseconds timeLeft)
{
    const Instant now = clock_.now();
    const bool isRecent = reused_ && now - lastUsed_ < kRecently;
    if (connection_ && now - lastUsed_ < idleLimit_ && (isRecent || connection_->isAlive()))
        return std::nullopt;
    close();
    auto opened =
        connector_.open(std::min<std::chrono::nanoseconds>(timeLeft, settings_.connectTimeout));
    if (auto* problem = std::get_if<TransportFailure>(&opened)) return std::move(*problem);
    connection_ = std::move(std::get<std::unique_ptr<Connection>>(opened));
    reader_ = std::make_unique<AnswerReader>(connection_->session());
    reused_ = false;
    idleLimit_ = settings_.idleLimit;
    lastUsed_ = clock_.now();
    return std::nullopt;
}

AttemptResult HttpTransport::exchange(const Request& request, std::chrono::nanoseconds timeLeft)
{
    if (!connection_) return failure(Phase::connected, Kind::stale, "no connection is open");
    if (timeLeft <= std::chrono::nanoseconds::zero())
        return failure(Phase::connected, Kind::timeout, "no time was left to send");
    const std::string_view text = textOf(request);
    // Once more: between prepare() and here lies the wait for a slot of the quota.
    if (!connection_->isAlive()) {
        AttemptResult result = failure(Phase::connected, reused_ ? Kind::stale : Kind::reset,
                                       "the server closed the connection before the request");
        conclude(result);
        return result;
    }
    connection_->watched().arm(timeLeft);
    AttemptResult result = sendAndReceive(text);
    connection_->watched().disarm();
    conclude(result);
    return result;
}

std::string_view HttpTransport::textOf(const Request& request)
{
    if (!isVisible(request.method) || !isVisible(request.target) ||
        !request.target.starts_with('/'))
        throw Error(ExitCode::internalError, "a request target is not encoded");
    return request_.with(request.method, settings_.endpoint.pathPrefix(), request.target);
}

AttemptResult HttpTransport::sendAndReceive(std::string_view text)
{
    // SSL_get_error() is confused by what earlier calls left behind, and Poco does not clear it.
    if (settings_.endpoint.isSecure()) ERR_clear_error();
    Phase phase = Phase::sending;
    try {
        connection_->session().send(text);
        phase = Phase::sent;
        return reader_->read();
    } catch (const MalformedAnswer& error) {
        return failure(reader_->phase(), Kind::malformed, error.what());
    } catch (const AnswerCutShort& error) {
        return failure(reader_->phase(), Kind::reset, error.what());
    } catch (const Poco::Exception& error) {
        if (phase == Phase::sent) phase = reader_->phase();
        return failure(phase, Kind::reset, "the connection broke: " + reasonOf(error));
    }
}

/// What an ended connection means depends on how far the attempt got.
TransportFailure HttpTransport::failure(Phase phase, Kind kind, std::string detail)
{
    TransportFailure result;
    result.kind = kind;
    result.phase = phase;
    result.detail = std::move(detail);
    if (!connection_ || phase == Phase::connected) return result;
    result.requestMayHaveLeft = connection_->session().bytesSent() > 0;
    const bool unanswered = phase == Phase::sending || phase == Phase::sent;
    if (kind == Kind::reset && unanswered && reused_) result.kind = Kind::stale;
    return result;
}

/// After an attempt: the deadline's part in it, and whether the connection may be used again.
void HttpTransport::conclude(AttemptResult& result)
{
    const bool timeUp = connection_->watched().fired();
    auto* answer = std::get_if<Answer>(&result);
    if (answer != nullptr) {
        // It was the deadline that ended the connection, not the server.
        if (timeUp && reader_->endsByClose()) answer->complete = false;
        answer->timedOut = timeUp && !answer->complete;
        redact(answer->body, token_.secret());
        redact(answer->headers.location, token_.secret());
    } else if (timeUp) {
        auto& problem = std::get<TransportFailure>(result);
        problem.kind = Kind::timeout;
        problem.detail = "no answer within the time-out";
    }
    const bool isClean = answer != nullptr && answer->complete && !timeUp;
    if (!isClean) connection_->abandon();
    if (!isClean || !reader_->reusable()) {
        close();
        return;
    }
    reused_ = true;
    lastUsed_ = clock_.now();
    idleLimit_ = settings_.idleLimit;
    if (const auto told = reader_->keepAliveTimeout())
        idleLimit_ = std::min<std::chrono::nanoseconds>(idleLimit_, *told - kIdleMargin);
}

void HttpTransport::close()
{
    reader_.reset();
    connection_.reset();
}

} // namespace oauth_batch
