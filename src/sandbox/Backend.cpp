#include "Backend.h"

#include "Random.h"

#include "oauth_batch/base/Text.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <string>

namespace oauth_batch::sandbox {

namespace {

constexpr std::uint64_t kLatencyStream = 0xffff1000U;

bool isSchemeBearer(std::string_view scheme)
{
    return scheme == "Bearer" || lowerCase(scheme) == "bearer";
}

std::string httpDate(std::chrono::sys_seconds time)
{
    return Poco::DateTimeFormatter::format(
        Poco::Timestamp::fromEpochTime(time.time_since_epoch().count()),
        Poco::DateTimeFormat::HTTP_FORMAT);
}

OperationReport change(World& world, const Route& route)
{
    return route.endpoint == Endpoint::assign
               ? world.assign(route.customerId, route.profileId)
               : world.unassign(route.customerId, route.profileId, route.force);
}

Answer answerTo(OperationResult result)
{
    switch (result) {
    case OperationResult::success:
        return operationAnswer(true);
    case OperationResult::rejected:
        return operationAnswer(false);
    case OperationResult::badRequest:
        return documentedAnswer(400);
    case OperationResult::notFound:
        break;
    }
    return documentedAnswer(404);
}

} // namespace

Backend::Backend(const Options& options, World& world, Scenario& scenario, const Clock& clock)
    : options_(options), world_(world), scenario_(scenario), clock_(clock)
{
    if (options.quota) quota_.emplace(*options.quota, options.quotaCounts);
}

Plan Backend::plan(const Call& call, Instant arrival)
{
    Plan plan;
    plan.route = parseRoute(call.method, call.target);
    plan.authorized = isAuthorized(call.authorization);
    plan.refusal = plan.authorized ? refuse(plan.route) : documentedAnswer(401);
    if (plan.refusal) return plan;
    if (quota_ && countsTowardsQuota(plan.route.endpoint)) {
        const QuotaWindow::Verdict verdict = quota_->take(arrival);
        plan.quota = verdict.accepted ? QuotaUse::counted : QuotaUse::refused;
        if (!verdict.accepted) {
            plan.refusal = tooManyRequests(verdict);
            return plan;
        }
    }
    if (!scenario_.empty())
        plan.action = scenario_.match(
            {call.method, call.target, plan.route.customerId, plan.route.profileId}, arrival);
    const bool ruled = plan.action != nullptr && plan.action->latency;
    const LatencyRange& latency = ruled ? *plan.action->latency : options_.latency;
    plan.latency = latency.at(fraction(options_.seed, kLatencyStream, ++latencies_));
    return plan;
}

bool Backend::isAuthorized(std::string_view authorization) const
{
    const auto blank = authorization.find(' ');
    if (blank == std::string_view::npos || !isSchemeBearer(authorization.substr(0, blank)))
        return false;
    const std::string_view token = trimmed(authorization.substr(blank));
    return options_.token ? token == *options_.token : !token.empty();
}

std::optional<Answer> Backend::refuse(const Route& route) const
{
    if (route.endpoint == Endpoint::none) return documentedAnswer(404);
    if (route.malformed) return documentedAnswer(400);
    return std::nullopt;
}

Answer Backend::tooManyRequests(const QuotaWindow::Verdict& verdict) const
{
    using Style = RetryAfterStyle;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(verdict.reset);
    const std::string delta = std::to_string(seconds.count());
    const std::string limit = std::to_string(quota_->quota().limit);
    const auto moment = std::chrono::ceil<std::chrono::seconds>(clock_.wallTime() + verdict.reset);
    const std::string epoch = std::to_string(moment.time_since_epoch().count());
    Answer answer = documentedAnswer(429);
    switch (options_.retryAfter) {
    case Style::none:
        break;
    case Style::seconds:
        answer.headers = {{"Retry-After", delta}};
        break;
    case Style::date:
        answer.headers = {{"Retry-After", httpDate(moment)}};
        break;
    case Style::rateLimit:
        answer.headers = {
            {"RateLimit-Limit", limit}, {"RateLimit-Remaining", "0"}, {"RateLimit-Reset", delta}};
        break;
    case Style::rateLimitItem:
        answer.headers = {{"RateLimit", "\"default\";r=0;t=" + delta}};
        break;
    case Style::xRateLimit:
    case Style::xRateLimitDelta:
        answer.headers = {
            {"X-RateLimit-Limit", limit},
            {"X-RateLimit-Remaining", "0"},
            {"X-RateLimit-Reset", options_.retryAfter == Style::xRateLimit ? epoch : delta}};
        break;
    }
    return answer;
}

Executed Backend::execute(const Plan& plan)
{
    if (plan.refusal) return {*plan.refusal, Effect::none};
    if (plan.action == nullptr) return ask(plan.route, true);
    Executed executed = ask(plan.route, plan.action->hasEffect());
    executed.answer = ruledAnswer(*plan.action, executed.answer);
    return executed;
}

Executed Backend::ask(const Route& route, bool withEffect)
{
    if (route.endpoint == Endpoint::listProfiles)
        return {{200, world_.listProfiles(route.page, route.perPage), {}}, Effect::none};
    if (route.endpoint == Endpoint::listCustomers)
        return {{200, world_.listCustomers(route.page, route.perPage), {}}, Effect::none};
    if (!withEffect) return {operationAnswer(true), Effect::none};
    const OperationReport report = change(world_, route);
    return {answerTo(report.result), report.effect};
}

Answer Backend::ruledAnswer(const Action& action, const Answer& regular)
{
    Answer answer = regular;
    if (action.status >= 300 || (action.status != 0 && action.status < 200))
        answer = documentedAnswer(action.status,
                                  action.status >= 500 ? uuid(options_.seed, ++errors_) : "");
    else if (action.status != 0)
        answer.status = action.status;
    if (action.body) answer.body = *action.body;
    answer.headers.insert(answer.headers.end(), action.headers.begin(), action.headers.end());
    return answer;
}

} // namespace oauth_batch::sandbox
