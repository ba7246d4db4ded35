#include "oauth_batch/api/Endpoint.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;

namespace {

struct Good
{
    const char* url;
    const char* origin;
    const char* prefix;
    const char* hostHeader;
};
std::ostream& operator<<(std::ostream& stream, const Good& row)
{
    return stream << row.url;
}

const std::vector<Good> kGood = {
    {"https://www.workato.com", "https://www.workato.com:443", "", "www.workato.com"},
    {"https://www.workato.com/", "https://www.workato.com:443", "", "www.workato.com"},
    {"HTTPS://WWW.Workato.COM:443", "https://www.workato.com:443", "", "www.workato.com"},
    {"https://www.workato.com.", "https://www.workato.com:443", "", "www.workato.com"},
    {"https://gw.example:8443/a/b/", "https://gw.example:8443", "/a/b", "gw.example:8443"},
    {"https://host:/x", "https://host:443", "/x", "host"},
    {"https://host:80", "https://host:80", "", "host:80"},
    {"https://10.1.2.3", "https://10.1.2.3:443", "", "10.1.2.3"},
    {"https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "", "[2001:db8::1]:8443"},
    {"https://[::1]", "https://[::1]:443", "", "[::1]"},
    {"http://localhost:8080", "http://localhost:8080", "", "localhost:8080"},
    {"http://127.0.0.1", "http://127.0.0.1:80", "", "127.0.0.1"},
    {"http://127.255.3.4:443", "http://127.255.3.4:443", "", "127.255.3.4:443"},
    {"http://[::1]:81", "http://[::1]:81", "", "[::1]:81"},
};

struct Bad
{
    const char* url;
    const char* says;
};
std::ostream& operator<<(std::ostream& stream, const Bad& row)
{
    return stream << row.url;
}

const std::vector<Bad> kBad = {
    {"", "is empty"},
    {"www.workato.com", "https://"},
    {"ftp://host", "https://"},
    {"https://", "host name is missing"},
    {"https:///path", "host name is missing"},
    {"https://user:geheim@host", "user information"},
    {"https://user:ge/heim@host", "user information"},
    {"https://ge/heim@host", "user information"},
    {"https://host?x=1", "query"},
    {"https://host/#top", "fragment"},
    {"https://host/a b", "blank"},
    {"https://host\r\nX: 1", "blank"},
    {"https://h\xc3\xb6st", "ASCII"},
    {"https://host\\@evil", "backslash"},
    {"https://host:0", "port"},
    {"https://host:65536", "port"},
    {"https://host:8x", "port"},
    {"https://host:+80", "port"},
    {"https://[::1", "not closed"},
    {"https://[::1]x", "bracket"},
    {"https://[fe80::1%25eth0]", "no IPv6 address"},
    {"https://::1", "host name is missing"},
    {"https://a..b", "no host name"},
    {"https://-a", "no host name"},
    {"https://1.2.3", "no host name"},
    {"https://1.2.3.256", "no host name"},
    {"https://0x7f.1", "no host name"},
    {"https://2130706433", "no host name"},
    {"https://host/a//b", "prefix"},
    {"https://host/a/../b", "prefix"},
    {"https://host/..", "prefix"},
    {"https://host/<", "prefix"},
    {"http://www.workato.com", "loopback"},
    {"http://127.1", "no host name"},
    {"http://127.0.0.1.example.com", "loopback"},
    {"http://localhost.example.com", "loopback"},
    {"http://0.0.0.0", "loopback"},
    {"http://128.0.0.1", "loopback"},
    {"http://[::2]", "loopback"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(EndpointTest)

BOOST_DATA_TEST_CASE(partsOfAGoodUrl, boost::unit_test::data::make(kGood), row)
{
    const auto parsed = Endpoint::parse(row.url);
    BOOST_REQUIRE(std::holds_alternative<Endpoint>(parsed));
    const auto& endpoint = std::get<Endpoint>(parsed);
    BOOST_TEST(endpoint.origin() == row.origin);
    BOOST_TEST(endpoint.pathPrefix() == row.prefix);
    BOOST_TEST(endpoint.hostHeader() == row.hostHeader);
}

BOOST_DATA_TEST_CASE(badUrlIsRefusedWithTheReason, boost::unit_test::data::make(kBad), row)
{
    const auto parsed = Endpoint::parse(row.url);
    BOOST_REQUIRE(std::holds_alternative<std::string>(parsed));
    const auto& problem = std::get<std::string>(parsed);
    BOOST_TEST(problem.find(row.says) != std::string::npos, problem);
    BOOST_TEST(problem.find("geheim") == std::string::npos, "shows a password");
}

BOOST_AUTO_TEST_CASE(everyRegionHasAGoodBaseUrl)
{
    for (const char* region : {"us", "eu", "jp", "sg", "au", "il", "cn", "trial"}) {
        const auto url = regionBaseUrl(region);
        BOOST_REQUIRE(url);
        BOOST_TEST(std::holds_alternative<Endpoint>(Endpoint::parse(*url)));
    }
    BOOST_TEST(*regionBaseUrl("eu") == "https://app.eu.workato.com");
    BOOST_TEST(*regionBaseUrl("cn") == "https://app.workatoapp.cn");
    BOOST_TEST(!regionBaseUrl("kr"));
    BOOST_TEST(!regionBaseUrl("EU"));
    BOOST_TEST(!regionBaseUrl(""));
}

BOOST_AUTO_TEST_SUITE_END()
