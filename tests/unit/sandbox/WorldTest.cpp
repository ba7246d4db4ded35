#include "World.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

namespace sandbox = oauth_batch::sandbox;
using sandbox::CustomerRecord;
using sandbox::Effect;
using sandbox::OperationReport;
using sandbox::OperationResult;
using sandbox::Policies;
using sandbox::World;

namespace {

const std::vector<CustomerRecord> kCustomers = {
    {"1001", "A2300", "Acme", {"321", "322"}, {"322"}},
    {"1002", "Müller, \"K\"", "Müller", {}, {}},
};

std::string stateOf(const World& world)
{
    std::ostringstream out;
    world.writeAssignments(out);
    return out.str();
}

bool is(OperationReport report, OperationResult result, Effect effect)
{
    return report.result == result && report.effect == effect;
}

bool isApplied(OperationReport report)
{
    return is(report, OperationResult::success, Effect::applied);
}

bool isRepeated(OperationReport report)
{
    return is(report, OperationResult::success, Effect::repeated);
}

bool isRefused(OperationReport report, OperationResult result)
{
    return is(report, result, Effect::none);
}

} // namespace

BOOST_AUTO_TEST_SUITE(WorldTest)

BOOST_AUTO_TEST_CASE(bothNamesMeanTheSameCustomer)
{
    World world(kCustomers, {}, {});
    BOOST_TEST(isApplied(world.assign("E" + kCustomers[1].externalId, "321")));
    BOOST_TEST(isRepeated(world.assign("1002", "321")));
    BOOST_TEST(isApplied(world.unassign("1002", "321", false)));
    BOOST_TEST(isRepeated(world.unassign("E" + kCustomers[1].externalId, "321", false)));
}

BOOST_AUTO_TEST_CASE(aClosedWorldKnowsOnlyWhatItsFileHas)
{
    World world(kCustomers, {{"400", "slack"}}, {});
    BOOST_TEST(isRefused(world.assign("1003", "321"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.assign("EA2301", "321"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.assign("A2300", "321"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.assign("01001", "321"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.assign("1002", "323"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.unassign("1002", "323", true), OperationResult::notFound));
    BOOST_TEST(isApplied(world.assign("1002", "400")));
    BOOST_TEST(isApplied(world.assign("1002", "0322")));
}

BOOST_AUTO_TEST_CASE(aProfileThatIsNoNumberIsABadRequest)
{
    World world(kCustomers, {}, {});
    for (const std::string id : {"", "x", "3.2e2", "-1", "0", " 321"})
        BOOST_TEST(isRefused(world.assign("1002", id), OperationResult::badRequest));
}

BOOST_AUTO_TEST_CASE(anOpenWorldKnowsEverything)
{
    World world({}, {});
    BOOST_TEST(world.isOpen());
    BOOST_TEST(isApplied(world.assign("7", "1")));
    BOOST_TEST(isRepeated(world.assign("7", "1")));
    BOOST_TEST(isApplied(world.assign("007", "1")));
    BOOST_TEST(isApplied(world.assign("E/", "99999999999999999999999")));
    BOOST_TEST(isRefused(world.assign("x", "1"), OperationResult::notFound));
    BOOST_TEST(isRefused(world.assign("E", "1"), OperationResult::notFound));
    BOOST_TEST(stateOf(world) == "managed_user_id,external_id,profile_id\n"
                                 "7,,1\n"
                                 "007,,1\n"
                                 ",/,99999999999999999999999\n");
}

BOOST_AUTO_TEST_CASE(whatIsInUseIsUnassignedByForceOnly)
{
    World world(kCustomers, {}, {});
    BOOST_TEST(isRefused(world.unassign("1001", "322", false), OperationResult::rejected));
    BOOST_TEST(isApplied(world.unassign("1001", "321", false)));
    BOOST_TEST(isApplied(world.unassign("1001", "322", true)));
    BOOST_TEST(isRepeated(world.unassign("1001", "322", false)));
}

BOOST_AUTO_TEST_CASE(undocumentedAnswersFollowThePolicies)
{
    World world(
        kCustomers, {},
        {Policies::Missing::notFound, Policies::InUse::badRequest, Policies::SameProvider::allow});
    BOOST_TEST(isRefused(world.unassign("1002", "321", false), OperationResult::notFound));
    BOOST_TEST(isRefused(world.unassign("1001", "322", false), OperationResult::badRequest));
}

BOOST_AUTO_TEST_CASE(oneProfilePerProviderIfWanted)
{
    const std::vector<sandbox::ProfileRecord> profiles = {
        {"1", "hubspot"}, {"2", "hubspot"}, {"3", "slack"}, {"4", ""}, {"5", ""}};
    Policies policies;
    World lenient(profiles, policies);
    BOOST_TEST(isApplied(lenient.assign("7", "1")));
    BOOST_TEST(isApplied(lenient.assign("7", "2")));
    policies.sameProvider = Policies::SameProvider::badRequest;
    World strict(profiles, policies);
    BOOST_TEST(isApplied(strict.assign("7", "1")));
    BOOST_TEST(isRefused(strict.assign("7", "2"), OperationResult::badRequest));
    BOOST_TEST(isRepeated(strict.assign("7", "1")));
    BOOST_TEST(isApplied(strict.assign("7", "3")));
    BOOST_TEST(isApplied(strict.assign("7", "4")));
    BOOST_TEST(isApplied(strict.assign("7", "5")));
    BOOST_TEST(isApplied(strict.unassign("7", "1", false)));
    BOOST_TEST(isApplied(strict.assign("7", "2")));
}

BOOST_AUTO_TEST_CASE(profilesAreListedInOrderWithTheirCustomers)
{
    World world({{"10", "hubspot"}, {"9", ""}}, {});
    world.assign("7", "10");
    world.assign("8", "10");
    world.unassign("7", "10", false);
    const std::string list = world.listProfiles(1, 100);
    BOOST_TEST(list.starts_with(R"({"result":[{"id":9,"user_id":1,"name":"Profile 9",)"));
    BOOST_TEST(list.find(R"("id":10,"user_id":1,"name":"Profile 10","provider":"hubspot",)"
                         R"("data":{"client_id":"client-10"},"shared_accounts_count":0,)"
                         R"("oem_customers_count":1,)") != std::string::npos);
    BOOST_TEST(list.ends_with("}]}"));
}

BOOST_AUTO_TEST_CASE(customersAreListedInPages)
{
    const World world(kCustomers, {}, {});
    BOOST_TEST(world.listCustomers(1, 1) ==
               R"({"result":[{"id":1001,"external_id":"A2300","name":"Acme"}]})");
    BOOST_TEST(world.listCustomers(2, 1) ==
               R"({"result":[{"id":1002,"external_id":"Müller, \"K\"","name":"Müller"}]})");
    BOOST_TEST(world.listCustomers(3, 1) == R"({"result":[]})");
    BOOST_TEST(world.listCustomers(4000000000U, 100) == R"({"result":[]})");
}

BOOST_AUTO_TEST_CASE(theStateIsWrittenSortedAndQuoted)
{
    World world(kCustomers, {}, {});
    world.assign("1002", "322");
    world.assign("1002", "321");
    BOOST_TEST(stateOf(world) == "managed_user_id,external_id,profile_id\n"
                                 "1001,A2300,321\n"
                                 "1001,A2300,322\n"
                                 "1002,\"Müller, \"\"K\"\"\",321\n"
                                 "1002,\"Müller, \"\"K\"\"\",322\n");
}

BOOST_AUTO_TEST_CASE(twoCustomersOfOneNameAreRefused)
{
    const std::vector<CustomerRecord> sameId = {{"1", "a", "", {}, {}}, {"1", "b", "", {}, {}}};
    BOOST_CHECK_THROW(World(sameId, {}, {}), oauth_batch::DataError);
    const std::vector<CustomerRecord> sameName = {{"1", "a", "", {}, {}}, {"2", "a", "", {}, {}}};
    BOOST_CHECK_THROW(World(sameName, {}, {}), oauth_batch::DataError);
    const std::vector<CustomerRecord> noNames = {{"1", "", "", {}, {}}, {"2", "", "", {}, {}}};
    BOOST_CHECK_NO_THROW(World(noNames, {}, {}));
}

BOOST_AUTO_TEST_SUITE_END()
