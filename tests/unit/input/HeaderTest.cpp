#include "oauth_batch/input/Header.h"

#include "InputFixture.h"

#include "oauth_batch/base/Error.h"

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

InputOptions resultsOptions()
{
    InputOptions options;
    options.kind = InputKind::results;
    return options;
}

InputOptions mapped(ColumnRole role, const std::string& name)
{
    InputOptions options;
    options.columns = {{role, name}};
    return options;
}

InputOptions fixed(std::optional<Verb> operation, const std::string& profileId)
{
    return {{}, {}, operation, profileId, InputKind::operations};
}

/// A header, and what is said of it.
struct Wrong
{
    std::string text;
    std::string problem;

    friend std::ostream& operator<<(std::ostream& out, const Wrong& row) { return out << row.text; }
};

const std::vector<Wrong> kWrongHeaders = {
    {"", "orders.csv: the file is empty: a header such as operation,managed_user_id,profile_id is "
         "needed"},
    {"\xEF\xBB\xBF", "orders.csv: the file is empty: a header such as "
                     "operation,managed_user_id,profile_id is needed"},
    {"\n\r\n , ,\n", "orders.csv: the file is empty: a header such as "
                     "operation,managed_user_id,profile_id is needed"},
    {"assign,123,322\nassign,124,322\n",
     "orders.csv:1: no header: the first record looks like data, not like column names (the "
     "columns are \"assign\", \"123\", \"322\"); put a line such as "
     "operation,managed_user_id,profile_id before it"},
    {"Action,managed_user_id,profile_id\n",
     "orders.csv:1: no column \"operation\"; the columns are \"Action\", \"managed_user_id\", "
     "\"profile_id\"; the nearest is \"Action\". Name it with --column=operation:Action, or give "
     "one for all rows: --operation=assign"},
    {"operation,profile_id,who\n",
     "orders.csv:1: no column \"managed_user_id\" or \"external_id\"; the columns are "
     "\"operation\", \"profile_id\", \"who\". Name it with --column=managed_user_id:NAME or "
     "--column=external_id:NAME"},
    {"operation,extrnal_id,profile_id\n",
     "orders.csv:1: no column \"managed_user_id\" or \"external_id\"; the columns are "
     "\"operation\", \"extrnal_id\", \"profile_id\"; the nearest is \"extrnal_id\". Name it with "
     "--column=external_id:extrnal_id"},
    {"\"Action\n\",external_id,profile_id\n",
     "orders.csv:1: no column \"operation\"; the columns are \"Action\\x0A\", \"external_id\", "
     "\"profile_id\"; the nearest is \"Action\\x0A\". Name it with --column=operation:NAME, or "
     "give "
     "one for all rows: --operation=assign"},
    {"operation,Managed User,profile_id\n",
     "orders.csv:1: no column \"managed_user_id\" or \"external_id\"; the columns are "
     "\"operation\", \"Managed User\", \"profile_id\"; the nearest is \"Managed User\". Name it "
     "with --column=managed_user_id:Managed User"},
    {"operation,external_id,profile\n",
     "orders.csv:1: no column \"profile_id\" (or \"custom_oauth_profile_id\"); the columns are "
     "\"operation\", \"external_id\", \"profile\"; the nearest is \"profile\". Name it with "
     "--column=profile_id:profile, or give one for all rows: --profile-id=322"},
    {"operation,external_id,profile_id,Operation\n",
     "orders.csv:1:34: \"operation\" (column 1) and \"Operation\" (column 4) both mean operation: "
     "remove or rename all but one"},
    {"\noperation,external_id,profile_id,custom_oauth_profile_id\n",
     "orders.csv:2:34: \"profile_id\" (column 3) and \"custom_oauth_profile_id\" (column 4) both "
     "mean profile_id: remove or rename all but one, or choose: --column=profile_id:profile_id"},
    {"operation,external_id,external_id,profile_id\n",
     "orders.csv:1:23: \"external_id\" (column 2) and \"external_id\" (column 3) both mean "
     "external_id: remove or rename all but one"},
    {"operation,external_id,force,profile_id,FORCE\n",
     "orders.csv:1:40: \"force\" (column 3) and \"FORCE\" (column 5) both mean force: remove or "
     "rename all but one"},
    {"operation,managed_user_id,profile_id\r1,2,3\r",
     "orders.csv:1:37: a CR without LF: where lines end with CR alone (as on old Macs), save the "
     "file with LF or CR LF"},
    {"operation,size 5\",external_id\nassign,1,2\n",
     "orders.csv:1:17: a quote inside an unquoted field: put the whole field in quotes and double "
     "the ones inside"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(HeaderTest)

BOOST_AUTO_TEST_CASE(columnsAreFoundByTheirNames)
{
    const Header header =
        readInput("Note,\"Operation\",EXTERNAL-ID,managed user id,Profile_ID,force\n").header;
    BOOST_TEST(header.size() == 6U);
    BOOST_TEST(header.find(ColumnRole::operation) == 1U);
    BOOST_TEST(header.find(ColumnRole::externalId) == 2U);
    BOOST_TEST(header.find(ColumnRole::managedUserId) == 3U);
    BOOST_TEST(header.find(ColumnRole::profileId) == 4U);
    BOOST_TEST(header.find(ColumnRole::force) == 5U);
    BOOST_TEST(header.rawName(1) == "\"Operation\"");
    BOOST_TEST(!header.hasResults());
}

BOOST_AUTO_TEST_CASE(resultColumnsAreNoInputColumns)
{
    const Header header = readInput("operation,Result Status,external_id,profile_id,result_row,"
                                    "result_extra,result_message\n")
                              .header;
    BOOST_TEST(header.hasResults());
    BOOST_TEST(header.inputCount() == 4U);
    BOOST_TEST(header.lastInput() == 5U);
    BOOST_TEST(header.trailingResults() == 1U);
    BOOST_TEST(header.isResult(1));
    BOOST_TEST(!header.isResult(5));
    BOOST_TEST(header.find(ResultColumn::status) == 1U);
    BOOST_TEST(header.find(ResultColumn::request) == Header::kNone);
}

BOOST_AUTO_TEST_CASE(formatIsThatOfTheFile)
{
    const FileFormat plain{',', "\n", false};
    const FileFormat excel{';', "\r\n", true};
    BOOST_TEST((readInput("operation,external_id,profile_id").header.format() == plain));
    BOOST_TEST(
        (readInput("operation,external_id,profile_id\nassign,1,2\r\n").header.format() == plain));
    BOOST_TEST((
        readInput("\xEF\xBB\xBFoperation;external_id;profile_id\r\nassign;1;2\n").header.format() ==
        excel));
}

BOOST_AUTO_TEST_CASE(fixedDelimiterIsNotGuessed)
{
    InputOptions options;
    options.delimiter = '|';
    const ReadInput read = readInput("operation,external_id,profile_id\n", options);
    BOOST_TEST(read.header.size() == 1U);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 3U);
    BOOST_TEST(read.problems[0].find("the only column is \"operation,external_id,profile_id\" "
                                     "(delimiter \"|\"; --delimiter sets another)") !=
               std::string::npos);
}

BOOST_DATA_TEST_CASE(wrongHeaderIsOneProblem, data::make(kWrongHeaders), wrong)
{
    const ReadInput read = readInput(wrong.text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0] == wrong.problem);
    BOOST_TEST(read.rows.empty());
}

BOOST_AUTO_TEST_CASE(markBeforeALaterNameIsAProblem)
{
    for (const std::string mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
        const ReadInput read =
            readInput("operation,external_id,profile_id," + mark + "note\nassign,A1,322,x\n");
        BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
        BOOST_TEST(read.problems[0] ==
                   "orders.csv:1:34: a byte order mark before the name of a column; remove it");
    }
}

BOOST_AUTO_TEST_CASE(allThatIsWrongIsSaidAtOnce)
{
    const ReadInput read = readInput("a,b\n\"x\"y,1\n1,\"open\n");
    BOOST_REQUIRE_EQUAL(read.problems.size(), 5U);
    BOOST_TEST(read.problems[3].starts_with("orders.csv:2:4: text after"));
    BOOST_TEST(read.problems[4].starts_with("orders.csv:3:3: the quote that opens here"));
}

BOOST_AUTO_TEST_CASE(longLineWithCarriageReturnsAloneIsCalledSo)
{
    std::string text = "operation,external_id,profile_id\r";
    while (text.size() < 3'000'000)
        text += "assign,123,322\r";
    const ReadInput read = readInput(text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("orders.csv:1:33: a CR without LF"));
}

BOOST_AUTO_TEST_CASE(utf16WithoutMarkIsOneProblem)
{
    std::string text;
    for (const char c : std::string("operation,external_id,profile_id\r\nassign,1,2\r\n")) {
        text += c;
        text += '\0';
    }
    const ReadInput read = readInput(text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("orders.csv:1:2: a NUL byte: this is no text, or it is "
                                            "UTF-16"));
}

BOOST_AUTO_TEST_CASE(utf16WithMarkIsOneProblem)
{
    const ReadInput read = readInput(std::string("\xFF\xFEo\0\r\0\n\0", 8));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("orders.csv:1:1: UTF-16, but UTF-8 is needed"));
}

BOOST_AUTO_TEST_CASE(headerAloneIsNoProblem)
{
    const ReadInput read = readInput("operation,external_id,profile_id");
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.rows.empty());
}

BOOST_AUTO_TEST_CASE(mappedColumnTakesTheRole)
{
    const Header header = readInput("operation,Was-tun,external_id,profile_id\n",
                                    mapped(ColumnRole::operation, "was tun"))
                              .header;
    BOOST_TEST(header.find(ColumnRole::operation) == 1U);
    BOOST_TEST(header.columnsFor(ColumnRole::operation).size() == 1U);
}

BOOST_AUTO_TEST_CASE(mappedColumnHasNoOtherRole)
{
    const ReadInput read = readInput("operation,managed_user_id,profile_id\nassign,A1,2\n",
                                     mapped(ColumnRole::externalId, "managed_user_id"));
    BOOST_TEST(read.header.find(ColumnRole::managedUserId) == Header::kNone);
    BOOST_REQUIRE(read.rows.at(0).operation());
    BOOST_TEST(read.rows[0].operation()->customerId == "EA1");
}

BOOST_AUTO_TEST_CASE(mappingChoosesBetweenTheProfileColumns)
{
    const ReadInput read =
        readInput("operation,external_id,profile_id,custom_oauth_profile_id\nassign,1,2,3\n",
                  mapped(ColumnRole::profileId, "custom_oauth_profile_id"));
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.rows.at(0).operation()->profileId == "3");
}

BOOST_AUTO_TEST_CASE(mappingToNoColumnListsTheColumns)
{
    const ReadInput read = readInput("Acton,external_id,profile_id\nassign,1,2\n",
                                     mapped(ColumnRole::operation, "Action"));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0] ==
               "orders.csv:1: --column=operation:Action: no column \"Action\"; the columns are "
               "\"Acton\", \"external_id\", \"profile_id\"; the nearest is \"Acton\"");
}

BOOST_AUTO_TEST_CASE(mappedNameTwiceIsAmbiguous)
{
    const ReadInput read = readInput("Action,action,external_id,profile_id\nassign,x,1,2\n",
                                     mapped(ColumnRole::operation, "Action"));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("orders.csv:1:8: \"Action\" (column 1) and \"action\" "
                                            "(column 2) both mean operation"));
}

BOOST_AUTO_TEST_CASE(oneColumnForTwoRolesIsAUsageError)
{
    InputOptions options;
    options.columns = {{ColumnRole::externalId, "ID"}, {ColumnRole::managedUserId, "id"}};
    BOOST_CHECK_THROW(readInput("operation,ID,profile_id\n", options), UsageError);
}

BOOST_AUTO_TEST_CASE(optionBesideAColumnIsAUsageError)
{
    InputOptions operation;
    operation.operation = Verb::assign;
    BOOST_CHECK_EXCEPTION(readInput("Operation,external_id,profile_id\n", operation), UsageError,
                          [](const UsageError& error) {
                              return error.exitCode() == ExitCode::usage &&
                                     std::string(error.what()) ==
                                         "--operation was given, but orders.csv has a column "
                                         "\"Operation\": leave the option out, or remove the "
                                         "column";
                          });
    BOOST_CHECK_THROW(
        readInput("operation,external_id,custom_oauth_profile_id\n", fixed({}, "322")), UsageError);
}

BOOST_AUTO_TEST_CASE(optionsStandInForColumns)
{
    const ReadInput read = readInput("managed_user_id\n007\n", fixed(Verb::unassign, "0322"));
    BOOST_TEST(read.problems.empty());
    const Operation expected{Verb::unassign, "007", "0322", false};
    BOOST_TEST((*read.rows.at(0).operation() == expected));
}

BOOST_AUTO_TEST_CASE(resultsFileNeedsNoColumnThatItsRequestsCarry)
{
    BOOST_TEST(readInput("note,result_status,result_request\n", resultsOptions()).problems.empty());
    const auto withoutRequest = readInput("note,result_status\n", resultsOptions()).problems;
    BOOST_TEST(withoutRequest.size() == 3U);
    const auto asInput = readInput("note,result_status,result_request\n").problems;
    BOOST_TEST(asInput.size() == 3U);
}

BOOST_AUTO_TEST_CASE(resultsFileNeedsItsStatusOnce)
{
    const auto none = readInput("operation,external_id,profile_id\n", resultsOptions()).problems;
    BOOST_REQUIRE_EQUAL(none.size(), 1U);
    BOOST_TEST(none[0] == "orders.csv:1: no column \"result_status\": this is not a results file "
                          "of oauth-batch; the columns are \"operation\", \"external_id\", "
                          "\"profile_id\"");
    const auto twice =
        readInput("result_request,result_status,Result-Status\n", resultsOptions()).problems;
    BOOST_REQUIRE_EQUAL(twice.size(), 1U);
    BOOST_TEST(twice[0].starts_with("orders.csv:1:30: \"result_status\" (column 2) and "
                                    "\"Result-Status\" (column 3) both mean result_status"));
    BOOST_TEST(readInput("operation,external_id,profile_id,result_status,result_status\n")
                   .problems.empty());
}

BOOST_AUTO_TEST_SUITE_END()
