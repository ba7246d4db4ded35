#include "RunningSandbox.h"
#include "TestPki.h"

#include "oauth_batch/base/Error.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace oauth_batch::sandbox;
using namespace std::chrono_literals;
namespace sandbox = oauth_batch::sandbox;
namespace test = oauth_batch::test;

BOOST_AUTO_TEST_SUITE(SandboxServerTest)

BOOST_AUTO_TEST_CASE(keepAliveHasItsLimits)
{
    Options options = withoutQuota();
    options.keepAliveRequests = 2;
    Running running(options);
    net::StreamSocket socket =
        connectTo(running.port(), rawRequest() + rawRequest() + rawRequest());
    const std::string answers = readAll(socket);
    BOOST_TEST(running.log().size() == 2U);
    BOOST_TEST(answers.find("Connection: close\r\n") > answers.find(kSuccess));

    options.keepAliveRequests = 0;
    options.keepAliveTimeout = 20ms;
    Running impatient(options);
    net::StreamSocket idle = connectTo(impatient.port(), rawRequest());
    BOOST_TEST(bodyOf(readAll(idle)) == kSuccess); // ends, for the server closes
}

BOOST_AUTO_TEST_CASE(manyConnectionsAreServedAtOnce)
{
    constexpr std::size_t kConnections = 256;
    Running running(withoutQuota(), {ruleWith(Fault::hang)});
    std::vector<net::StreamSocket> sockets;
    for (std::size_t i = 0; i < kConnections; ++i)
        sockets.push_back(connectTo(running.port(), rawRequest()));
    while (running.log().size() < kConnections)
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(stoppingEndsEveryWait)
{
    Rule slow;
    slow.match.firstRequest = 2;
    slow.action.latency = sandbox::LatencyRange{1h, 1h};
    Rule hang = ruleWith(Fault::hang);
    Running running(withoutQuota(), {slow, hang});
    net::StreamSocket hanging = connectTo(running.port(), rawRequest());
    while (running.log().empty())
        std::this_thread::yield();
    net::StreamSocket waiting = connectTo(running.port(), rawRequest());
    net::StreamSocket idle = connectTo(running.port(), "");
    running.server().stop();
    BOOST_TEST(running.log().size() <= 2U); // the second one may not have been read yet
}

BOOST_AUTO_TEST_CASE(bothLoopbackAddressesAreServed)
{
    Running running;
    try {
        net::StreamSocket probe(net::SocketAddress("::1", running.port()));
    } catch (const Poco::Exception&) {
        BOOST_TEST_MESSAGE("no IPv6 here");
        return;
    }
    net::HTTPClientSession session("::1", running.port());
    BOOST_TEST(call(session, "POST", kAssign).status == 200);
}

BOOST_AUTO_TEST_CASE(aPortInUseIsRefused)
{
    Running running;
    Options options = withoutQuota();
    options.port = running.port();
    Prepared second(options);
    BOOST_CHECK_EXCEPTION(second.start(), oauth_batch::Error, [](const auto& error) {
        return error.exitCode() == oauth_batch::ExitCode::configuration;
    });
}

BOOST_AUTO_TEST_CASE(tlsIsVersion12OrNewer)
{
    test::TestPki pki;
    const auto certificate = pki.issue({});
    Options options = withoutQuota();
    options.tlsCertificate = certificate.certificateFile;
    options.tlsKey = certificate.keyFile;
    Rule rule = ruleWith(Fault::dropAfter);
    rule.match.firstRequest = 3;
    Running running(options, {rule});
    BOOST_TEST(running.server().url().starts_with("https://localhost:"));
    const auto context = [&] {
        net::Context::Ptr made = new net::Context(net::Context::TLS_CLIENT_USE, pki.caFile(),
                                                  net::Context::VERIFY_STRICT);
        return made;
    };
    net::HTTPSClientSession session("localhost", running.port(), context());
    session.setKeepAlive(true);
    BOOST_TEST(call(session, "POST", kAssign).body == kSuccess);
    BOOST_TEST(call(session, "POST", kAssign).body == kSuccess);
    BOOST_CHECK_THROW(call(session, "POST", kAssign), Poco::Exception);
    net::Context::Ptr old = context();
    old->disableProtocols(net::Context::PROTO_TLSV1_2 | net::Context::PROTO_TLSV1_3);
    net::HTTPSClientSession outdated("localhost", running.port(), old);
    BOOST_CHECK_THROW(call(outdated, "POST", kAssign), Poco::Exception);
}

BOOST_AUTO_TEST_CASE(aCertificateThatCannotBeUsedIsRefused)
{
    test::TestPki pki;
    const auto one = pki.issue({});
    const auto two = pki.issue({});
    Options options = withoutQuota();
    options.tlsCertificate = one.certificateFile;
    options.tlsKey = two.keyFile;
    Prepared mismatched(options);
    BOOST_CHECK_THROW(mismatched.start(), oauth_batch::DataError);
    options.tlsKey = "/nonexistent/key.pem";
    Prepared missing(options);
    BOOST_CHECK_THROW(missing.start(), oauth_batch::IoError);
}

BOOST_AUTO_TEST_SUITE_END()
