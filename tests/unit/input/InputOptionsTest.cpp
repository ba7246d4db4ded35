#include "oauth_batch/input/InputOptions.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(InputOptionsTest)

BOOST_DATA_TEST_CASE(namesMatchWithoutCaseBlanksDashesAndUnderscores,
                     data::make({"managed_user_id", "Managed User ID", "managed-user-id",
                                 "MANAGEDUSERID", " managed__user - id "}),
                     name)
{
    BOOST_TEST((parseColumnRole(name) == ColumnRole::managedUserId));
}

BOOST_DATA_TEST_CASE(otherNamesHaveNoRole,
                     data::make({"", "managed_user", "managed.user.id", "profile", "id",
                                 "result_status"}),
                     name)
{
    BOOST_TEST(!parseColumnRole(name));
}

BOOST_AUTO_TEST_CASE(profileHasTwoNames)
{
    BOOST_TEST((parseColumnRole("Profile ID") == ColumnRole::profileId));
    BOOST_TEST((parseColumnRole("custom-OAuth-profile-ID") == ColumnRole::profileId));
}

BOOST_AUTO_TEST_CASE(namesAndValuesAreEachOthersReverse)
{
    for (std::size_t i = 0; i < kColumnRoleCount; ++i) {
        const auto role = static_cast<ColumnRole>(i);
        BOOST_TEST((parseColumnRole(toString(role)) == role));
    }
    for (std::size_t i = 0; i < kResultColumnCount; ++i) {
        const auto column = static_cast<ResultColumn>(i);
        BOOST_TEST((parseResultColumn(toString(column)) == column));
    }
    BOOST_TEST(toString(ResultColumn::durationMs) == "result_duration_ms");
    BOOST_TEST((parseResultColumn("Result Status") == ResultColumn::status));
    BOOST_TEST(!parseResultColumn("result_other"));
}

BOOST_AUTO_TEST_SUITE_END()
