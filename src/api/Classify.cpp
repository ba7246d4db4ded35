#include "oauth_batch/api/Classify.h"

#include "oauth_batch/api/AnswerBody.h"
#include "oauth_batch/api/Endpoint.h"
#include "oauth_batch/api/RetryAfter.h"
#include "oauth_batch/base/Text.h"

#include <Poco/Net/HTTPResponse.h>

#include <string>
#include <string_view>

namespace oauth_batch {

namespace {

using Kind = TransportFailure::Kind;

constexpr std::size_t kLongestId = 80;
constexpr std::size_t kLongestMessage = 200;

/// "HTTP 502 Bad Gateway": the standard's words, not the server's.
std::string describeStatus(int status)
{
    using Poco::Net::HTTPResponse;
    std::string text = "HTTP " + std::to_string(status);
    if (status > HTTPResponse::HTTP_NETWORK_AUTHENTICATION_REQUIRED) return text;
    const std::string& reason =
        HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(status));
    if (reason != HTTPResponse::HTTP_REASON_UNKNOWN) text += ' ' + reason;
    return text;
}

/// The first `count` characters of safe text (well-formed UTF-8).
std::string_view firstCharacters(std::string_view text, std::size_t count)
{
    std::size_t at = 0;
    for (char32_t code = 0; at < text.size() && count > 0; --count)
        at += std::max<std::size_t>(decodeUtf8(text.substr(at), code), 1);
    return text.substr(0, at);
}

/// What the server says, and its error's id even where the rest must be cut.
std::string describeError(const Answer& answer)
{
    const AnswerBody body = answer.complete ? AnswerBody::parse(answer.body) : AnswerBody();
    const std::string said = safeMessage(body.message);
    std::string text = said.empty() ? describeStatus(answer.status)
                                    : "HTTP " + std::to_string(answer.status) + ": " + said;
    if (body.id.empty()) return safeMessage(text);
    const std::string id = safeMessage(body.id);
    const std::string suffix = " (id " + std::string(firstCharacters(id, kLongestId)) + ')';
    const std::size_t room = kLongestMessage - kLongestId - 6;
    return safeMessage(std::string(firstCharacters(text, room)).append(suffix));
}

Verdict makeVerdict(NextStep next, RowStatus status, ErrorCode code, const Answer& answer,
                    std::string_view message)
{
    Verdict verdict;
    verdict.next = next;
    verdict.status = status;
    verdict.code = code;
    verdict.httpStatus = answer.status;
    verdict.mayBeApplied = status == RowStatus::unknown;
    verdict.message = safeMessage(message);
    return verdict;
}

Verdict badResponse(const Answer& answer, std::string_view why)
{
    return makeVerdict(NextStep::retry, RowStatus::unknown, ErrorCode::badResponse, answer,
                       describeStatus(answer.status).append(", ").append(why));
}

Verdict timedOutInBody(const Answer& answer)
{
    Verdict verdict = makeVerdict(NextStep::retry, RowStatus::unknown, ErrorCode::timeout, answer,
                                  describeStatus(answer.status) +
                                      ", but its body did not arrive within the time-out");
    verdict.kind = FailureKind::transport;
    return verdict;
}

Verdict classifyOk(const Answer& answer)
{
    if (answer.timedOut) return timedOutInBody(answer);
    if (answer.bodyTooLarge) return badResponse(answer, "but the body is over 64 KiB");
    if (!answer.complete) return badResponse(answer, "but the body is cut off");
    if (answer.body.empty()) return badResponse(answer, "but the body is empty");
    const AnswerBody body = AnswerBody::parse(answer.body);
    if (!body.isJson) return badResponse(answer, "but the body is not JSON");
    if (!body.success) return badResponse(answer, "but the body has no result.success");
    if (*body.success)
        return makeVerdict(NextStep::conclude, RowStatus::succeeded, ErrorCode::none, answer, "");
    std::string message = "the API answered success: false";
    if (!body.message.empty()) message += ": " + body.message;
    return makeVerdict(NextStep::conclude, RowStatus::failed, ErrorCode::rejected, answer, message);
}

/// The host of a Location header, for the message; never the rest, which may hold secrets.
std::string redirectTarget(const std::string& location)
{
    const auto authority = location.find("//");
    if (authority == std::string::npos) return {};
    std::string_view host = std::string_view(location).substr(authority + 2);
    host = host.substr(0, host.find_first_of("/?#\\"));
    if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
    return host.empty() ? std::string() : " to " + quoted(host);
}

Verdict classifyRedirect(const Answer& answer)
{
    return makeVerdict(NextStep::conclude, RowStatus::failed, ErrorCode::redirected, answer,
                       describeStatus(answer.status) + redirectTarget(answer.headers.location) +
                           ": redirects are not followed (is the base URL right?)");
}

Verdict classifyServerError(const Answer& answer, const AttemptContext& context)
{
    Verdict verdict = makeVerdict(NextStep::retry, RowStatus::unknown, ErrorCode::http, answer,
                                  describeError(answer));
    verdict.kind = FailureKind::server;
    verdict.wait = requestedWait(answer.headers, context.now);
    return verdict;
}

Verdict classifyThrottled(const Answer& answer, const AttemptContext& context)
{
    const RowStatus status =
        context.earlierAttemptWithoutVerdict ? RowStatus::unknown : RowStatus::failed;
    Verdict verdict =
        makeVerdict(NextStep::throttled, status, ErrorCode::http, answer, describeError(answer));
    verdict.mayBeApplied = false;
    verdict.wait = requestedWait(answer.headers, context.now);
    return verdict;
}

Verdict classifyRefusal(const Answer& answer, const AttemptContext& context)
{
    if (answer.status == 404 && context.verb == Verb::unassign &&
        context.earlierAttemptWithoutVerdict)
        return makeVerdict(NextStep::conclude, RowStatus::unknown, ErrorCode::http, answer,
                           "HTTP 404 after an attempt without a verdict: either that attempt "
                           "unassigned the profile, or the customer or profile does not exist; " +
                               describeError(answer));
    const auto next = answer.status == 401 ? NextStep::unauthorized : NextStep::conclude;
    return makeVerdict(next, RowStatus::failed, ErrorCode::http, answer, describeError(answer));
}

ErrorCode codeOf(Kind kind)
{
    switch (kind) {
    case Kind::dns:
        return ErrorCode::dnsError;
    case Kind::refused:
        return ErrorCode::connectionRefused;
    case Kind::connectTimeout:
        return ErrorCode::connectTimeout;
    case Kind::tls:
    case Kind::untrusted:
        return ErrorCode::tlsError;
    case Kind::proxy:
        return ErrorCode::proxyError;
    case Kind::timeout:
        return ErrorCode::timeout;
    case Kind::malformed:
        return ErrorCode::badResponse;
    case Kind::reset:
    case Kind::stale:
        break;
    }
    return ErrorCode::reset;
}

NextStep nextStepAfter(const TransportFailure& failure, const AttemptContext& context)
{
    if (failure.kind == Kind::untrusted) return NextStep::untrusted;
    if (failure.kind == Kind::tls && failure.protocolRefused && !context.anyHandshakeSucceeded)
        return NextStep::untrusted;
    if (failure.kind == Kind::stale && !failure.requestMayHaveLeft) return NextStep::notSent;
    return NextStep::retry;
}

} // namespace

Verdict classify(const Answer& answer, const AttemptContext& context)
{
    const int status = answer.status;
    if (status == 200) return classifyOk(answer);
    if (status == 408 || (status >= 500 && status <= 599))
        return classifyServerError(answer, context);
    if (status >= 300 && status <= 399) return classifyRedirect(answer);
    if (status == 429) return classifyThrottled(answer, context);
    if (status >= 400 && status <= 499) return classifyRefusal(answer, context);
    return badResponse(answer, "which is no answer to this request");
}

Verdict classify(const TransportFailure& failure, const AttemptContext& context)
{
    Verdict verdict;
    verdict.next = nextStepAfter(failure, context);
    verdict.kind = FailureKind::transport;
    verdict.code = codeOf(failure.kind);
    verdict.mayBeApplied = failure.requestMayHaveLeft;
    const bool isOpen = failure.requestMayHaveLeft || context.earlierAttemptWithoutVerdict;
    verdict.status = isOpen ? RowStatus::unknown : RowStatus::failed;
    verdict.message = safeMessage(failure.detail);
    return verdict;
}

Verdict classify(const AttemptResult& result, const AttemptContext& context)
{
    return std::visit([&](const auto& outcome) { return classify(outcome, context); }, result);
}

} // namespace oauth_batch
