#include "oauth_batch/input/OperationParser.h"

#include "InputFixture.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace data = boost::unit_test::data;

namespace {

constexpr const char* kHeaderLine = "operation,managed_user_id,external_id,profile_id,force\n";

struct GoodRow
{
    std::string row;
    Operation operation;

    friend std::ostream& operator<<(std::ostream& out, const GoodRow& row)
    {
        return out << row.row;
    }
};

const std::vector<GoodRow> kGoodRows = {
    {"assign,123,,322,", {Verb::assign, "123", "322", false}},
    {" ASSIGN ,123,, 322\t,False", {Verb::assign, "123", "322", false}},
    {"\"Unassign\",,A/1,00322,TRUE", {Verb::unassign, "EA/1", "00322", true}},
    {"unassign,EA1,,1,yes", {Verb::unassign, "EA1", "1", true}},
    {"unassign,1,,1, 1 ", {Verb::unassign, "1", "1", true}},
    {"unassign,1,,1,no", {Verb::unassign, "1", "1", false}},
    {"assign,1,,1,0", {Verb::assign, "1", "1", false}},
    {"assign,,E7,1,", {Verb::assign, "EE7", "1", false}},
    {"assign,,007,1,", {Verb::assign, "E007", "1", false}},
    {"assign,007,,12345678901234567890123,",
     {Verb::assign, "007", "12345678901234567890123", false}},
    {"assign,,\"say \"\"hi\"\"\",1,", {Verb::assign, "Esay \"hi\"", "1", false}},
};

struct BadRow
{
    std::string row;
    ErrorCode code;
    std::string message;
    std::optional<Verb> verb;
    std::optional<std::string> customerId;

    friend std::ostream& operator<<(std::ostream& out, const BadRow& row) { return out << row.row; }
};

const std::vector<BadRow> kBadRows = {
    {"asign,123,,322,",
     ErrorCode::badOperation,
     "operation \"asign\": neither assign nor unassign; the nearest is \"assign\"",
     {},
     "123"},
    {",123,,322,",
     ErrorCode::badOperation,
     "operation \"\": neither assign nor unassign",
     {},
     "123"},
    {"assign,,,322,",
     ErrorCode::badId,
     "managed_user_id \"\": empty, and so is external_id: one of them is needed",
     Verb::assign,
     {}},
    {"assign,123,A1,322,",
     ErrorCode::badId,
     "managed_user_id \"123\" and external_id \"A1\": both are filled, one must be empty",
     Verb::assign,
     {}},
    {"assign,123 ,,322,",
     ErrorCode::badId,
     "managed_user_id \"123 \": blanks at an end; an ID is taken exactly as it is written: remove "
     "them",
     Verb::assign,
     {}},
    {"assign,,1E+05,322,",
     ErrorCode::badId,
     "external_id \"1E+05\": a spreadsheet turned the ID into a number in scientific notation, its "
     "digits are lost: format the column as text and enter the ID again",
     Verb::assign,
     {}},
    {"assign,123,,3.2e2,", ErrorCode::badProfile,
     "profile_id \"3.2e2\": not a positive integer (spreadsheet notation?)", Verb::assign, "123"},
    {"assign,123,,322.0,", ErrorCode::badProfile,
     "profile_id \"322.0\": not a positive integer (spreadsheet notation?)", Verb::assign, "123"},
    {"assign,,A1,0,", ErrorCode::badProfile, "profile_id \"0\": not a positive integer",
     Verb::assign, "EA1"},
    {"assign,123,,-1,", ErrorCode::badProfile, "profile_id \"-1\": not a positive integer",
     Verb::assign, "123"},
    {"assign,123,, ,", ErrorCode::badProfile,
     "profile_id \"\": empty: a positive integer is needed", Verb::assign, "123"},
    {"assign,123,,322,true", ErrorCode::badForce,
     "force \"true\": only an unassign can be forced, this is an assign", Verb::assign, "123"},
    {"unassign,123,,322,maybe", ErrorCode::badForce,
     "force \"maybe\": not one of true, false, yes, no, 1, 0 or empty", Verb::unassign, "123"},
    {"unassign,123,,322", ErrorCode::fieldCount, "4 fields, but the header has 5", Verb::unassign,
     "123"},
    {"unassign,123,,322,,x,y", ErrorCode::fieldCount,
     "7 fields, but the header has 5 (a delimiter in an unquoted field?)", Verb::unassign, "123"},
    {"unassign", ErrorCode::fieldCount, "1 field, but the header has 5", Verb::unassign, {}},
    // The first in the order field count, operation, ID, profile, force.
    {"x,,,y", ErrorCode::fieldCount, "4 fields, but the header has 5", {}, {}},
    {"x,,,y,z", ErrorCode::badOperation, "operation \"x\": neither assign nor unassign", {}, {}},
    {"assign,,,y,z",
     ErrorCode::badId,
     "managed_user_id \"\": empty, and so is external_id: one of them is needed",
     Verb::assign,
     {}},
    {"assign,1,,y,z", ErrorCode::badProfile, "profile_id \"y\": not a positive integer",
     Verb::assign, "1"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(OperationParserTest)

BOOST_DATA_TEST_CASE(goodRowIsAnOperation, data::make(kGoodRows), row)
{
    const ReadInput read = readInput(kHeaderLine + row.row);
    BOOST_REQUIRE_EQUAL(read.rows.size(), 1U);
    BOOST_REQUIRE(read.rows[0].operation());
    BOOST_TEST((*read.rows[0].operation() == row.operation));
}

BOOST_DATA_TEST_CASE(badRowIsAValueWithItsReason, data::make(kBadRows), row)
{
    const ReadInput read = readInput(kHeaderLine + row.row + "\nassign,1,,1,\n");
    BOOST_TEST(read.problems.empty());
    BOOST_REQUIRE_EQUAL(read.rows.size(), 2U);
    const RowProblem* const problem = read.rows[0].problem();
    BOOST_REQUIRE(problem);
    BOOST_TEST((problem->code == row.code));
    BOOST_TEST(problem->message == row.message);
    BOOST_TEST((problem->verb == row.verb));
    BOOST_TEST((problem->customerId == row.customerId));
    BOOST_TEST(read.rows[1].operation());
}

BOOST_AUTO_TEST_CASE(messageNamesTheColumnAsTheFileDoes)
{
    const ReadInput read =
        readInput("operation,\"Managed \"\"User\"\" ID\", Profile ID \nassign,7,x\n", [] {
            InputOptions options;
            options.columns = {{ColumnRole::managedUserId, "Managed \"User\" ID"}};
            return options;
        }());
    BOOST_TEST(read.rows.at(0).problem()->message == "Profile ID \"x\": not a positive integer");
}

BOOST_AUTO_TEST_CASE(onlyIdColumnIsNamedWhereItIsEmpty)
{
    BOOST_TEST(
        readInput("operation,external_id,profile_id\nassign,,1\n").rows.at(0).problem()->message ==
        "external_id \"\": empty: an ID is needed");
}

BOOST_AUTO_TEST_CASE(rowsKnowWhichColumnNamedTheCustomer)
{
    const ReadInput read =
        readInput(std::string(kHeaderLine) + "assign,1,,1,\nassign,,1,1,\nassign,,,1,\n");
    BOOST_TEST((read.rows.at(0).row.idColumn == ColumnRole::managedUserId));
    BOOST_TEST((read.rows.at(1).row.idColumn == ColumnRole::externalId));
    BOOST_TEST(!read.rows.at(2).row.idColumn);
}

BOOST_AUTO_TEST_CASE(reusedRowKeepsNothing)
{
    OperationReader reader("orders.csv",
                           std::make_unique<MemorySource>(
                               "operation,external_id,profile_id,force\nunassign,long enough for "
                               "the heap,1,1\nx,,,\nassign,b,2,\n"),
                           {});
    InputRow row;
    BOOST_REQUIRE(reader.next(row));
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(std::holds_alternative<RowProblem>(row.content));
    BOOST_REQUIRE(reader.next(row));
    const Operation expected{Verb::assign, "Eb", "2", false};
    BOOST_TEST((std::get<Operation>(row.content) == expected));
}

BOOST_AUTO_TEST_SUITE_END()
