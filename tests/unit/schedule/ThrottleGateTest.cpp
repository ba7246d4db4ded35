#include "oauth_batch/schedule/ThrottleGate.h"

#include <boost/test/unit_test.hpp>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;
using Reaction = ThrottleGate::Reaction;

constexpr Instant kStart = Instant(1000s);
constexpr bool kProbe = true;
constexpr bool kNoProbe = false;

BOOST_AUTO_TEST_SUITE(ThrottleGateTest)

BOOST_AUTO_TEST_CASE(opensOnlyAfterAProbesOtherAnswer)
{
    ThrottleGate gate(1h);
    BOOST_TEST(!gate.isClosed());
    BOOST_TEST((gate.throttled(30s, kNoProbe, kStart) == Reaction::pause));
    BOOST_TEST(gate.isClosed());
    BOOST_TEST((gate.until() == kStart + 30s + ThrottleGate::kLittle));
    gate.answered(true, kNoProbe); // sent before the pause
    BOOST_TEST(gate.isClosed());
    gate.answered(false, kProbe);
    BOOST_TEST(!gate.isClosed());
}

BOOST_AUTO_TEST_CASE(pausesWithoutAWishGrowFromFiveToSixtySeconds)
{
    ThrottleGate gate(1h);
    Instant now = kStart;
    bool probe = false;
    for (const auto pause : {5s, 10s, 20s, 40s, 60s, 60s}) {
        BOOST_TEST((gate.throttled({}, probe, now) == Reaction::pause));
        BOOST_TEST((gate.until() == now + pause));
        now = gate.until();
        probe = true;
    }
    gate.answered(true, kProbe);
    gate.throttled({}, kNoProbe, now);
    BOOST_TEST((gate.until() == now + 5s));
}

BOOST_AUTO_TEST_CASE(aWishOfZeroIsNone)
{
    ThrottleGate gate(1h);
    gate.throttled(0ms, kNoProbe, kStart);
    BOOST_TEST((gate.until() == kStart + 5s));
    gate.throttled(0ms, kProbe, kStart + 5s);
    BOOST_TEST((gate.until() == kStart + 15s));
}

BOOST_AUTO_TEST_CASE(stragglersDoNotEscalateButTheirWishesCount)
{
    ThrottleGate gate(1h);
    gate.throttled({}, kNoProbe, kStart);
    gate.throttled({}, kNoProbe, kStart + 1s);
    gate.throttled({}, kNoProbe, kStart + 2s);
    BOOST_TEST((gate.until() == kStart + 5s));
    gate.throttled(1s, kNoProbe, kStart + 2s); // never shortens
    BOOST_TEST((gate.until() == kStart + 5s));
    gate.throttled(10s, kNoProbe, kStart + 2s);
    BOOST_TEST((gate.until() == kStart + 12s + ThrottleGate::kLittle));
}

BOOST_AUTO_TEST_CASE(aWishLongerThanMaxWaitGivesUp)
{
    ThrottleGate gate(10s);
    BOOST_TEST((gate.throttled(10s, kNoProbe, kStart) == Reaction::pause));
    BOOST_TEST((gate.throttled(10001ms, kNoProbe, kStart) == Reaction::giveUp));
}

BOOST_AUTO_TEST_CASE(givesUpAfterMaxWaitWithoutASuccessAndALastProbe)
{
    ThrottleGate gate(12s);
    gate.throttled({}, kNoProbe, kStart);
    BOOST_TEST((gate.throttled({}, kProbe, kStart + 5s) == Reaction::pause));
    BOOST_TEST((gate.until() == kStart + 12s)); // not 15 s: the patience ends there
    BOOST_TEST((gate.throttled({}, kProbe, kStart + 12s) == Reaction::giveUp));
}

BOOST_AUTO_TEST_CASE(aSuccessBeginsThePatienceAnew)
{
    ThrottleGate gate(12s);
    gate.throttled({}, kNoProbe, kStart);
    gate.answered(true, kProbe);
    BOOST_TEST((gate.throttled({}, kNoProbe, kStart + 20s) == Reaction::pause));
    // A server error opens the gate, but is no success.
    gate.answered(false, kProbe);
    BOOST_TEST((gate.throttled({}, kNoProbe, kStart + 32s) == Reaction::giveUp));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
