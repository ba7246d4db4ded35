#include "oauth_batch/input/OperationReader.h"

#include "InputFixture.h"
#include "TempDir.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace data = boost::unit_test::data;

namespace {

constexpr const char* kHeaderLine = "operation,external_id,profile_id\n";

InputOptions resultsOptions()
{
    InputOptions options;
    options.kind = InputKind::results;
    return options;
}

constexpr const char* kResultNames =
    "result_row,result_status,result_http_status,result_error_code,result_message,result_request,"
    "result_attempts,result_finished_at,result_duration_ms";

std::string resultsFile(const std::string& row)
{
    return std::string("operation,external_id,profile_id,") + kResultNames + "\n" + row + "\n";
}

ReadInput readResults(const std::string& row)
{
    return readInput(resultsFile(row), resultsOptions());
}

/// A row of a results file of which one cell cannot be understood.
struct BadCell
{
    std::string row;
    std::string problem;

    friend std::ostream& operator<<(std::ostream& out, const BadCell& row)
    {
        return out << row.problem;
    }
};

const std::vector<BadCell> kBadCells = {
    {"assign,A,1,1,suceeded,,,,,,,",
     "orders.csv:2: result_status \"suceeded\": not a status, the nearest is \"succeeded\""},
    {"assign,A,1,1,xyz,,,,,,,",
     "orders.csv:2: result_status \"xyz\": not a status; they are pending, succeeded, failed, "
     "unknown, invalid, blocked and duplicate"},
    {"assign,A,1,0,failed,,,,,,,",
     "orders.csv:2: result_row \"0\": not a number from 1 to 4294967294, nor empty"},
    {"assign,A,1,1,failed,abc,,,,,,",
     "orders.csv:2: result_http_status \"abc\": not a number from 100 to 999, nor empty"},
    {"assign,A,1,1,failed,,oops,,,,,",
     "orders.csv:2: result_error_code \"oops\": not a result code of oauth-batch, such as http_503 "
     "or timeout, nor empty"},
    {"assign,A,1,1,failed,,,,POST /x,,,",
     "orders.csv:2: result_request \"POST /x\": not a request as oauth-batch writes it: undo the "
     "edit, or empty the cell if the row's other columns name the operation"},
    {"assign,A,1,1,failed,,,,,-1,,",
     "orders.csv:2: result_attempts \"-1\": not a number from 0 to 4294967295, nor empty"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(OperationReaderTest)

BOOST_AUTO_TEST_CASE(europeanFileIsRead)
{
    const TempDir folder;
    const std::string path = (folder / "european.csv").string();
    writeFile(path, "Operation;Managed User ID;Profile ID;Force;Notiz\r\n"
                    "assign;0012;322;;\"M\xC3\xBCller; S\xC3\xB6hne\"\r\n"
                    "unassign;EA2300;00322;JA;\r\n"
                    "Unassign;EA2300;00322;Yes;\r\n");
    OperationReader reader("european.csv", openInput(path), {});
    InputRow row;
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(std::get<Operation>(row.content).customerId == "0012");
    BOOST_TEST(row.record->fields.back().value == "M\xC3\xBCller; S\xC3\xB6hne");
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST((std::get<RowProblem>(row.content).code == ErrorCode::badForce));
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(std::get<Operation>(row.content).force);
    BOOST_TEST(!reader.next(row));
    BOOST_TEST(reader.rowCount() == 3U);
    BOOST_TEST(reader.header().format().lineEnding == "\r\n");
    BOOST_CHECK_NO_THROW(reader.requireNoProblems());
}

BOOST_AUTO_TEST_CASE(blankRecordsAreSkippedAndNotCounted)
{
    const ReadInput read = readInput(std::string("\n") + kHeaderLine +
                                     "\nassign,A,1\n,,\n \n\"\", \t,\r\n,,,,,\nassign,B,1\n\n");
    BOOST_REQUIRE_EQUAL(read.rows.size(), 2U);
    BOOST_TEST(read.rows[0].row.number == 1U);
    BOOST_TEST(read.rows[0].row.line == 4U);
    BOOST_TEST(read.rows[1].row.number == 2U);
    BOOST_TEST(read.rows[1].row.line == 9U);
    BOOST_TEST(read.skipped.total == 7U);
    BOOST_TEST(read.skipped.first == (std::vector<std::uint64_t>{1, 3, 5, 6, 7, 8, 10}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(hundredSkippedLinesAreKept)
{
    const ReadInput read = readInput(kHeaderLine + std::string(1000, '\n'));
    BOOST_TEST(read.skipped.first.size() == 100U);
    BOOST_TEST(read.skipped.total == 1000U);
    BOOST_TEST(read.problems.empty());
}

BOOST_AUTO_TEST_CASE(rowsBesideAProblemAreStillRead)
{
    OperationReader reader(
        "orders.csv",
        std::make_unique<MemorySource>("operation,external_id,profile_id\nassign,A\"1,1\nassign,B,"
                                       "1\n\"assign\"x,C,1\n"),
        {});
    InputRow row;
    BOOST_TEST(reader.next(row));
    BOOST_TEST(!reader.next(row));
    BOOST_TEST(!reader.next(row));
    BOOST_TEST(reader.problems().total() == 2U);
    BOOST_CHECK_EXCEPTION(reader.requireNoProblems(), DataError, [](const DataError& error) {
        const std::string text = error.what();
        return text.starts_with("orders.csv:2:9: a quote inside an unquoted field") &&
               text.find("\norders.csv:4:9: text after the closing quote") != std::string::npos &&
               error.exitCode() == ExitCode::dataError;
    });
}

BOOST_AUTO_TEST_CASE(nulInARowIsAProblem)
{
    const ReadInput read = readInput(kHeaderLine + std::string("assign,A,1\nassign,B\0,1\n", 23));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("orders.csv:3:9: a NUL byte"));
}

BOOST_AUTO_TEST_CASE(digestDoesNotDependOnThePieces)
{
    std::string text = kHeaderLine;
    for (int i = 0; i < 20'000; ++i)
        text += "assign,\"A\n" + std::to_string(i) + "\",1\r\n";
    const std::string digest = readInput(text).digest;
    BOOST_TEST(digest.size() == 64U);
    BOOST_TEST(readInput(text, {}, 4096).digest == digest);
    BOOST_TEST(readInput(text, {}, 1).rows.size() == 20'000U);
    BOOST_TEST(readInput(text + "\n").digest != digest);
    // printf 'operation,external_id,profile_id\n' | sha256sum
    BOOST_TEST(readInput(kHeaderLine).digest ==
               "06091545fbbd28faaea0ca7fe8deb3fbbd4c1870487f4fa0f1d37219a942cc1c");
}

BOOST_AUTO_TEST_CASE(resultColumnsOfAnInputAreNotRead)
{
    const ReadInput read = readInput(resultsFile("assign,A,1,x,y,z,z,,nonsense,a,b,c"));
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.rows.at(0).operation());
    BOOST_TEST(!read.rows.at(0).row.prior);
}

BOOST_AUTO_TEST_CASE(resultCellsAreRead)
{
    const ReadInput read = readResults(
        "assign,007,322,42,failed,404,http_404,Not found,POST "
        "/api/managed_users/E007/custom_oauth_profiles/322/assign,3,2026-05-01T07:30:00.250Z,120");
    BOOST_TEST(read.problems.empty());
    BOOST_REQUIRE(read.rows.at(0).row.prior);
    const PriorResult& prior = *read.rows[0].row.prior;
    const Outcome expected{RowStatus::failed,
                           ErrorCode::http,
                           404,
                           3,
                           parseTimestamp("2026-05-01T07:30:00.250Z"),
                           std::chrono::milliseconds(120),
                           "Not found"};
    BOOST_TEST((prior.outcome == expected));
    BOOST_TEST((prior.row == RowNumber(42)));
    BOOST_TEST((prior.requested == *read.rows[0].operation()));
    BOOST_TEST(read.rows[0].row.number == 1U);
}

BOOST_AUTO_TEST_CASE(emptyResultCellsArePending)
{
    const ReadInput read = readResults("assign,A,1,,,,,,,,,");
    BOOST_TEST(read.problems.empty());
    BOOST_TEST((read.rows.at(0).row.prior->outcome == Outcome{}));
    BOOST_TEST(!read.rows.at(0).row.prior->row);
    BOOST_TEST(!read.rows.at(0).row.prior->requested);
    BOOST_TEST(read.rows.at(0).operation());
}

BOOST_DATA_TEST_CASE(damagedResultCellIsAProblemOfTheFile, data::make(kBadCells), cell)
{
    const ReadInput read = readResults(cell.row);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0] == cell.problem);
}

BOOST_AUTO_TEST_CASE(rewrittenTimesAreNoProblem)
{
    const ReadInput read =
        readResults("assign,A,1,1, Succeeded ,200,,,,1,01.05.2026 07:30,\"0,1\"");
    BOOST_TEST(read.problems.empty());
    const Outcome& outcome = read.rows.at(0).row.prior->outcome;
    BOOST_TEST((outcome.status == RowStatus::succeeded));
    BOOST_TEST(!outcome.finishedAt);
    BOOST_TEST(!outcome.duration);
}

BOOST_AUTO_TEST_CASE(requestStandsInForMissingColumns)
{
    const ReadInput read = readInput(
        "note,result_status,result_request\n"
        "x,failed,DELETE /api/managed_users/EA%2F1/custom_oauth_profiles/007/unassign?force=true\n"
        "y,invalid,\n",
        resultsOptions());
    BOOST_TEST(read.problems.empty());
    const Operation expected{Verb::unassign, "EA/1", "007", true};
    BOOST_REQUIRE(read.rows.at(0).operation());
    BOOST_TEST((*read.rows[0].operation() == expected));
    BOOST_REQUIRE(read.rows.at(1).problem());
    BOOST_TEST((read.rows[1].problem()->code == ErrorCode::badOperation));
}

BOOST_AUTO_TEST_CASE(requestWithABadIdMakesTheRowInvalid)
{
    for (const std::string id : {"E%A2F1", "E%00", "EA%20"}) {
        const ReadInput read = readInput(std::string(kResultNames) +
                                             "\n1,failed,404,http_404,x,POST /api/managed_users/" +
                                             id + "/custom_oauth_profiles/322/assign,1,,\n",
                                         resultsOptions());
        BOOST_REQUIRE_EQUAL(read.rows.size(), 1U);
        const RowProblem* const problem = read.rows[0].problem();
        BOOST_REQUIRE(problem != nullptr);
        BOOST_TEST((problem->code == ErrorCode::badId));
        BOOST_TEST(problem->message.starts_with("result_request is for the customer "));
    }
}

BOOST_AUTO_TEST_CASE(optionComesBeforeTheRequest)
{
    const InputOptions options{{}, {}, Verb::assign, "8", InputKind::results};
    const ReadInput read = readInput(
        "managed_user_id,result_status,result_request\n"
        "7,failed,DELETE /api/managed_users/007/custom_oauth_profiles/3/unassign?force=true\n",
        options);
    const Operation content{Verb::assign, "7", "8", false};
    const Operation requested{Verb::unassign, "007", "3", true};
    BOOST_TEST((*read.rows.at(0).operation() == content));
    BOOST_TEST((read.rows.at(0).row.prior->requested == requested));
}

BOOST_AUTO_TEST_CASE(editedRowKeepsWhatWasRequested)
{
    const ReadInput read =
        readResults("assign,7,322,1,failed,404,http_404,,POST "
                    "/api/managed_users/E007/custom_oauth_profiles/322/assign,1,,");
    BOOST_TEST(read.rows.at(0).operation()->customerId == "E7");
    BOOST_TEST(read.rows.at(0).row.prior->requested->customerId == "E007");
}

BOOST_AUTO_TEST_CASE(emptyCellIsNotReplacedByTheRequest)
{
    const ReadInput read =
        readResults("assign,,322,1,failed,404,http_404,,POST "
                    "/api/managed_users/E007/custom_oauth_profiles/322/assign,1,,");
    BOOST_REQUIRE(read.rows.at(0).problem());
    BOOST_TEST((read.rows[0].problem()->code == ErrorCode::badId));
}

BOOST_AUTO_TEST_CASE(fieldCountIsHeldBackUntilItsCodeIsEmptied)
{
    const ReadInput held = readResults("assign,A,1,1,invalid,,field_count,,,0,,");
    BOOST_REQUIRE(held.rows.at(0).problem());
    BOOST_TEST((held.rows[0].problem()->code == ErrorCode::fieldCount));
    BOOST_TEST((held.rows[0].problem()->verb == Verb::assign));
    BOOST_TEST((held.rows[0].problem()->customerId == "EA"));
    const ReadInput freed = readResults("assign,A,1,1,invalid,,,,,0,,");
    BOOST_TEST(freed.rows.at(0).operation());
}

BOOST_AUTO_TEST_CASE(rowWithACommaTooManyKeepsItsResult)
{
    const ReadInput read = readResults("assign,A,1,x,9,succeeded,200,,ok,,2,,");
    BOOST_TEST(read.problems.empty());
    const auto& row = read.rows.at(0);
    BOOST_TEST((row.problem()->code == ErrorCode::fieldCount));
    BOOST_REQUIRE(row.row.prior);
    BOOST_TEST((row.row.prior->outcome.status == RowStatus::succeeded));
    BOOST_TEST((row.row.prior->row == RowNumber(9)));
}

BOOST_AUTO_TEST_CASE(cutRowHasNoPriorResult)
{
    const ReadInput read = readResults("assign,A");
    BOOST_TEST(read.problems.empty());
    BOOST_TEST((read.rows.at(0).problem()->code == ErrorCode::fieldCount));
    BOOST_TEST(!read.rows.at(0).row.prior);
}

BOOST_AUTO_TEST_CASE(reusedRowKeepsNoPriorResult)
{
    const std::string text = resultsFile(
        "assign,A,1,5,failed,404,http_404,Not found,POST "
        "/api/managed_users/EA/custom_oauth_profiles/1/assign,3,2026-05-01T07:30:00.250Z,120\n"
        "assign,B,1,,,,,,,,,\nassign,C");
    OperationReader reader("orders.csv", std::make_unique<MemorySource>(text), resultsOptions());
    InputRow row;
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST((row.prior->row == RowNumber(5)));
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(!row.prior->row);
    BOOST_TEST(!row.prior->requested);
    BOOST_TEST((row.prior->outcome == Outcome{}));
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(!row.prior);
}

BOOST_AUTO_TEST_CASE(readErrorEndsTheReading)
{
    class Failing : public ByteSource
    {
    public:
        std::size_t read(char*, std::size_t) override { throw IoError("read", "orders.csv", EIO); }
    };
    BOOST_CHECK_THROW(OperationReader("orders.csv", std::make_unique<Failing>(), {}), IoError);
}

BOOST_AUTO_TEST_SUITE_END()
