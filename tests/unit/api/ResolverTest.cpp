#include "oauth_batch/api/Resolver.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

using namespace oauth_batch;
using namespace std::chrono_literals;

namespace {

/// Stands still until it is moved; waiting for a deadline moves it there at once.
class HastyClock : public Clock
{
public:
    Instant now() const override { return now_; }
    WallTime wallTime() const override { return {}; }
    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& event,
              Instant deadline) override
    {
        if (patient_)
            event.wait(lock);
        else
            now_ = deadline;
    }
    void move(std::chrono::nanoseconds span) { now_ = now_.load() + span; }
    /// Waiting means waiting for the event, however long it takes.
    void becomePatient() { patient_ = true; }

private:
    std::atomic<Instant> now_{Instant(1h)};
    std::atomic<bool> patient_ = false;
};

/// A lookup that counts, and that can be held back.
struct SlowLookup
{
    std::mutex mutex;
    std::condition_variable changed;
    bool open = true;
    int calls = 0;
    std::string problem;

    Resolver::Resolution operator()(const std::string&)
    {
        std::unique_lock lock(mutex);
        ++calls;
        changed.notify_all();
        changed.wait(lock, [this] { return open; });
        if (!problem.empty()) return {{}, problem};
        return {{Poco::Net::IPAddress("192.0.2." + std::to_string(calls))}, {}};
    }
    void setOpen(bool value)
    {
        const std::lock_guard lock(mutex);
        open = value;
        changed.notify_all();
    }
};

struct Fixture
{
    HastyClock clock;
    std::shared_ptr<SlowLookup> lookup = std::make_shared<SlowLookup>();
    Resolver resolver{clock,
                      [lookup = lookup](const std::string& host) { return (*lookup)(host); }};

    ~Fixture() { lookup->setOpen(true); }

    std::string ask()
    {
        const auto result = resolver.resolve("host.example", 1s);
        return result.addresses.empty() ? result.problem : result.addresses.front().toString();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ResolverTest, Fixture)

BOOST_AUTO_TEST_CASE(literalIsNotLookedUp)
{
    BOOST_TEST(resolver.resolve("127.0.0.1", 0s).addresses.front().toString() == "127.0.0.1");
    BOOST_TEST(resolver.resolve("::1", 0s).addresses.front().toString() == "::1");
    BOOST_TEST(lookup->calls == 0);
}

BOOST_AUTO_TEST_CASE(answerIsKeptForAMinute)
{
    clock.becomePatient();
    BOOST_TEST(ask() == "192.0.2.1");
    clock.move(59s);
    BOOST_TEST(ask() == "192.0.2.1");
    clock.move(2s);
    BOOST_TEST(ask() == "192.0.2.2");
    resolver.forget("host.example");
    BOOST_TEST(ask() == "192.0.2.3");
}

BOOST_AUTO_TEST_CASE(failureIsNotKept)
{
    clock.becomePatient();
    lookup->problem = "no such host";
    BOOST_TEST(ask() == "no such host");
    lookup->problem.clear();
    BOOST_TEST(ask() == "192.0.2.2");
}

BOOST_AUTO_TEST_CASE(hangingLookupIsGivenUpAtTheDeadlineAndHelpsTheNext)
{
    lookup->setOpen(false);
    BOOST_TEST(ask().find("in time") != std::string::npos);
    BOOST_TEST(ask().find("in time") != std::string::npos); // joins the one that hangs
    clock.becomePatient();
    lookup->setOpen(true);
    BOOST_TEST(ask() == "192.0.2.1");
    BOOST_TEST(lookup->calls == 1);
}

BOOST_AUTO_TEST_CASE(resolverMayGoBeforeItsLookupEnds)
{
    auto other = std::make_shared<SlowLookup>();
    other->setOpen(false);
    {
        Resolver shortLived(clock, [other](const std::string& host) { return (*other)(host); });
        shortLived.resolve("host.example", 1s);
    }
    std::unique_lock lock(other->mutex);
    other->changed.wait(lock, [&] { return other->calls == 1; });
    lock.unlock();
    other->setOpen(true);
}

BOOST_AUTO_TEST_CASE(systemKnowsLocalhost)
{
    const auto found = Resolver::lookUpBySystem("localhost");
    BOOST_REQUIRE(!found.addresses.empty());
    for (const auto& address : found.addresses)
        BOOST_TEST(address.isLoopback());
    BOOST_TEST(!Resolver::lookUpBySystem("host.invalid").problem.empty());
}

BOOST_AUTO_TEST_SUITE_END()
