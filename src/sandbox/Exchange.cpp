#include "Exchange.h"

#include "Wire.h"

#include "oauth_batch/base/Error.h"

#include <Poco/Any.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/HTTPServerSession.h>

#include <algorithm>

namespace oauth_batch::sandbox {

namespace {

constexpr std::string_view kGarbage = "\x16\x03\x01\x02 this is not HTTP \xff\xfe\r\n\r\n";

/// What a body of a request may have at most: the API's requests have none.
constexpr std::streamsize kLongestBody = std::streamsize{1024} * 1024;

std::uint64_t connectionNumber(Poco::Net::HTTPServerSession& session,
                               std::atomic<std::uint64_t>& connections)
{
    if (const auto* known = Poco::AnyCast<std::uint64_t>(&session.sessionData())) return *known;
    const std::uint64_t number = ++connections;
    session.attachSessionData(number);
    return number;
}

/// Reads the body away, so that the next request begins where it should. False if it is too long
/// or incomplete.
bool skipBody(Poco::Net::HTTPServerRequestImpl& request)
{
    // Without a length a request has no body (RFC 9112, 6.3); Poco would read until the end.
    if (!request.getChunkedTransferEncoding() && request.getContentLength64() <= 0) return true;
    std::istream& body = request.stream();
    body.ignore(kLongestBody + 1);
    if (!body.eof() || body.bad()) return false;
    return !request.hasContentLength() || body.gcount() == request.getContentLength64();
}

} // namespace

Exchange::Exchange(Service& service, Poco::Net::HTTPServerRequestImpl& request,
                   Poco::Net::HTTPServerResponse& response)
    : service_(service), request_(request), response_(response)
{
    entry_.arrival = service.clock.now();
    entry_.connection = connectionNumber(request.session(), service.connections);
    entry_.method = request.getMethod();
    entry_.target = request.getURI();
}

void Exchange::run()
{
    try {
        serve();
    } catch (const std::exception& error) {
        service_.onFailure(error.what());
        endConnection();
        cutConnection(request_.socket());
    }
}

void Exchange::serve()
{
    static const std::string kAuthorization = "Authorization";
    static const std::string kNone;
    const std::string& authorization = request_.get(kAuthorization, kNone);
    const Plan plan =
        service_.backend.plan({entry_.method, entry_.target, authorization}, entry_.arrival);
    enter(plan);
    const bool complete = skipBody(request_);
    const bool waited = plan.latency == plan.latency.zero() ||
                        service_.stop.waitUntil(entry_.arrival + plan.latency);
    if (!complete || !waited) {
        log(plan, Effect::none, 0);
        endConnection();
        return cutConnection(request_.socket());
    }
    const Executed executed = service_.backend.execute(plan);
    log(plan, executed.effect, plan.hasAnswer() ? executed.answer.status : 0);
    deliver(plan, executed.answer);
}

void Exchange::enter(const Plan& plan)
{
    if (plan.route.customerId.empty()) return;
    inFlight_.emplace(service_.inFlight, plan.route.customerId, request_.socket().impl()->sockfd());
    entry_.inFlight = inFlight_->others();
}

void Exchange::log(const Plan& plan, Effect effect, int status)
{
    if (service_.log == nullptr) return;
    entry_.answered = service_.clock.now();
    entry_.status = status;
    entry_.fault = plan.fault();
    entry_.effect = effect;
    entry_.authorized = plan.authorized;
    entry_.quota = plan.quota;
    service_.log->append(entry_);
}

void Exchange::deliver(const Plan& plan, const Answer& answer)
{
    if (plan.fault() != Fault::none) return deliverFaulty(*plan.action, answer);
    // Before the first byte is sent, or the client's next request would find this one.
    if (inFlight_) inFlight_->leave();
    if (!sendAll(request_.socket(), bytesOf(answer))) endConnection();
}

void Exchange::deliverFaulty(const Action& action, const Answer& answer)
{
    Poco::Net::StreamSocket& socket = request_.socket();
    if (action.fault == Fault::hang) waitForClose(socket);
    if (action.fault == Fault::trickle) return trickle(bytesOf(answer), action.interval);
    if (inFlight_) inFlight_->leave();
    if (action.fault == Fault::dropBefore || action.fault == Fault::dropAfter)
        cutConnection(socket);
    if (action.fault == Fault::resetBefore || action.fault == Fault::resetAfter)
        resetConnection(socket);
    if (action.fault == Fault::truncate) truncate(answer);
    if (action.fault == Fault::garbage) sendAll(socket, kGarbage);
    if (action.fault == Fault::closeAfterAnswer) sendAll(socket, bytesOf(answer));
    endConnection();
}

void Exchange::truncate(const Answer& answer)
{
    const Answer half{answer.status, answer.body.substr(0, answer.body.size() / 2), answer.headers};
    // Of an empty body one byte is promised, and missing.
    const std::size_t missing = answer.body.size() - half.body.size();
    sendAll(request_.socket(), bytesOf(half, std::max<std::size_t>(missing, 1)));
}

void Exchange::trickle(const std::string& bytes, std::chrono::milliseconds interval)
{
    Instant next = service_.clock.now();
    for (const char& byte : bytes) {
        next += interval;
        if (&byte == &bytes.back() && inFlight_) inFlight_->leave();
        if (sendAll(request_.socket(), {&byte, 1}) && service_.stop.waitUntil(next)) continue;
        return endConnection();
    }
}

void Exchange::endConnection()
{
    response_.setKeepAlive(false);
}

std::string Exchange::bytesOf(const Answer& answer, std::size_t overstated) const
{
    static const std::string kDate = "Date";
    Framing framing;
    if (!response_.getKeepAlive())
        framing.persistence = Persistence::close;
    else if (response_.getVersion() == Poco::Net::HTTPMessage::HTTP_1_0)
        framing.persistence = Persistence::keepHttp10;
    framing.withoutBody = entry_.method == Poco::Net::HTTPRequest::HTTP_HEAD;
    framing.overstated = overstated;
    return serialize(answer, response_.get(kDate), framing);
}

} // namespace oauth_batch::sandbox
