#include "Route.h"

#include "oauth_batch/model/Operation.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
namespace data = boost::unit_test::data;
using sandbox::Endpoint;
using sandbox::parseRoute;

namespace {

struct NotFound
{
    std::string method;
    std::string target;
};

std::ostream& operator<<(std::ostream& out, const NotFound& sample)
{
    return out << sample.method << ' ' << sample.target;
}

const std::vector<NotFound> kNotFound = {
    {"GET", "/"},
    {"GET", ""},
    {"POST", "api/managed_users/1/custom_oauth_profiles/2/assign"},
    {"GET", "/api/managed_users/1/custom_oauth_profiles/2/assign"},
    {"DELETE", "/api/managed_users/1/custom_oauth_profiles/2/assign"},
    {"POST", "/api/managed_users/1/custom_oauth_profiles/2/unassign"},
    {"post", "/api/managed_users/1/custom_oauth_profiles/2/assign"},
    {"POST", "/api/managed_users//custom_oauth_profiles/2/assign"},
    {"POST", "/api/managed_users/1/custom_oauth_profiles//assign"},
    {"POST", "/api/managed_users/1/custom_oauth_profiles/2/assign/"},
    {"POST", "/api/managed_users/1/2/custom_oauth_profiles/2/assign"},
    {"POST", "/api/managed_users/1/custom_oauth_profiles/2"},
    {"POST", "//api/managed_users/1/custom_oauth_profiles/2/assign"},
    {"POST", "/API/managed_users/1/custom_oauth_profiles/2/assign"},
    {"POST", "/api/managed_users"},
    {"GET", "/api/managed_users/1"},
    {"GET", "/api/profiles"},
};

const std::vector<std::string> kBrokenTargets = {
    "/api/managed_users/E%/custom_oauth_profiles/2/unassign",
    "/api/managed_users/E%2/custom_oauth_profiles/2/unassign",
    "/api/managed_users/E%GG/custom_oauth_profiles/2/unassign",
    "/api/managed_users/1/custom_oauth_profiles/%zz/unassign",
    "/api/managed_users/1/custom_oauth_profiles/2/unassign?force=maybe",
    "/api/managed_users/1/custom_oauth_profiles/2/unassign?force=%",
};

const std::vector<std::string> kIds = {
    "123",   "EA2300", "EA/1", "EÄ Ö",      "E50%",    "EE1+1=2",         "E..",
    "E日本", "E?#&",   "E%2F", "E\xff\x01", "E;a:b@c", "E0\\\"<>[]^`{|}~"};

} // namespace

BOOST_AUTO_TEST_SUITE(RouteTest)

BOOST_AUTO_TEST_CASE(assignIsAPost)
{
    const auto route =
        parseRoute("POST", "/api/managed_users/123/custom_oauth_profiles/322/assign");
    BOOST_TEST((route.endpoint == Endpoint::assign));
    BOOST_TEST(route.customerId == "123");
    BOOST_TEST(route.profileId == "322");
    BOOST_TEST(!route.malformed);
}

BOOST_AUTO_TEST_CASE(unassignIsADeleteWithForceInTheQuery)
{
    const std::string target = "/api/managed_users/EA/custom_oauth_profiles/322/unassign";
    BOOST_TEST(!parseRoute("DELETE", target).force);
    BOOST_TEST(parseRoute("DELETE", target + "?force=true").force);
    BOOST_TEST(!parseRoute("DELETE", target + "?force=false").force);
    BOOST_TEST(parseRoute("DELETE", target + "?x=%20&force=true").force);
    BOOST_TEST((parseRoute("DELETE", target + "?force=true").endpoint == Endpoint::unassign));
}

BOOST_DATA_TEST_CASE(everyIdComesBackFromTheClientsTarget, data::make(kIds), id)
{
    const auto target = oauth_batch::requestTarget(oauth_batch::Verb::assign, id, "322", false);
    const auto route = parseRoute("POST", target);
    BOOST_TEST((route.endpoint == Endpoint::assign));
    BOOST_TEST(route.customerId == id);
    BOOST_TEST(!route.malformed);
}

BOOST_AUTO_TEST_CASE(anEncodedSlashIsPartOfTheId)
{
    const auto route =
        parseRoute("POST", "/api/managed_users/EA%2fB/custom_oauth_profiles/322/assign");
    BOOST_TEST(route.customerId == "EA/B");
}

BOOST_AUTO_TEST_CASE(aPlusIsAPlus)
{
    const auto route = parseRoute("POST", "/api/managed_users/E1+1/custom_oauth_profiles/3/assign");
    BOOST_TEST(route.customerId == "E1+1");
}

BOOST_DATA_TEST_CASE(brokenEscapesAndParametersAreMalformed, data::make(kBrokenTargets), target)
{
    BOOST_TEST(parseRoute("DELETE", target).malformed);
}

BOOST_DATA_TEST_CASE(anythingElseIsNotFound, data::make(kNotFound), sample)
{
    BOOST_TEST((parseRoute(sample.method, sample.target).endpoint == Endpoint::none));
}

BOOST_AUTO_TEST_CASE(listingsKnowPages)
{
    const auto route = parseRoute("GET", "/api/custom_oauth_profiles?page=3&per_page=20");
    BOOST_TEST((route.endpoint == Endpoint::listProfiles));
    BOOST_TEST(route.page == 3U);
    BOOST_TEST(route.perPage == 20U);
    BOOST_TEST((parseRoute("GET", "/api/managed_users").endpoint == Endpoint::listCustomers));
    BOOST_TEST(parseRoute("GET", "/api/managed_users").perPage == 100U);
    BOOST_TEST(parseRoute("GET", "/api/managed_users?per_page=101").perPage == 100U);
    BOOST_TEST(parseRoute("GET", "/api/managed_users?page=0").malformed);
    BOOST_TEST(parseRoute("GET", "/api/managed_users?page=x").malformed);
}

BOOST_AUTO_TEST_CASE(aProxysAbsoluteTargetIsTheSame)
{
    const auto route = parseRoute("GET", "http://localhost:80/api/managed_users?page=2");
    BOOST_TEST((route.endpoint == Endpoint::listCustomers));
    BOOST_TEST(route.page == 2U);
    BOOST_TEST((parseRoute("GET", "http://localhost").endpoint == Endpoint::none));
}

BOOST_AUTO_TEST_CASE(theQuotaIsForProfileEndpoints)
{
    BOOST_TEST(sandbox::countsTowardsQuota(Endpoint::assign));
    BOOST_TEST(sandbox::countsTowardsQuota(Endpoint::unassign));
    BOOST_TEST(sandbox::countsTowardsQuota(Endpoint::listProfiles));
    BOOST_TEST(!sandbox::countsTowardsQuota(Endpoint::listCustomers));
    BOOST_TEST(!sandbox::countsTowardsQuota(Endpoint::none));
}

BOOST_AUTO_TEST_SUITE_END()
