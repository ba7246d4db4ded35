#include "ProxyRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <ostream>
#include <set>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

const std::string kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";

/// Says so to a CONNECT, and then passes on.
Reply tunnelTo(std::uint16_t port, const std::string& answer = kEstablished)
{
    Reply reply = Reply::raw(answer, Reply::Then::keepAlive);
    reply.tunnelTo = port;
    return reply;
}

std::string authorityOf(const StubApi& proxy)
{
    return "127.0.0.1:" + std::to_string(proxy.port());
}

/// A proxy that does not do what it is asked for.
struct BadProxy
{
    std::string name;
    Reply reply;
    std::string says; ///< in result_message
};

std::ostream& operator<<(std::ostream& out, const BadProxy& proxy)
{
    return out << proxy.name;
}

const std::vector<BadProxy> kBadProxies = {
    {"407", Reply::status(407, "", {"Proxy-Authenticate: Basic realm=\"x\""}), "407.*password"},
    {"403", Reply::status(403, "<html>no</html>"), "HTTP 403"},
    {"502", Reply::status(502), "HTTP 502"},
    {"302", Reply::status(302, "", {"Location: https://login.example/"}), "HTTP 302"},
    {"401, which is not the API's", Reply::status(401), "HTTP 401"},
    {"429, which is not the API's", Reply::status(429, "", {"Retry-After: 900"}), "HTTP 429"},
    {"garbage", Reply::raw("SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"},
    {"bytes after its answer", Reply::raw(kEstablished + "hello\r\n", Reply::Then::hang), "more"},
    {"an answer that never ends", Reply::raw(std::string(1U << 20U, 'x'), Reply::Then::hang),
     "not HTTP|too large"},
    {"a head that is too large",
     Reply::raw("HTTP/1.1 200 OK\r\nX: " + std::string(1U << 20U, 'x'), Reply::Then::hang),
     "too large"},
    {"a close without an answer", Reply::close(), "closed"},
    {"a close within its answer", Reply::raw("HTTP/1.1 200 Conn"), "ended"},
    {"a reset", Reply::reset(), "CONNECT failed"},
};

/// Forms of HTTP that are as good as the usual one.
const std::vector<std::string> kGoodAnswers = {
    "HTTP/1.0 200 OK\r\n\r\n",
    "HTTP/1.1 200\r\nContent-Length: 0\r\nVia: 1.1 proxy\r\n\r\n",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Proxy, ProxyRig)

BOOST_AUTO_TEST_CASE(proxySeesNothingButConnectAndTheServerNothingOfTheProxy)
{
    NginxProcess server;
    const StubApi proxy([&](const StubRequest&) { return tunnelTo(server.port()); });
    useProxy(authorityOf(proxy));
    write("in.csv", assignments(60));
    const Ended ended = send(server.url(), {"--workers=4"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(allSucceededAtOnce(60));
    checkNoPassword(ended);

    const std::string authority = "localhost:" + std::to_string(server.port());
    BOOST_TEST((proxy.connections() >= 1 && proxy.connections() <= 4));
    const std::set<std::string> known = {"host", "proxy-authorization", "user-agent"};
    for (const StubRequest& request : proxy.requests()) {
        BOOST_TEST(request.method + ' ' + request.target == "CONNECT " + authority);
        BOOST_TEST(request.headers.at("host") == authority);
        BOOST_TEST(request.headers.at("proxy-authorization") ==
                   "Basic " + std::string(kProxyBasic));
        for (const auto& [name, value] : request.headers)
            BOOST_TEST(known.contains(name), name << ": " << value);
    }
    for (const auto secret : {std::string_view("managed_users"), kToken, kProxyBasic})
        BOOST_TEST(!contains(proxy.tunnelled(), secret), secret);
    const auto requests = server.stopAndReadLog();
    BOOST_TEST(eachOnce(timesAsked(requests), 60));
    for (const auto& request : requests) {
        BOOST_TEST(request.authorization == "Bearer " + std::string(kToken));
        BOOST_TEST(request.proxyAuthorization == "-");
    }
}

BOOST_DATA_TEST_CASE(otherFormsOfConsentAreUnderstood, boost::unit_test::data::make(kGoodAnswers),
                     answer)
{
    NginxProcess server;
    for (const auto pause : {0ms, 2ms}) {
        const StubApi proxy([&](const StubRequest&) {
            const Reply reply = tunnelTo(server.port(), answer);
            return pause == 0ms ? reply : reply.trickled(pause);
        });
        ProxyRig through;
        through.environment["https_proxy"] = authorityOf(proxy);
        through.write("in.csv", assignments(3));
        CHECK_EXIT(through.send(server.url(), {"--workers=1"}), 0);
        BOOST_TEST(proxy.connections() == 1U);
    }
}

BOOST_DATA_TEST_CASE(proxyThatDoesNotOpenTheTunnelIsAProxyError,
                     boost::unit_test::data::make(kBadProxies), bad)
{
    NginxProcess server;
    const StubApi proxy([&bad](const StubRequest&) { return bad.reply; });
    useProxy(authorityOf(proxy));
    write("in.csv", assignments(1));
    const Ended ended = send(server.url(), {"--max-attempts=1"});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    BOOST_TEST(results.at(0, "result_error_code") == "proxy_error");
    BOOST_TEST(results.at(0, "result_http_status").empty()); // The API's, and it said nothing.
    BOOST_TEST(results.at(0, "result_attempts") == "0");
    CHECK_SAYS(results.at(0, "result_message"), bad.says);
    checkNoPassword(ended);
    BOOST_TEST(server.stopAndReadLog().empty());
}

BOOST_AUTO_TEST_CASE(timeOutsThroughAProxyComeInTime)
{
    // A proxy that hangs is the proxy's failure, a server behind it that hangs is its own.
    const StubApi silent([](const StubRequest&) { return Reply::hang(); });
    const StubApi hanging([](const StubRequest&) { return Reply::hang(); });
    const StubApi tunnel([&](const StubRequest&) { return tunnelTo(silent.port()); });
    struct Case
    {
        const StubApi& proxy;
        std::string code;
        ProxyRig rig;
        std::unique_ptr<Process> process;
    };
    Case cases[] = {{hanging, "proxy_error", {}, {}}, {tunnel, "connect_timeout", {}, {}}};
    for (Case& one : cases) {
        one.rig.useProxy(authorityOf(one.proxy));
        one.rig.write("in.csv", assignments(1));
        one.process = one.rig.start("https://localhost:" + std::to_string(silent.port()),
                                    {"--max-attempts=1", "--connect-timeout=3s"});
    }
    for (Case& one : cases) {
        CHECK_EXIT(one.process->wait(), 1);
        const CsvTable results = one.rig.table("in.results.csv");
        BOOST_TEST(results.at(0, "result_status") == "failed");
        BOOST_TEST(results.at(0, "result_error_code") == one.code);
        const int took = std::stoi(results.at(0, "result_duration_ms"));
        BOOST_TEST((took >= 2700 && took <= 3300), took << " ms");
    }
}

BOOST_AUTO_TEST_CASE(refusingProxyIsAnOutageThatStopsAndLeavesNoPassword)
{
    const StubApi proxy([](const StubRequest&) { return Reply::status(407); });
    useProxy(authorityOf(proxy));
    write("in.csv", assignments(30));
    const Ended ended = send("https://api.invalid", {"--outage-timeout=1s"});
    CHECK_EXIT(ended, 75);
    CHECK_SAYS(ended.err, "407");
    BOOST_TEST(exists("in.results.csv.journal")); // Among what is searched.
    checkNoPassword(ended);
    for (const auto& status : table("in.results.csv").column("result_status"))
        BOOST_TEST(status == "pending");
}

BOOST_AUTO_TEST_CASE(proxyThatComesToItsSensesCostsNoRow)
{
    NginxProcess server;
    const StubApi proxy([&](const StubRequest& request) {
        return request.number <= 6 ? Reply::status(503) : tunnelTo(server.port());
    });
    useProxy(authorityOf(proxy));
    write("in.csv", assignments(30));
    CHECK_EXIT(send(server.url(), {"--workers=4"}), 0);
    BOOST_TEST(allSucceededAtOnce(30)); // By requests: what never left is none.
    BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 30));
}

BOOST_AUTO_TEST_CASE(tunnelThatBreaksUnderARequestLeavesItUnknown)
{
    // The server takes the request and says nothing; the proxy loses patience.
    const StubApi silent([](const StubRequest&) { return Reply::hang(); });
    NginxProcess::Setup setup;
    setup.upstream = silent.url();
    NginxProcess server(setup);
    auto proxy =
        std::make_unique<StubApi>([&](const StubRequest&) { return tunnelTo(server.port()); });
    useProxy(authorityOf(*proxy));
    write("in.csv", assignments(1));
    const auto process = start(server.url(), {"--max-attempts=1"});
    silent.waitForRequests(1);
    proxy.reset();
    CHECK_EXIT(process->wait(), 1);
    BOOST_TEST(table("in.results.csv").at(0, "result_status") == "unknown");
    BOOST_TEST(table("in.results.csv").at(0, "result_error_code") == "reset");
    BOOST_TEST(table("in.results.csv").at(0, "result_attempts") == "1");
}

BOOST_AUTO_TEST_CASE(certificateIsVerifiedThroughTheTunnel)
{
    for (const auto identity : {&TestCa::wrongHost, &TestCa::selfSigned, &TestCa::expired}) {
        ProxyRig rig;
        NginxProcess::Setup setup;
        setup.identity = (TestCa::instance().*identity)();
        NginxProcess server(setup);
        const StubApi proxy([&](const StubRequest&) { return tunnelTo(server.port()); });
        rig.useProxy(authorityOf(proxy));
        rig.write("in.csv", assignments(3));
        const Ended ended = rig.send(server.url());
        CHECK_EXIT(ended, 69);
        CHECK_SAYS(ended.err, "certificate");
        BOOST_TEST(rig.table("in.results.csv").at(0, "result_status") == "pending");
        BOOST_TEST(server.stopAndReadLog().empty());
    }
}

BOOST_AUTO_TEST_CASE(exemptHostsAreAskedDirectly)
{
    NginxProcess server;
    const std::string port = std::to_string(server.port());
    for (const std::string& list : {std::string("localhost"), "a.example, LOCALHOST:" + port,
                                    std::string("*"), std::string(".localhost")}) {
        const StubApi proxy([](const StubRequest&) { return Reply::status(502); });
        ProxyRig rig;
        rig.useProxy(authorityOf(proxy));
        rig.environment["NO_PROXY"] = list;
        rig.write("in.csv", assignments(2));
        CHECK_EXIT(rig.send(server.url()), 0);
        BOOST_TEST(proxy.connections() == 0U, list);
    }
}

BOOST_AUTO_TEST_CASE(exemptionOfOthersIsNoExemption)
{
    NginxProcess server;
    for (const std::string& list :
         {std::string("ocalhost"), std::string("localhost:1"), std::string("127.0.0.1,[::1]")}) {
        const StubApi proxy([&](const StubRequest&) { return tunnelTo(server.port()); });
        ProxyRig rig;
        rig.useProxy(authorityOf(proxy));
        rig.environment["no_proxy"] = list;
        rig.write("in.csv", assignments(2));
        CHECK_EXIT(rig.send(server.url()), 0);
        BOOST_TEST(proxy.connections() >= 1U, list);
    }
}

BOOST_AUTO_TEST_CASE(proxyThatCannotBeUsedIsRefusedWithoutItsPassword)
{
    write("in.csv", assignments(1));
    for (const char* scheme : {"socks5://", "https://", "http://"}) {
        environment["HTTPS_PROXY"] = scheme + std::string(kProxyLogin) + "@127.0.0.1:99999";
        const Ended ended = send("https://localhost");
        CHECK_EXIT(ended, 78);
        CHECK_SAYS(ended.err, "HTTPS_PROXY");
        checkNoPassword(ended);
        BOOST_TEST(!exists("in.results.csv.journal"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
