#include "InFlight.h"

#include "oauth_batch/base/UniqueFd.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>

#include <sys/socket.h>

using oauth_batch::UniqueFd;
using oauth_batch::sandbox::InFlight;

namespace {

struct Connection
{
    Connection()
    {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        client.reset(ends[0]);
        server.reset(ends[1]);
    }

    UniqueFd client;
    UniqueFd server;
};

} // namespace

BOOST_AUTO_TEST_SUITE(InFlightTest)

BOOST_AUTO_TEST_CASE(requestsOfOneCustomerSeeEachOther)
{
    InFlight inFlight;
    const Connection one;
    const Connection two;
    std::optional<InFlight::Entry> first(std::in_place, inFlight, "E1", one.server.get());
    BOOST_TEST(first->others() == 0U);
    const InFlight::Entry second(inFlight, "E1", two.server.get());
    BOOST_TEST(second.others() == 1U);
    const InFlight::Entry other(inFlight, "1", two.server.get());
    BOOST_TEST(other.others() == 0U);
    first.reset();
    const InFlight::Entry third(inFlight, "E1", one.server.get());
    BOOST_TEST(third.others() == 1U);
}

BOOST_AUTO_TEST_CASE(whoHasLeftIsNotSeen)
{
    InFlight inFlight;
    const Connection one;
    InFlight::Entry first(inFlight, "E1", one.server.get());
    first.leave();
    const InFlight::Entry second(inFlight, "E1", one.server.get());
    BOOST_TEST(second.others() == 0U);
}

BOOST_AUTO_TEST_CASE(aRequestThatItsClientGaveUpIsNotSeen)
{
    InFlight inFlight;
    Connection one;
    const Connection two;
    const InFlight::Entry first(inFlight, "E1", one.server.get());
    one.client.reset();
    const InFlight::Entry second(inFlight, "E1", two.server.get());
    BOOST_TEST(second.others() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
