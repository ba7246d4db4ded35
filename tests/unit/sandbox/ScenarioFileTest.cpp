#include "ScenarioFile.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using sandbox::parseScenario;

namespace {

struct Refusal
{
    std::string json;
    std::string message;
};

std::ostream& operator<<(std::ostream& out, const Refusal& sample)
{
    return out << sample.json;
}

std::string ruleWithMatch(const std::string& match)
{
    return R"({"rules":[{"match":)" + match + R"(,"do":{"status":500}}]})";
}

std::string ruleWithAction(const std::string& action)
{
    return R"({"rules":[{"do":)" + action + "}]}";
}

const std::vector<Refusal> kRefusals = {
    {"[]", "f.json: not an object"},
    {R"({"rule":[]})", R"(f.json.rule: unknown key (did you mean "rules"?))"},
    {R"({"rules":{}})", "f.json.rules: an object: not a list"},
    {R"({"rules":[1]})", "f.json.rules[0]: not an object"},
    {R"({"rules":[{"match":{}}]})", R"(f.json.rules[0]: "do" is missing)"},
    {R"({"rules":[{"do":{}},{"do":{},"time":3}]})",
     R"(f.json.rules[1].time: unknown key (did you mean "times"?))"},
    {R"({"rules":[{"do":{},"times":0}]})", "f.json.rules[0].times: 0: not a whole number from 1"},
    {ruleWithMatch(R"({"metod":"POST"})"),
     R"(f.json.rules[0].match.metod: unknown key (did you mean "method"?))"},
    {ruleWithMatch(R"({"method":7})"), "f.json.rules[0].match.method: 7: not a string"},
    {ruleWithMatch(R"({"requests":"5-3"})"),
     R"(f.json.rules[0].match.requests: "5-3": not a number from 1 or a range such as "3-5" or "3-")"},
    {ruleWithMatch(R"({"requests":0})"),
     R"(f.json.rules[0].match.requests: 0: not a number from 1 or a range such as "3-5" or "3-")"},
    {ruleWithMatch(R"({"every":1.5})"),
     "f.json.rules[0].match.every: 1.5: not a whole number from 1"},
    {ruleWithMatch(R"({"every":true})"),
     "f.json.rules[0].match.every: true: not a whole number from 1"},
    {ruleWithMatch(R"({"after":10})"), "f.json.rules[0].match.after: 10: not a string"},
    {ruleWithMatch(R"({"after":"soon"})"),
     R"(f.json.rules[0].match.after: "soon": not a duration such as "10s" or "250ms")"},
    {ruleWithMatch(R"({"probability":1.5})"),
     "f.json.rules[0].match.probability: 1.5: not a number from 0 to 1"},
    {ruleWithMatch(R"({"probability":"0.5"})"),
     R"(f.json.rules[0].match.probability: "0.5": not a number from 0 to 1)"},
    {ruleWithMatch(R"({"count_by":"row"})"),
     R"(f.json.rules[0].match.count_by: "row": not "all", "customer" or "target")"},
    {ruleWithAction(R"({"status":99})"), "f.json.rules[0].do.status: 99: not 100 to 599"},
    {ruleWithAction(R"({"status":"500"})"), R"(f.json.rules[0].do.status: "500": not 100 to 599)"},
    {ruleWithAction(R"({"latency":"2s..1s"})"),
     R"(f.json.rules[0].do.latency: "2s..1s": not such as "120ms" or "10ms..2s")"},
    {ruleWithAction(R"({"effect":"no"})"), R"(f.json.rules[0].do.effect: "no": not true or false)"},
    {ruleWithAction(R"({"headers":{"A":"b\r\nC: d"}})"),
     "f.json.rules[0].do.headers.A: not a string without control characters"},
    {ruleWithAction(R"({"headers":{"A b":"c"}})"),
     "f.json.rules[0].do.headers.A b: not a header name"},
    {ruleWithAction("null"), "f.json.rules[0].do: not an object"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(ScenarioFileTest)

BOOST_AUTO_TEST_CASE(everyKeyIsRead)
{
    const auto file = parseScenario(R"({
        "about": "all keys",
        "options": {"quota": "30/min", "seed": 7},
        "rules": [{
            "about": "a rule",
            "match": {"method": "POST", "target": "*/assign", "customer": "E*", "profile": "322",
                      "requests": "3-5", "every": 7, "count_by": "customer", "after": "10s",
                      "until": "70s", "probability": 0.25},
            "times": 3,
            "do": {"status": 503, "body": "busy", "headers": {"Retry-After": "2"},
                   "latency": "10ms..2s", "fault": "trickle", "interval": "100ms",
                   "effect": true}
        }]
    })",
                                    "f.json");
    const std::vector<std::pair<std::string, std::string>> options = {{"quota", "30/min"},
                                                                      {"seed", "7"}};
    BOOST_TEST((file.options == options));
    sandbox::Rule rule;
    rule.match = {"POST", "*/assign", "E*", "322", 3, 5, 7, sandbox::CountBy::customer,
                  10s,    70s,        0.25};
    rule.times = 3;
    rule.action = {503,
                   "busy",
                   {{"Retry-After", "2"}},
                   sandbox::LatencyRange{10ms, 2s},
                   sandbox::Fault::trickle,
                   100ms,
                   true};
    BOOST_TEST_REQUIRE(file.rules.size() == 1U);
    BOOST_TEST((file.rules.front() == rule));
}

BOOST_AUTO_TEST_CASE(whatIsLeftOutHasItsDefault)
{
    const auto file = parseScenario(R"({"rules":[{"do":{}}]})", "f.json");
    BOOST_TEST_REQUIRE(file.rules.size() == 1U);
    BOOST_TEST((file.rules.front() == sandbox::Rule{}));
    BOOST_TEST(parseScenario("{}", "f.json").rules.empty());
}

BOOST_AUTO_TEST_CASE(requestsMayBeOneOrOpen)
{
    const auto one = parseScenario(ruleWithMatch(R"({"requests":4})"), "f.json");
    BOOST_TEST(one.rules.front().match.firstRequest == 4U);
    BOOST_TEST(one.rules.front().match.lastRequest == 4U);
    const auto open = parseScenario(ruleWithMatch(R"({"requests":"4-"})"), "f.json");
    BOOST_TEST(open.rules.front().match.firstRequest == 4U);
    BOOST_TEST(open.rules.front().match.lastRequest == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(anEmptyBodyIsNotTheSameAsNone)
{
    const auto file = parseScenario(ruleWithAction(R"({"status":200,"body":""})"), "f.json");
    BOOST_TEST_REQUIRE(file.rules.front().action.body.has_value());
    BOOST_TEST(file.rules.front().action.body->empty());
}

BOOST_DATA_TEST_CASE(whatIsWrongIsRefusedWithItsPlace, data::make(kRefusals), sample)
{
    try {
        parseScenario(sample.json, "f.json");
        BOOST_ERROR("accepted");
    } catch (const oauth_batch::DataError& error) {
        BOOST_TEST(error.what() == sample.message);
    }
}

BOOST_AUTO_TEST_CASE(whatIsNoJsonIsRefused)
{
    for (const std::string text : {"", "{", "rules", R"({"rules":[})"})
        BOOST_CHECK_THROW(parseScenario(text, "f.json"), oauth_batch::DataError);
}

BOOST_AUTO_TEST_CASE(aMissingFileIsNoInput)
{
    try {
        sandbox::readScenario("/nonexistent/scenario.json");
        BOOST_ERROR("read");
    } catch (const oauth_batch::IoError& error) {
        BOOST_TEST((error.exitCode() == oauth_batch::ExitCode::noInput));
    }
}

BOOST_AUTO_TEST_SUITE_END()
