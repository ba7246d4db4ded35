#include "Backend.h"

#include "FakeClock.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace sandbox = oauth_batch::sandbox;
using namespace std::chrono_literals;
using sandbox::Effect;
using sandbox::Options;
using sandbox::QuotaUse;
using sandbox::RetryAfterStyle;
using sandbox::Rule;

namespace {

const std::string kAssign = "/api/managed_users/EA%2F1/custom_oauth_profiles/322/assign";
const std::string kUnassign = "/api/managed_users/EA%2F1/custom_oauth_profiles/322/unassign";
const std::string kProfiles = "/api/custom_oauth_profiles";
const std::string kCustomers = "/api/managed_users";

struct Fixture
{
    explicit Fixture(Options chosen = {}, std::vector<Rule> rules = {})
        : options(std::move(chosen)),
          world({}, options.policies),
          scenario(std::move(rules), options.seed),
          backend(options, world, scenario, clock)
    {}

    sandbox::Plan plan(std::string_view method, std::string_view target,
                       std::string_view authorization = "Bearer secret")
    {
        return backend.plan({method, target, authorization}, clock.now());
    }

    sandbox::Executed call(std::string_view method, std::string_view target,
                           std::string_view authorization = "Bearer secret")
    {
        return backend.execute(plan(method, target, authorization));
    }

    oauth_batch::test::FakeClock clock;
    Options options;
    sandbox::World world;
    sandbox::Scenario scenario;
    sandbox::Backend backend;
};

Options withQuota(std::uint32_t limit, RetryAfterStyle style = RetryAfterStyle::seconds)
{
    Options options;
    options.quota = sandbox::Quota{limit, 60s};
    options.retryAfter = style;
    return options;
}

Options withToken(const std::string& token)
{
    Options options;
    options.token = token;
    return options;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Of a 429 that comes 18.5 s after the only request of that minute.
Headers headersOf429(RetryAfterStyle style)
{
    Fixture fixture(withQuota(1, style));
    fixture.call("POST", kAssign);
    fixture.clock.advance(18500ms);
    const auto executed = fixture.call("POST", kAssign);
    BOOST_TEST(executed.answer.status == 429);
    return executed.answer.headers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(BackendTest)

BOOST_AUTO_TEST_CASE(anOperationChangesTheStateWhenItIsExecuted)
{
    Fixture fixture;
    const sandbox::Plan plan = fixture.plan("POST", kAssign);
    BOOST_TEST(plan.authorized);
    BOOST_TEST((plan.quota == QuotaUse::counted));
    BOOST_TEST(fixture.world.customerCount() == 0U);
    const sandbox::Executed executed = fixture.backend.execute(plan);
    BOOST_TEST(fixture.world.customerCount() == 1U);
    BOOST_TEST((executed.effect == Effect::applied));
    BOOST_TEST((executed.answer == sandbox::operationAnswer(true)));
    BOOST_TEST((fixture.call("POST", kAssign).effect == Effect::repeated));
    BOOST_TEST((fixture.call("DELETE", kUnassign).effect == Effect::applied));
}

BOOST_AUTO_TEST_CASE(onlyTheTokenIsAuthorized)
{
    Fixture fixture(withToken("secret"));
    BOOST_TEST(fixture.plan("POST", kAssign, "Bearer secret").authorized);
    BOOST_TEST(fixture.plan("POST", kAssign, "bearer  secret ").authorized);
    for (const std::string wrong : {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets",
                                    "Basic secret", "secret", "Bearer Secret"}) {
        const auto executed = fixture.call("POST", kAssign, wrong);
        BOOST_TEST((executed.answer == sandbox::documentedAnswer(401)), wrong);
        BOOST_TEST((executed.effect == Effect::none));
    }
}

BOOST_AUTO_TEST_CASE(withoutATokenAnyIsGoodButNotNone)
{
    Fixture fixture;
    BOOST_TEST(fixture.plan("POST", kAssign, "Bearer x").authorized);
    BOOST_TEST(!fixture.plan("POST", kAssign, "Bearer ").authorized);
    BOOST_TEST(!fixture.plan("POST", kAssign, "").authorized);
}

BOOST_AUTO_TEST_CASE(unknownAndMalformedRequestsAreRefused)
{
    Fixture fixture;
    BOOST_TEST((fixture.call("GET", kAssign).answer == sandbox::documentedAnswer(404)));
    BOOST_TEST(
        (fixture.call("GET", kProfiles + "?page=x").answer == sandbox::documentedAnswer(400)));
    BOOST_TEST((fixture.plan("GET", kAssign).quota == QuotaUse::free));
}

BOOST_AUTO_TEST_CASE(theQuotaCountsProfileEndpointsOfAuthorizedRequests)
{
    Fixture fixture(withQuota(2));
    fixture.call("POST", kAssign, "");
    fixture.call("GET", kCustomers);
    fixture.call("GET", "/");
    BOOST_TEST((fixture.plan("POST", kAssign).quota == QuotaUse::counted));
    BOOST_TEST((fixture.plan("GET", kProfiles).quota == QuotaUse::counted));
    const auto refused = fixture.plan("DELETE", kUnassign);
    BOOST_TEST((refused.quota == QuotaUse::refused));
    BOOST_TEST(fixture.backend.execute(refused).answer.body ==
               R"({"message":"Too many requests"})");
    BOOST_TEST((fixture.plan("GET", kCustomers).quota == QuotaUse::free));
    fixture.clock.advance(60s);
    BOOST_TEST((fixture.plan("POST", kAssign).quota == QuotaUse::counted));
}

BOOST_AUTO_TEST_CASE(aRefusalSaysWhenToComeBackInEveryStyle)
{
    using Style = RetryAfterStyle;
    BOOST_TEST((headersOf429(Style::seconds) == Headers{{"Retry-After", "42"}}));
    // The fake clock starts at 07:30:00; the minute is over at 07:31:00.
    BOOST_TEST(
        (headersOf429(Style::date) == Headers{{"Retry-After", "Fri, 01 May 2026 07:31:00 GMT"}}));
    BOOST_TEST(headersOf429(Style::none).empty());
    BOOST_TEST((headersOf429(Style::rateLimit) == Headers{{"RateLimit-Limit", "1"},
                                                          {"RateLimit-Remaining", "0"},
                                                          {"RateLimit-Reset", "42"}}));
    BOOST_TEST(
        (headersOf429(Style::rateLimitItem) == Headers{{"RateLimit", "\"default\";r=0;t=42"}}));
    BOOST_TEST((headersOf429(Style::xRateLimit) == Headers{{"X-RateLimit-Limit", "1"},
                                                           {"X-RateLimit-Remaining", "0"},
                                                           {"X-RateLimit-Reset", "1777620660"}}));
    BOOST_TEST((headersOf429(Style::xRateLimitDelta).back().second == "42"));
}

BOOST_AUTO_TEST_CASE(whatTheQuotaRefusesIsUnseenByTheScenario)
{
    Rule rule;
    rule.match.firstRequest = 2;
    rule.action.status = 503;
    Fixture fixture(withQuota(1), {rule});
    BOOST_TEST(fixture.call("POST", kAssign).answer.status == 200);
    BOOST_TEST(fixture.call("POST", kAssign).answer.status == 429);
    fixture.clock.advance(60s);
    BOOST_TEST(fixture.call("POST", kAssign).answer.status == 503);
}

BOOST_AUTO_TEST_CASE(aRuledStatusHasItsDocumentedBodyAndNoEffect)
{
    Rule rule;
    rule.action.status = 500;
    rule.action.headers = {{"Retry-After", "2"}};
    Fixture fixture({}, {rule});
    std::set<std::string> bodies;
    for (int i = 0; i < 3; ++i) {
        const auto executed = fixture.call("POST", kAssign);
        BOOST_TEST(executed.answer.status == 500);
        BOOST_TEST((executed.answer.headers == Headers{{"Retry-After", "2"}}));
        BOOST_TEST((executed.effect == Effect::none));
        BOOST_TEST(executed.answer.body.starts_with(R"({"message":"Server error","id":")"));
        BOOST_TEST(executed.answer.body.size() == 70U);
        bodies.insert(executed.answer.body);
    }
    BOOST_TEST(bodies.size() == 3U);
    BOOST_TEST(fixture.world.customerCount() == 0U);
}

BOOST_AUTO_TEST_CASE(anErrorMayHideAnEffect)
{
    Rule rule;
    rule.action.status = 504;
    rule.action.effect = true;
    rule.times = 1;
    Fixture fixture({}, {rule});
    const auto executed = fixture.call("POST", kAssign);
    BOOST_TEST(executed.answer.status == 504);
    BOOST_TEST((executed.effect == Effect::applied));
    BOOST_TEST((fixture.call("POST", kAssign).effect == Effect::repeated));
}

BOOST_AUTO_TEST_CASE(aRuledBodyReplacesTheRegularOne)
{
    Rule rule;
    rule.action.body.emplace();
    Fixture fixture({}, {rule});
    const auto executed = fixture.call("POST", kAssign);
    BOOST_TEST(executed.answer.status == 200);
    BOOST_TEST(executed.answer.body.empty());
    BOOST_TEST((executed.effect == Effect::applied));
}

BOOST_AUTO_TEST_CASE(aFaultWithoutEffectStillLooksLikeSuccess)
{
    Rule rule;
    rule.action.fault = sandbox::Fault::truncate;
    rule.action.effect = false;
    Fixture fixture({}, {rule});
    const auto executed = fixture.call("POST", kAssign);
    BOOST_TEST((executed.answer == sandbox::operationAnswer(true)));
    BOOST_TEST((executed.effect == Effect::none));
}

BOOST_AUTO_TEST_CASE(latencyIsTheServersOrTheRules)
{
    Options options;
    options.latency = {10ms, 2s};
    Rule rule;
    rule.match.method = "DELETE";
    rule.action.latency = sandbox::LatencyRange{5s, 5s};
    Fixture fixture(options, {rule});
    std::set<std::chrono::nanoseconds> drawn;
    for (int i = 0; i < 10; ++i) {
        const auto latency = fixture.plan("POST", kAssign).latency;
        BOOST_TEST((latency >= 10ms && latency < 2s));
        drawn.insert(latency);
    }
    BOOST_TEST(drawn.size() == 10U);
    BOOST_TEST((fixture.plan("DELETE", kUnassign).latency == 5s));
    BOOST_TEST((fixture.plan("POST", kAssign, "").latency == 0s)); // a refusal is immediate
}

BOOST_AUTO_TEST_CASE(listingsAreAnswered)
{
    Fixture fixture;
    fixture.call("POST", kAssign);
    BOOST_TEST(fixture.call("GET", kCustomers).answer.body ==
               R"({"result":[{"id":null,"external_id":"A/1","name":""}]})");
    BOOST_TEST(fixture.call("GET", kProfiles).answer.body.starts_with(R"({"result":[{"id":322,)"));
}

BOOST_AUTO_TEST_SUITE_END()
