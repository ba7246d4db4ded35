#include "HaproxyProcess.h"
#include "SandboxProcess.h"
#include "ServerRig.h"

#include <boost/test/unit_test.hpp>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

struct HaproxyRig : ServerRig
{
    HaproxyRig()
    {
        BOOST_REQUIRE_MESSAGE(HaproxyProcess::isInstalled(),
                              "haproxy is needed: scripts/setup test");
    }

    HaproxyProcess::Setup setup() const
    {
        HaproxyProcess::Setup setup;
        setup.server = sandbox.port();
        return setup;
    }

    SandboxProcess sandbox;
};

/// A row that is never answered, among others that are; how its end is told.
void checkThirdRowIsUnknown(const HaproxyRig& rig, const std::string& codes)
{
    const CsvTable results = rig.table("in.results.csv");
    for (std::size_t row = 0; row < results.size(); ++row) {
        const bool isThird = row == 2;
        BOOST_TEST(results.at(row, "result_status") == (isThird ? "unknown" : "succeeded"));
        BOOST_TEST(results.at(row, "result_attempts") == (isThird ? "2" : "1"));
    }
    CHECK_SAYS(results.at(2, "result_error_code"), "^(" + codes + ")$");
    BOOST_TEST(eachOnce(timesAsked(rig.sandbox.requests()), results.size() - 1));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Haproxy, HaproxyRig)

BOOST_AUTO_TEST_CASE(everyRowGoesThroughOnce)
{
    HaproxyProcess proxy(setup());
    write("in.csv", assignments(200));
    CHECK_EXIT(send(proxy.url()), 0);
    BOOST_TEST(allSucceededAtOnce(200));
    BOOST_TEST(eachOnce(timesAsked(sandbox.requests()), 200));
}

BOOST_AUTO_TEST_CASE(closeAfterEachAnswerCostsNothing)
{
    auto closing = setup();
    closing.defaults = "option httpclose";
    HaproxyProcess proxy(closing);
    write("in.csv", assignments(60));
    CHECK_EXIT(send(proxy.url()), 0);
    BOOST_TEST(allSucceededAtOnce(60));
    BOOST_TEST(eachOnce(timesAsked(sandbox.requests()), 60));
}

BOOST_AUTO_TEST_CASE(shortPatienceWithIdleConnectionsCostsNothing)
{
    // One closes a connection after its request, the other also one that never had a request, which
    // it answers with 408 before it is asked.
    HaproxyRig other;
    auto kept = setup();
    kept.defaults = "timeout http-keep-alive 200ms";
    auto unused = other.setup();
    unused.defaults = "timeout http-request 1500ms";
    HaproxyProcess first(kept);
    HaproxyProcess second(unused);
    write("in.csv", assignments(16));
    other.write("in.csv", assignments(4));
    const auto quick = start(first.url(), {"--rate=3/s"});
    const auto slow = other.start(second.url(), {"--rate=20/min"});
    CHECK_EXIT(quick->wait(), 0);
    BOOST_TEST(allSucceededAtOnce(16));
    BOOST_TEST(eachOnce(timesAsked(sandbox.requests()), 16));
    CHECK_EXIT(slow->wait(), 0);
    BOOST_TEST(other.allSucceededAtOnce(4));
    const auto requests = other.sandbox.requests();
    BOOST_REQUIRE(eachOnce(timesAsked(requests), 4));
    const auto span = requests.back().arrival - requests.front().arrival;
    BOOST_TEST((span > 8900ms), span.count() << " ns");
#ifndef OAUTH_BATCH_SANITIZED
    BOOST_TEST((span < 11s), span.count() << " ns"); // A lost slot is 3 s more.
#endif
}

BOOST_AUTO_TEST_CASE(serverThatGoesAwayAndComesBackElsewhereIsAnOutage)
{
    HaproxyProcess proxy(setup());
    write("in.csv", assignments(80));
    const auto process = start(proxy.url(), {"--workers=4", "--rate=40/s"});
    sandbox.waitForRequests(20);
    sandbox.stop();
    // haproxy says 503 by itself now.
    process->waitForOutput("does not answer as it should");
    SandboxProcess successor;
    proxy.moveServerTo(successor.port());
    CHECK_EXIT(process->wait(), 0);
    auto requests = sandbox.requests();
    const auto later = successor.requests();
    BOOST_TEST(!later.empty());
    // What the first did not get to answer may have been applied, and is sent again.
    std::erase_if(requests, [](const auto& request) { return request.status == 0; });
    requests.insert(requests.end(), later.begin(), later.end());
    BOOST_TEST(eachOnce(timesAsked(requests, 200), 80));
}

BOOST_AUTO_TEST_CASE(rateLimitOfTheMiddleboxIsWaitedFor)
{
    auto limited = setup();
    limited.frontend = "stick-table type ip size 1k expire 10s store http_req_rate(2s)\n"
                       "http-request track-sc0 src\n"
                       "http-request deny deny_status 429 if { sc_http_req_rate(0) gt 10 }";
    HaproxyProcess proxy(limited);
    write("in.csv", assignments(25));
    const Ended ended = send(proxy.url(), {"--workers=4", "--max-attempts=1"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(table("in.results.csv").size() == 25U);
    BOOST_TEST(eachOnce(timesAsked(sandbox.requests()), 25));
    const long episodes = fact("throttled");
    BOOST_TEST((episodes >= 1 && episodes <= 3), episodes << describe(ended));
    BOOST_TEST(fact("requests") <= 25 + 4 * episodes);
}

BOOST_AUTO_TEST_CASE(connectionsThatAreRejectedBeforeTlsCostNoRow)
{
    auto limited = setup();
    limited.frontend = "stick-table type ip size 1k expire 10s store conn_rate(1s)\n"
                       "tcp-request connection track-sc0 src\n"
                       "tcp-request connection reject if { sc_conn_rate(0) gt 3 }";
    HaproxyProcess proxy(limited);
    write("in.csv", assignments(40));
    CHECK_EXIT(send(proxy.url(), {"--workers=8"}), 0);
    BOOST_TEST(eachOnce(timesAsked(sandbox.requests()), 40));
    // A connection that never came to be is no request.
    BOOST_TEST(allSucceededAtOnce(40));
}

BOOST_AUTO_TEST_CASE(requestThatIsDroppedInSilenceIsUnknown)
{
    auto dropping = setup();
    dropping.frontend = "http-request silent-drop if { path_beg /api/managed_users/3/ }";
    HaproxyProcess proxy(dropping);
    write("in.csv", assignments(10));
    CHECK_EXIT(send(proxy.url(), {"--max-attempts=2", "--timeout=2s"}), 1);
    checkThirdRowIsUnknown(*this, "timeout|reset");
}

BOOST_AUTO_TEST_CASE(requestThatIsRejectedByACloseIsUnknown)
{
    auto rejecting = setup();
    rejecting.frontend = "http-request reject if { path_beg /api/managed_users/3/ }";
    HaproxyProcess proxy(rejecting);
    write("in.csv", assignments(10));
    CHECK_EXIT(send(proxy.url(), {"--max-attempts=2"}), 1);
    checkThirdRowIsUnknown(*this, "reset");
}

BOOST_AUTO_TEST_CASE(gatewayTimeoutIsUnknownAndTheRequestIsNotTakenForUnsent)
{
    const StubApi silent([](const StubRequest&) { return Reply::hang(); });
    auto impatient = setup();
    impatient.server = silent.port();
    impatient.defaults = "timeout server 300ms";
    HaproxyProcess proxy(impatient);
    write("in.csv", assignments(1));
    CHECK_EXIT(send(proxy.url(), {"--max-attempts=2"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "unknown");
    BOOST_TEST(results.at(0, "result_error_code") == "http_504");
    BOOST_TEST(silent.requests().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
