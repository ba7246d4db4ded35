#include "OpensslServer.h"
#include "SandboxProcess.h"
#include "TcpRelay.h"
#include "TlsRig.h"

#include <atomic>
#include <chrono>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

using Plan = TcpRelay::Plan;

std::vector<std::string> sandboxTls()
{
    const TestCa::Identity& good = TestCa::instance().good();
    return {"--tls-cert=" + good.certificate.string(), "--tls-key=" + good.key.string(),
            "--token=" + std::string(kToken)};
}

OpensslServer::Setup wrongHost()
{
    return {TestCa::instance().wrongHost(), {}, {}};
}

/// One row, and one server that plays a part in it.
struct HandshakeRig : TlsRig
{
    HandshakeRig() { write("in.csv", assignments(1)); }

    /// The way to the first connection is disturbed, the second goes to a good server.
    void checkRetried(const Plan& first, const Arguments& more = {})
    {
        SandboxProcess sandbox(sandboxTls());
        TcpRelay relay(
            [&](std::size_t number) { return number == 1 ? first : Plan::to(sandbox.port()); });
        Arguments arguments = {trust(), "--workers=1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        CHECK_EXIT(send(relay.url(), arguments), 0);
        BOOST_TEST(relay.connections() == 2U);
        BOOST_TEST(sandbox.requests().size() == 1U);
        // A request that never left is no attempt.
        BOOST_TEST(table("in.results.csv").at(0, "result_attempts") == "1");
    }

    void checkFailed(const std::string& code, const std::string& says) const
    {
        const CsvTable results = table("in.results.csv");
        BOOST_TEST(results.at(0, "result_status") == "failed");
        BOOST_TEST(results.at(0, "result_error_code") == code);
        BOOST_TEST(results.at(0, "result_attempts") == "0");
        CHECK_SAYS(results.at(0, "result_message"), says);
    }

    /// Every connection ends alike.
    void checkFailsWhenAttemptsEnd(const Plan& plan, const std::string& says)
    {
        TcpRelay relay([&](std::size_t) { return plan; });
        CHECK_EXIT(send(relay.url(), {trust(), "--workers=1", "--max-attempts=2"}), 1);
        checkFailed("tls_error", says);
        BOOST_TEST(relay.connections() == 2U);
        checkNoRequestIn(relay.received());
        BOOST_TEST(relay.received().front() == '\x16'); // A handshake record, then.
    }
};

/// A server that is another one after the first rows.
struct ChangeRig : TlsRig
{
    /// Runs the rows until some have succeeded, then cuts the connections and sends new ones to
    /// where `later` says.
    Ended runThroughChange(const TcpRelay::Script& later)
    {
        std::atomic<std::size_t> before = 0;
        TcpRelay relay([&](std::size_t number) {
            return before == 0 ? Plan::to(sandbox.port()) : later(number - before);
        });
        Process program(command(against(
            relay.url(), runOf({trust(), "--workers=1", "--rate=20/s", "--progress=plain"}))));
        sandbox.waitForRequests(5);
        before = relay.connections();
        relay.cut();
        return program.wait();
    }

    SandboxProcess sandbox{sandboxTls()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Handshake, HandshakeRig)

BOOST_AUTO_TEST_CASE(closeDuringTheHandshakeIsRetried)
{
    checkRetried(Plan::close());
}

BOOST_AUTO_TEST_CASE(resetDuringTheHandshakeIsRetried)
{
    checkRetried(Plan::reset());
}

BOOST_AUTO_TEST_CASE(serverThatAlwaysClosesFailsTheRowWithItsHost)
{
    checkFailsWhenAttemptsEnd(Plan::close(), "localhost: .*closed the connection");
}

BOOST_AUTO_TEST_CASE(serverThatAlwaysResetsFailsTheRowWithItsHost)
{
    checkFailsWhenAttemptsEnd(Plan::reset(), "localhost: .*reset");
}

BOOST_AUTO_TEST_CASE(halfAHelloAndAnAlertThatMeansTryLaterAreRetried)
{
    // A fatal internal_error, as an overloaded balancer sends it.
    checkRetried(Plan::say({"\x15\x03\x03\x00\x02\x02\x50", 7}));
}

BOOST_AUTO_TEST_CASE(plainHttpOnTheTlsPortStopsTheRun)
{
    const TlsRig rig;
    const TcpRelay relay([](std::size_t) {
        return Plan::say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    const Ended ended = rig.send(relay.url(), {trust(), "--workers=1"});
    CHECK_EXIT(ended, 69);
    CHECK_SAYS(ended.err, "localhost: .*does not speak TLS on this port.*base URL");
    rig.checkAllPending();
    checkNoRequestIn(relay.received());
}

BOOST_AUTO_TEST_CASE(helloAfterTheConnectTimeoutIsRetried)
{
    SandboxProcess late(sandboxTls());
    checkRetried(Plan::to(late.port(), 2s), {"--connect-timeout=500ms"});
    BOOST_TEST(late.requests().empty());
}

BOOST_AUTO_TEST_CASE(lateHelloOfAWrongServerGetsNoRequest)
{
    OpensslServer server(wrongHost());
    TcpRelay relay([&](std::size_t) { return Plan::to(server.port(), 2s); });
    CHECK_EXIT(
        send(relay.url(), {trust(), "--workers=1", "--max-attempts=2", "--connect-timeout=500ms"}),
        1);
    checkFailed("connect_timeout", "localhost: .*TLS handshake.*too long");
    checkNoRequestIn(server.stopAndReadOutput());
    checkNoRequestIn(relay.received());
}

BOOST_AUTO_TEST_CASE(wrongServerAfterALateHelloStopsTheRun)
{
    const TlsRig rig;
    OpensslServer server(wrongHost());
    TcpRelay relay(
        [&](std::size_t number) { return Plan::to(server.port(), number == 1 ? 2s : 0s); });
    const Ended ended = rig.send(relay.url(), {trust(), "--workers=1", "--connect-timeout=500ms"});
    CHECK_EXIT(ended, 69);
    rig.checkAllPending();
    checkNoRequestIn(server.stopAndReadOutput());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(ChangeOfServer, ChangeRig)

BOOST_AUTO_TEST_CASE(untrustedOneStopsTheRunWithoutARequest)
{
    OpensslServer other({TestCa::instance().unknownCa(), {}, {}});
    const Ended ended = runThroughChange([&](std::size_t) { return Plan::to(other.port()); });
    CHECK_EXIT(ended, 69);
    CHECK_SAYS(ended.err, "stopping: .*localhost: .*--ca-file");
    checkNoRequestIn(other.stopAndReadOutput());
    const CsvTable results = table("in.results.csv");
    std::size_t succeeded = 0;
    for (std::size_t row = 0; row < results.size(); ++row) {
        const std::string status = results.at(row, "result_status");
        succeeded += status == "succeeded" ? 1U : 0U;
        BOOST_TEST((status == "succeeded" || status == "pending"), status);
    }
    BOOST_TEST(succeeded >= 4U); // The fifth may have lost its answer.
    BOOST_TEST(succeeded < results.size());
    BOOST_TEST(exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(oneWithAnOldProtocolIsRetriedBecauseAHandshakeHadSucceeded)
{
    OpensslServer::Setup old;
    old.options = {"-tls1_1"};
    OpensslServer other(old);
    const Ended ended = runThroughChange(
        [&](std::size_t number) { return Plan::to(number == 1 ? other.port() : sandbox.port()); });
    CHECK_EXIT(ended, 0);
    const std::string output = other.stopAndReadOutput();
    CHECK_SAYS(output, "unsupported protocol"); // It was asked.
    checkNoRequestIn(output);
}

BOOST_AUTO_TEST_SUITE_END()
