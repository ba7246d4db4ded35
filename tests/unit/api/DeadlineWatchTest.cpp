#include "oauth_batch/api/DeadlineWatch.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace oauth_batch;
using namespace std::chrono_literals;

namespace {

struct Pair
{
    std::array<int, 2> ends{};
    Pair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
    ~Pair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    /// Blocks until the other end writes or this one is shut down.
    long read()
    {
        char byte = 0;
        return ::recv(ends[0], &byte, 1, 0);
    }
    bool isOpen()
    {
        char byte = 0;
        return ::recv(ends[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(DeadlineWatchTest)

BOOST_AUTO_TEST_CASE(blockedReadReturnsAtTheDeadline)
{
    DeadlineWatch watch;
    Pair pair;
    DeadlineWatch::Socket socket(watch, pair.ends[0]);
    const auto start = std::chrono::steady_clock::now();
    socket.arm(50ms);
    BOOST_TEST(pair.read() == 0);
    const auto took = std::chrono::steady_clock::now() - start;
    BOOST_TEST(socket.fired());
    BOOST_TEST((took >= 50ms && took < 2s));
}

BOOST_AUTO_TEST_CASE(disarmedSocketStaysOpen)
{
    DeadlineWatch watch;
    Pair kept;
    Pair other;
    DeadlineWatch::Socket keptSocket(watch, kept.ends[0]);
    DeadlineWatch::Socket otherSocket(watch, other.ends[0]);
    keptSocket.arm(20ms);
    keptSocket.disarm();
    otherSocket.arm(60ms);
    other.read(); // by now the kept one would have been shut down
    BOOST_TEST(kept.isOpen());
    BOOST_TEST(!keptSocket.fired());
}

BOOST_AUTO_TEST_CASE(earlierDeadlineOvertakesALaterOne)
{
    DeadlineWatch watch;
    Pair late;
    Pair early;
    DeadlineWatch::Socket lateSocket(watch, late.ends[0]);
    DeadlineWatch::Socket earlySocket(watch, early.ends[0]);
    lateSocket.arm(1h);
    earlySocket.arm(20ms);
    BOOST_TEST(early.read() == 0);
    BOOST_TEST(late.isOpen());
    lateSocket.arm(20ms); // replaced by an earlier one
    BOOST_TEST(late.read() == 0);
}

BOOST_AUTO_TEST_CASE(reusedNumberIsNotTouched)
{
    DeadlineWatch watch;
    auto first = std::make_unique<Pair>();
    const int number = first->ends[0];
    DeadlineWatch::Socket socket(watch, number);
    socket.arm(60ms);
    first.reset(); // the owner closes early, the number is free
    Pair second;
    BOOST_REQUIRE(second.ends[0] == number);
    Pair signal;
    DeadlineWatch::Socket signalSocket(watch, signal.ends[0]);
    signalSocket.arm(80ms);
    signal.read();
    BOOST_TEST(socket.fired());
    BOOST_TEST(second.isOpen());
}

BOOST_AUTO_TEST_CASE(endsWhileSocketsAreArmedElsewhere)
{
    for (int i = 0; i < 50; ++i) {
        DeadlineWatch watch;
        Pair pair;
        DeadlineWatch::Socket socket(watch, pair.ends[0]);
        socket.arm(1h);
    }
}

BOOST_AUTO_TEST_SUITE_END()
