#include "Scenario.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using oauth_batch::Instant;
using sandbox::Action;
using sandbox::CountBy;
using sandbox::Fault;
using sandbox::Rule;
using sandbox::Scenario;
using sandbox::Subject;

namespace {

constexpr Instant kStart{std::chrono::hours(1)};
constexpr Subject kAssign{"POST", "/api/managed_users/1/custom_oauth_profiles/322/assign", "1",
                          "322"};
constexpr Subject kUnassign{"DELETE", "/api/managed_users/E2/custom_oauth_profiles/7/unassign",
                            "E2", "7"};

Rule ruleWith(int status)
{
    Rule rule;
    rule.action.status = status;
    return rule;
}

/// For which of `count` requests the rule applies: "010" for the second of three.
std::string pattern(const Rule& rule, int count, const Subject& subject = kAssign)
{
    Scenario scenario({rule}, 1);
    std::string text;
    for (int i = 0; i < count; ++i)
        text += scenario.match(subject, kStart) != nullptr ? '1' : '0';
    return text;
}

struct GlobSample
{
    std::string pattern;
    std::string text;
    bool matches;
};

std::ostream& operator<<(std::ostream& out, const GlobSample& sample)
{
    return out << sample.pattern << " on " << sample.text;
}

const std::vector<GlobSample> kGlobs = {
    {"", "", true},
    {"", "a", false},
    {"*", "", true},
    {"*", "abc", true},
    {"a*c", "abbbc", true},
    {"a*c", "abbb", false},
    {"*a*b*", "xxaxxbxx", true},
    {"*ab", "aab", true},
    {"?", "a", true},
    {"?", "", false},
    {"a?c", "abc", true},
    {"a\\*c", "a*c", true},
    {"a\\*c", "abc", false},
    {"\\?", "?", true},
    {"\\?", "a", false},
    {"a\\", "a\\", true},
    {"*/unassign?force=true", "/x/unassign?force=true", true},
    {"abc", "abcd", false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(ScenarioTest)

BOOST_DATA_TEST_CASE(globsMatchTheWholeText, data::make(kGlobs), sample)
{
    BOOST_TEST(sandbox::matchesGlob(sample.pattern, sample.text) == sample.matches);
}

BOOST_AUTO_TEST_CASE(withoutRulesNothingMatches)
{
    Scenario scenario;
    BOOST_TEST(scenario.empty());
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
}

BOOST_AUTO_TEST_CASE(theFirstRuleThatMatchesApplies)
{
    Rule first = ruleWith(500);
    first.match.method = "DELETE";
    Scenario scenario({first, ruleWith(503), ruleWith(504)}, 1);
    BOOST_TEST(scenario.match(kAssign, kStart)->status == 503);
    BOOST_TEST(scenario.match(kUnassign, kStart)->status == 500);
}

BOOST_AUTO_TEST_CASE(allGivenFieldsMustHold)
{
    Rule rule = ruleWith(500);
    rule.match.method = "DELETE";
    rule.match.target = "*/unassign";
    rule.match.customer = "E*";
    rule.match.profile = "7";
    BOOST_TEST(pattern(rule, 1, kUnassign) == "1");
    BOOST_TEST(pattern(rule, 1, kAssign) == "0");
    rule.match.profile = "8";
    BOOST_TEST(pattern(rule, 1, kUnassign) == "0");
}

BOOST_AUTO_TEST_CASE(requestsAreCountedFromOne)
{
    Rule rule = ruleWith(500);
    rule.match.firstRequest = 3;
    rule.match.lastRequest = 5;
    BOOST_TEST(pattern(rule, 7) == "0011100");
}

BOOST_AUTO_TEST_CASE(everySeventhIsTheSeventhAndFourteenth)
{
    Rule rule = ruleWith(500);
    rule.match.every = 7;
    BOOST_TEST(pattern(rule, 15) == "000000100000010");
}

BOOST_AUTO_TEST_CASE(timesBoundsHowOftenARuleApplies)
{
    Rule rule = ruleWith(500);
    rule.match.every = 2;
    rule.times = 2;
    BOOST_TEST(pattern(rule, 8) == "01010000");
}

BOOST_AUTO_TEST_CASE(requestsOfOtherKindsAreNotCounted)
{
    Rule rule = ruleWith(500);
    rule.match.method = "POST";
    rule.match.firstRequest = rule.match.lastRequest = 2;
    Scenario scenario({rule}, 1);
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
    BOOST_TEST((scenario.match(kUnassign, kStart) == nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart) != nullptr));
}

BOOST_AUTO_TEST_CASE(aRuleCountsWhatAnEarlierRuleTook)
{
    Rule first = ruleWith(500);
    first.times = 1;
    Rule second = ruleWith(503);
    second.match.firstRequest = second.match.lastRequest = 2;
    Scenario scenario({first, second}, 1);
    BOOST_TEST(scenario.match(kAssign, kStart)->status == 500);
    BOOST_TEST(scenario.match(kAssign, kStart)->status == 503);
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
}

BOOST_AUTO_TEST_CASE(countingByTargetSeesTheAttemptsOfARow)
{
    Rule rule = ruleWith(500);
    rule.match.countBy = CountBy::target;
    rule.times = 1;
    Scenario scenario({rule}, 1);
    BOOST_TEST((scenario.match(kAssign, kStart) != nullptr));
    BOOST_TEST((scenario.match(kUnassign, kStart) != nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
    BOOST_TEST((scenario.match(kUnassign, kStart) == nullptr));
}

BOOST_AUTO_TEST_CASE(countingByCustomerIgnoresTheTarget)
{
    Rule rule = ruleWith(500);
    rule.match.countBy = CountBy::customer;
    rule.match.firstRequest = 2;
    Scenario scenario({rule}, 1);
    Subject other = kAssign;
    other.target = "/another";
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
    BOOST_TEST((scenario.match(other, kStart) != nullptr));
}

BOOST_AUTO_TEST_CASE(timesCountFromTheFirstRequest)
{
    Rule rule = ruleWith(500);
    rule.match.after = 10s;
    rule.match.until = 70s;
    Scenario scenario({rule}, 1);
    BOOST_TEST((scenario.match(kAssign, kStart) == nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart + 10s - 1ns) == nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart + 10s) != nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart + 70s - 1ns) != nullptr));
    BOOST_TEST((scenario.match(kAssign, kStart + 70s) == nullptr));
}

BOOST_AUTO_TEST_CASE(probabilityIsKeptAndTheSameForTheSameSeed)
{
    Rule rule = ruleWith(500);
    rule.match.probability = 0.1;
    const std::string first = pattern(rule, 10000);
    BOOST_TEST(first == pattern(rule, 10000));
    const auto hits = std::count(first.begin(), first.end(), '1');
    BOOST_TEST(hits > 800);
    BOOST_TEST(hits < 1200);
    Scenario other({rule}, 2);
    std::string second;
    for (int i = 0; i < 10000; ++i)
        second += other.match(kAssign, kStart) != nullptr ? '1' : '0';
    BOOST_TEST((first != second));
}

BOOST_AUTO_TEST_CASE(probabilityZeroNeverMatches)
{
    Rule rule = ruleWith(500);
    rule.match.probability = 0.0;
    BOOST_TEST(pattern(rule, 100).find('1') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(effectsFollowFromFaultAndStatusUnlessGiven)
{
    const auto hasEffect = [](Fault fault, int status) {
        Action action;
        action.fault = fault;
        action.status = status;
        return action.hasEffect();
    };
    BOOST_TEST(!hasEffect(Fault::dropBefore, 0));
    BOOST_TEST(!hasEffect(Fault::resetBefore, 0));
    BOOST_TEST(!hasEffect(Fault::hang, 0));
    BOOST_TEST(hasEffect(Fault::dropAfter, 0));
    BOOST_TEST(hasEffect(Fault::resetAfter, 0));
    BOOST_TEST(hasEffect(Fault::truncate, 0));
    BOOST_TEST(hasEffect(Fault::none, 200));
    BOOST_TEST(!hasEffect(Fault::none, 503));
    BOOST_TEST(!hasEffect(Fault::truncate, 503));
    Action action;
    action.status = 504;
    action.effect = true;
    BOOST_TEST(action.hasEffect());
}

BOOST_AUTO_TEST_CASE(faultNamesAreReadAsTheyAreWritten)
{
    for (const Fault fault :
         {Fault::dropBefore, Fault::dropAfter, Fault::resetBefore, Fault::resetAfter, Fault::hang,
          Fault::trickle, Fault::truncate, Fault::garbage, Fault::closeAfterAnswer})
        BOOST_TEST((sandbox::parseFault(sandbox::toString(fault)) == fault));
    BOOST_TEST(!sandbox::parseFault("-"));
    BOOST_TEST(!sandbox::parseFault("drop"));
}

BOOST_AUTO_TEST_SUITE_END()
