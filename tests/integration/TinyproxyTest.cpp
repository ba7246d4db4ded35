#include "ProxyRig.h"
#include "TinyproxyProcess.h"

using namespace oauth_batch::test;

namespace {

struct TinyproxyRig : ProxyRig
{
    TinyproxyRig()
    {
        BOOST_REQUIRE_MESSAGE(TinyproxyProcess::isInstalled(),
                              "tinyproxy is needed: scripts/setup test");
        write("in.csv", assignments(40));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Tinyproxy, TinyproxyRig)

BOOST_AUTO_TEST_CASE(everyRowGoesThroughOnceAndTheProxySeesOnlyConnect)
{
    NginxProcess server;
    TinyproxyProcess proxy;
    environment["https_proxy"] = "http://" + proxy.authority();
    CHECK_EXIT(send(server.url(), {"--workers=4"}), 0);
    BOOST_TEST(allSucceededAtOnce(40));
    BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 40));
    const std::string log = proxy.stopAndReadLog();
    const std::size_t connections = count(log, ": CONNECT localhost:");
    BOOST_TEST((connections >= 1 && connections <= 4), log);
    BOOST_TEST(count(log, "Request (file descriptor") == connections);
    BOOST_TEST(!contains(log, kToken));
}

BOOST_AUTO_TEST_CASE(loginIsGivenToTheProxyAndToNobodyElse)
{
    NginxProcess server;
    TinyproxyProcess proxy("partner pw-canary");
    useProxy(proxy.authority(), "partner:pw%2Dcanary");
    const Ended ended = send(server.url());
    CHECK_EXIT(ended, 0);
    BOOST_TEST(allSucceededAtOnce(40));
    BOOST_TEST(!contains(ended.all(), "canary"));
    for (const auto& request : server.stopAndReadLog()) {
        BOOST_TEST(request.proxyAuthorization == "-");
    }
}

BOOST_AUTO_TEST_CASE(wrongLoginIsAProxyErrorThatNamesTheCause)
{
    NginxProcess server;
    TinyproxyProcess proxy("partner another");
    useProxy(proxy.authority());
    write("in.csv", assignments(1));
    const Ended ended = send(server.url(), {"--max-attempts=1"});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    BOOST_TEST(results.at(0, "result_error_code") == "proxy_error");
    BOOST_TEST(results.at(0, "result_attempts") == "0");             // No request was sent.
    CHECK_SAYS(results.at(0, "result_message"), "40[17].*password"); // tinyproxy says 401.
    checkNoPassword(ended);
    BOOST_TEST(server.stopAndReadLog().empty());
}

BOOST_AUTO_TEST_CASE(serverThatTheProxyCannotReachIsAProxyError)
{
    const ReservedPort nobody;
    TinyproxyProcess proxy;
    environment["HTTPS_PROXY"] = proxy.authority();
    write("in.csv", assignments(1));
    CHECK_EXIT(send("https://localhost:" + std::to_string(nobody.number()), {"--max-attempts=1"}),
               1);
    BOOST_TEST(table("in.results.csv").at(0, "result_error_code") == "proxy_error");
}

BOOST_AUTO_TEST_SUITE_END()
