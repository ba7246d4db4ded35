#include "QuotaWindow.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using oauth_batch::Instant;
using sandbox::Quota;
using sandbox::QuotaCounts;
using sandbox::QuotaWindow;

namespace {

constexpr Instant kStart{std::chrono::hours(1)};

const std::vector<std::string> kNoQuotas = {
    "",        "60",        "60/",   "/min",   "0/min",  "-1/s", "1.5/s",   "60/day", "60/min ",
    "60 /min", "2000001/h", "60/0s", "60/-6s", "60/6 s", "60/6", "60/6s/s", "60/25h"};

} // namespace

BOOST_AUTO_TEST_SUITE(QuotaWindowTest)

BOOST_AUTO_TEST_CASE(textsOfQuotasAreUnderstoodAndWritten)
{
    BOOST_TEST((sandbox::parseQuota("60/min") == Quota{60, 60s}));
    BOOST_TEST((sandbox::parseQuota("5/s") == Quota{5, 1s}));
    BOOST_TEST((sandbox::parseQuota("1000/h") == Quota{1000, 3600s}));
    BOOST_TEST((sandbox::parseQuota("60/6s") == Quota{60, 6s}));
    BOOST_TEST((sandbox::parseQuota("60/1min") == Quota{60, 60s}));
    BOOST_TEST((sandbox::parseQuota("1/250ms") == Quota{1, 250ms}));
    BOOST_TEST((sandbox::parseQuota("5/24h") == Quota{5, 24h}));
    BOOST_TEST(sandbox::toString(Quota{60, 60s}) == "60/min");
    BOOST_TEST(sandbox::toString(Quota{5, 1s}) == "5/s");
    BOOST_TEST(sandbox::toString(Quota{60, 6s}) == "60 in 6 s");
}

BOOST_DATA_TEST_CASE(otherTextsAreNoQuota, data::make(kNoQuotas), text)
{
    BOOST_TEST(!sandbox::parseQuota(text));
}

BOOST_AUTO_TEST_CASE(theLimitIsAcceptedAndOneMoreRefused)
{
    QuotaWindow window({3, 60s});
    BOOST_TEST(window.take(kStart).remaining == 2U);
    BOOST_TEST(window.take(kStart).accepted);
    BOOST_TEST(window.take(kStart + 10s).accepted);
    const auto refused = window.take(kStart + 20s);
    BOOST_TEST(!refused.accepted);
    BOOST_TEST(refused.remaining == 0U);
    BOOST_TEST((refused.reset == 40s));
}

BOOST_AUTO_TEST_CASE(aRequestLeavesTheWindowExactlyWhenItIsOneWindowOld)
{
    QuotaWindow window({1, 60s});
    BOOST_TEST(window.take(kStart).accepted);
    BOOST_TEST(!window.take(kStart + 60s - 1ns).accepted);
    BOOST_TEST(window.take(kStart + 60s).accepted);
}

BOOST_AUTO_TEST_CASE(refusedRequestsDoNotUseUpQuotaUnlessToldSo)
{
    QuotaWindow accepted({1, 60s});
    QuotaWindow all({1, 60s}, QuotaCounts::all);
    for (QuotaWindow* window : {&accepted, &all}) {
        BOOST_TEST(window->take(kStart).accepted);
        BOOST_TEST(!window->take(kStart + 30s).accepted);
    }
    BOOST_TEST(accepted.take(kStart + 61s).accepted);
    const auto refused = all.take(kStart + 61s);
    BOOST_TEST(!refused.accepted);
    BOOST_TEST((refused.reset == 60s)); // this one counts as well
    BOOST_TEST(all.take(kStart + 121s).accepted);
}

BOOST_AUTO_TEST_CASE(timesThatRunBackwardsCountAsTheLatest)
{
    QuotaWindow window({1, 60s});
    BOOST_TEST(window.take(kStart + 1s).accepted);
    BOOST_TEST(!window.take(kStart).accepted);
    BOOST_TEST(window.take(kStart + 61s).accepted);
}

BOOST_AUTO_TEST_CASE(noSlidingWindowEverHoldsMoreThanTheLimit)
{
    QuotaWindow window({7, 1s});
    std::mt19937 random(7); // NOLINT: the same numbers each time are wanted
    std::vector<Instant> accepted;
    Instant now = kStart;
    for (int i = 0; i < 20000; ++i) {
        now += std::chrono::milliseconds(random() % 150);
        if (window.take(now).accepted) accepted.push_back(now);
    }
    BOOST_TEST_REQUIRE(accepted.size() > 1000U);
    for (std::size_t i = 7; i < accepted.size(); ++i)
        BOOST_TEST_REQUIRE((accepted[i] - accepted[i - 7] >= 1s));
}

BOOST_AUTO_TEST_SUITE_END()
