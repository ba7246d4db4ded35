#include "Rig.h"

#include <boost/test/unit_test.hpp>

using namespace oauth_batch::test;

BOOST_FIXTURE_TEST_SUITE(Network, Rig)

BOOST_AUTO_TEST_CASE(plainHttpToAnotherMachineIsAUsageError)
{
    write("in.csv", assignments(1));
    for (const char* url :
         {"http://192.0.2.1", "http://api.example.com", "http://0.0.0.0:80",
          "http://localhost.example.com", "http://127.0.0.1.example.com", "http://[2001:db8::1]",
          // What a resolver or a careless parser may take for loopback, or for another host.
          "http://127.0.0.1.nip.io", "http://127-0-0-1.nip.io", "http://localhost-evil.com",
          "http://localhostx", "http://xlocalhost", "http://0x7f.1", "http://0x7f000001",
          "http://2130706433", "http://127.1", "http://127.0.1", "http://0177.0.0.1",
          "http://127.0.0.256", "http://0", "http://[::]", "http://[::ffff:127.0.0.1]",
          "http://[::ffff:192.0.2.1]", "http://[::127.0.0.1]", "http://[fe80::1]",
          "http://127.0.0.1@evil.com", "http://localhost@evil.com", "http://localhost:80@evil.com",
          "http://localhost:80:80", "http://evil.com#@localhost", "http://evil.com\\@localhost",
          "http://evil.com?@localhost", "http://evil.com/@localhost", "http:///localhost",
          "http:localhost", "http://localhost%2eevil.com", "http://localhost..",
          "http://.localhost", "HTTP://192.0.2.1"}) {
        const Ended ended = runAgainst(url, {"run", "in.csv"});
        BOOST_TEST_CONTEXT(url)
        {
            CHECK_EXIT(ended, 64);
            CHECK_SAYS(ended.err, "--base-url: ");
            BOOST_TEST(count(ended.err, "--base-url: ") == 1U);
            BOOST_TEST(!exists("in.results.csv"));
            BOOST_TEST(!exists("in.results.csv.journal"));
        }
    }
}

BOOST_AUTO_TEST_CASE(plainHttpToALoopbackAddressIsAllowed)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst("http://localhost:" + std::to_string(api.port()), {"run", "in.csv"}), 0);
}

BOOST_AUTO_TEST_CASE(urlThatIsNoneIsAUsageError)
{
    write("in.csv", assignments(1));
    for (const char* url : {"ftp://127.0.0.1", "127.0.0.1", "https://", "https://user:pw@host",
                            "https://host/?a=b", "https://ho st"}) {
        const Ended ended = runAgainst(url, {"run", "in.csv"});
        BOOST_TEST_CONTEXT(url)
        {
            CHECK_EXIT(ended, 64);
        }
    }
}

BOOST_AUTO_TEST_CASE(proxyIsAskedAndNeverSeesTheToken)
{
    const StubApi proxy([](const StubRequest&) { return Reply::status(502); });
    environment["HTTPS_PROXY"] = proxy.url();
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst("https://api.invalid", {"run", "in.csv", "--max-attempts=1"}), 1);
    BOOST_REQUIRE_EQUAL(proxy.requests().size(), 1U);
    BOOST_TEST(proxy.requests()[0].method == "CONNECT");
    BOOST_TEST(proxy.requests()[0].target == "api.invalid:443");
    BOOST_TEST(!contains(proxy.requests()[0].raw, kToken));
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    BOOST_TEST(results.at(0, "result_error_code") == "proxy_error");
}

BOOST_AUTO_TEST_CASE(noProxyNamesWhatIsAskedDirectly)
{
    const StubApi proxy;
    environment["HTTPS_PROXY"] = proxy.url();
    environment["NO_PROXY"] = "localhost,.invalid";
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst("https://api.invalid", {"run", "in.csv", "--max-attempts=1"}), 1);
    BOOST_TEST(proxy.connections() == 0U);
    BOOST_TEST(table("in.results.csv").at(0, "result_error_code") == "dns_error");
}

BOOST_AUTO_TEST_CASE(plainLoopbackDoesNotGoThroughTheHttpsProxy)
{
    const StubApi proxy;
    const StubApi api;
    environment["HTTPS_PROXY"] = proxy.url();
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(proxy.connections() == 0U);
    BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
