#include "oauth_batch/schedule/StopRules.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace oauth_batch {
namespace {

BOOST_AUTO_TEST_SUITE(StopRulesTest)

BOOST_AUTO_TEST_CASE(stopsWhenEachOfTheFirstFiveAnswersIs403)
{
    StopRules rules({});
    for (int i = 0; i < 4; ++i)
        BOOST_TEST((rules.answered(403) == StopReason::none));
    BOOST_TEST((rules.answered(403) == StopReason::forbidden));
}

BOOST_AUTO_TEST_CASE(oneOtherAnswerAmongTheFirstFiveSwitchesThatRuleOff)
{
    for (int other = 0; other < 5; ++other) {
        StopRules rules({});
        for (int i = 0; i < 100; ++i)
            BOOST_TEST((rules.answered(i == other ? 200 : 403) == StopReason::none));
    }
}

BOOST_AUTO_TEST_CASE(stopsWhenTheNumberOfFailuresIsReached)
{
    StopRules rules(FailureLimit{3, false});
    BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::none));
    BOOST_TEST((rules.finished(RowStatus::succeeded) == StopReason::none));
    BOOST_TEST((rules.finished(RowStatus::unknown) == StopReason::none));
    BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::maxFailures));
}

BOOST_AUTO_TEST_CASE(percentageCountsOnlyFromTwentyRowsOn)
{
    StopRules rules(FailureLimit{10, true});
    for (int i = 0; i < 19; ++i)
        BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::none));
    BOOST_TEST((rules.finished(RowStatus::succeeded) == StopReason::maxFailures));
}

BOOST_AUTO_TEST_CASE(percentageIsReachedExactly)
{
    StopRules rules(FailureLimit{10, true});
    for (int i = 0; i < 28; ++i)
        BOOST_TEST((rules.finished(RowStatus::succeeded) == StopReason::none));
    BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::none));        // 1 of 29
    BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::none));        // 2 of 30
    BOOST_TEST((rules.finished(RowStatus::unknown) == StopReason::none));       // 3 of 31
    BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::maxFailures)); // 4 of 32
}

BOOST_AUTO_TEST_CASE(withoutALimitFailuresStopNothing)
{
    StopRules rules({});
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST((rules.finished(RowStatus::failed) == StopReason::none));
}

BOOST_DATA_TEST_CASE(limitsAreReadAndWritten,
                     boost::unit_test::data::make(std::vector<std::string>{"1", "25", "10%", "100%",
                                                                           "4294967295"}),
                     text)
{
    const auto limit = FailureLimit::parse(text);
    BOOST_REQUIRE(limit.has_value());
    BOOST_TEST(limit->toString() == text);
}

BOOST_DATA_TEST_CASE(otherTextsAreNoLimits,
                     boost::unit_test::data::make(std::vector<std::string>{
                         "", "0", "0%", "%", "101%", "-1", "1.5%", "5 %", "4294967296"}),
                     text)
{
    BOOST_TEST(!FailureLimit::parse(text).has_value());
}

const std::vector<std::tuple<StopReason, std::string, int>> kReasons = {
    {StopReason::none, "none", 0},
    {StopReason::unauthorized, "unauthorized", 77},
    {StopReason::forbidden, "forbidden", 77},
    {StopReason::untrusted, "untrusted", 69},
    {StopReason::maxFailures, "max_failures", 75},
    {StopReason::maxDuration, "max_duration", 75},
    {StopReason::throttled, "throttled", 75},
    {StopReason::outage, "outage", 75},
    {StopReason::interrupted, "interrupted", 130},
    {StopReason::journalFailed, "journal_failed", 74},
};

BOOST_AUTO_TEST_CASE(reasonsHaveTheirNamesAndExitCodes)
{
    for (const auto& [reason, name, code] : kReasons) {
        BOOST_TEST(toString(reason) == name);
        BOOST_TEST(static_cast<int>(exitCodeOf(reason)) == code);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
