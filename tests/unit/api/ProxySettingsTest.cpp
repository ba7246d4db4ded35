#include "oauth_batch/api/ProxySettings.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;

namespace {

using Environment = std::map<std::string, std::string>;

std::optional<ProxySettings> proxyFor(const char* url, const Environment& environment)
{
    return ProxySettings::fromEnvironment(
        std::get<Endpoint>(Endpoint::parse(url)), [&](const char* name) -> const char* {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        });
}

struct Exemption
{
    const char* list;
    const char* host;
    int port;
    bool exempt;
};
std::ostream& operator<<(std::ostream& stream, const Exemption& row)
{
    return stream << row.list << " / " << row.host << ':' << row.port;
}

const std::vector<Exemption> kExemptions = {
    {"", "host", 443, false},
    {"*", "host", 443, true},
    {"host", "host", 443, true},
    {"HOST", "host", 443, true},
    {"example.com", "api.example.com", 443, true},
    {".example.com", "api.example.com", 443, true},
    {"*.example.com", "api.example.com", 443, true},
    {".example.com", "example.com", 443, true},
    {"example.com", "notexample.com", 443, false},
    {"example.com", "example.com.evil", 443, false},
    {".", "host", 443, false},
    {"other, host", "host", 443, true},
    {"other host", "host", 443, true},
    {",,host,", "host", 443, true},
    {"host:443", "host", 443, true},
    {"host:80", "host", 443, false},
    {"host:x", "host", 443, false},
    {"10.0.0.1", "10.0.0.1", 443, true},
    {"0.0.1", "10.0.0.1", 443, false},
    {"10.0.0.1:443", "10.0.0.1", 443, true},
    {"10.0.0.0/8", "10.200.0.1", 443, true},
    {"10.0.0.0/9", "10.200.0.1", 443, false},
    {"0.0.0.0/0", "10.200.0.1", 443, true},
    {"10.0.0.0/33", "10.200.0.1", 443, false},
    {"10.0.0.0/8", "ten.example", 443, false},
    {"::1", "::1", 443, true},
    {"[::1]", "::1", 443, true},
    {"[::1]:443", "::1", 443, true},
    {"[::1]:444", "::1", 443, false},
    {"0:0:0:0:0:0:0:1", "::1", 443, true},
    {"fd00::/8", "fd12::1", 443, true},
    {"fd00::/8", "fe12::1", 443, false},
};

const std::vector<std::string> kBadProxies = {
    "socks5://p:1080", "https://p:443", "http://",        "http://p:0",
    "http://p:x",      "http://a b",    "http://u:%zz@p", "http://u:%0d%0aX@p",
    "http://[::1",     "p:99999",
};

} // namespace

BOOST_AUTO_TEST_SUITE(ProxySettingsTest)

BOOST_DATA_TEST_CASE(noProxyTable, boost::unit_test::data::make(kExemptions), row)
{
    BOOST_TEST(isExemptFromProxy(row.list, row.host, static_cast<std::uint16_t>(row.port)) ==
               row.exempt);
}

BOOST_AUTO_TEST_CASE(noVariableMeansNoProxy)
{
    BOOST_TEST(!proxyFor("https://host", {}));
    BOOST_TEST(!proxyFor("https://host", {{"HTTPS_PROXY", ""}, {"ALL_PROXY", "  "}}));
    BOOST_TEST(!proxyFor("https://host", {{"HTTP_PROXY", "http://p:1"}}));
}

BOOST_AUTO_TEST_CASE(specificVariableWinsOverTheGeneral)
{
    const auto proxy = proxyFor("https://host", {{"HTTPS_PROXY", "http://Special:3128/"},
                                                 {"ALL_PROXY", "http://general:1"}});
    BOOST_REQUIRE(proxy);
    BOOST_TEST(proxy->host == "special");
    BOOST_TEST(proxy->port == 3128);
    BOOST_TEST(proxy->authorization.empty());
    BOOST_TEST(proxyFor("https://host", {{"all_proxy", "general:1"}})->host == "general");
}

BOOST_AUTO_TEST_CASE(valueWithoutSchemeAndPortIsHttp80)
{
    const auto proxy = proxyFor("https://host", {{"https_proxy", "proxy.example"}});
    BOOST_TEST(proxy->host == "proxy.example");
    BOOST_TEST(proxy->port == 80);
}

BOOST_AUTO_TEST_CASE(credentialsAreDecodedForBasic)
{
    // user "me@x", password "p:ä/"
    const auto proxy =
        proxyFor("https://host", {{"https_proxy", "http://me%40x:p%3A%C3%A4%2F@p:1"}});
    BOOST_TEST(proxy->host == "p");
    BOOST_TEST(proxy->authorization == "Basic bWVAeDpwOsOkLw==");
}

BOOST_AUTO_TEST_CASE(noProxyExemptsTheHost)
{
    const Environment environment = {{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "example.com"}};
    BOOST_TEST(!proxyFor("https://api.example.com", environment));
    BOOST_TEST(proxyFor("https://example.org", environment).has_value());
}

BOOST_AUTO_TEST_CASE(plainHttpNeverGoesThroughAProxy)
{
    BOOST_TEST(!proxyFor("http://localhost:1", {{"HTTP_PROXY", "http://p:1"},
                                                {"HTTPS_PROXY", "http://p:1"},
                                                {"ALL_PROXY", "http://p:1"}}));
}

BOOST_DATA_TEST_CASE(badProxyIsAConfigurationError, boost::unit_test::data::make(kBadProxies), url)
{
    BOOST_CHECK_EXCEPTION(proxyFor("https://host", {{"HTTPS_PROXY", url}}), Error,
                          [](const Error& e) {
                              return e.exitCode() == ExitCode::configuration &&
                                     std::string(e.what()).starts_with("HTTPS_PROXY: ");
                          });
}

BOOST_AUTO_TEST_CASE(messageDoesNotShowThePassword)
{
    for (const char* url :
         {"http://u:geheim@p:x", "socks5://u:geheim@p", "http://u:geheim%zz@p", "u:geheim@",
          "http://u:ge/heim@p", "http://geheim:12/34@p:1", "u:geheim://x@p", "u:ge://heim@p"}) {
        try {
            proxyFor("https://host", {{"HTTPS_PROXY", url}});
        } catch (const Error& e) {
            BOOST_TEST(std::string(e.what()).find("geheim") == std::string::npos, e.what());
            BOOST_TEST(std::string(e.what()).find("\"ge") == std::string::npos, e.what());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
