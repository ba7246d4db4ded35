#include "oauth_batch/input/RowCells.h"

#include "CsvTable.h"
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

/// The header and the row as they would be written back.
struct WrittenBack
{
    std::string header;
    std::string row;
};

WrittenBack writeBack(const std::string& text)
{
    OperationReader reader("orders.csv", std::make_unique<MemorySource>(text), {});
    InputRow row;
    BOOST_REQUIRE(reader.next(row));
    WrittenBack written;
    appendInputNames(written.header, reader.header());
    appendInputCells(written.row, *row.record, reader.header());
    return written;
}

struct Case
{
    std::string row;
    std::string written;

    friend std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.row; }
};

constexpr const char* kInputNames = "operation,external_id,profile_id,note";
constexpr const char* kResultNames = ",result_row,result_status,result_error_code,result_request";

const std::vector<Case> kRows = {
    {"assign,\"A1\", 3 ,\"say \"\"hi\"\"\"", "assign,\"A1\", 3 ,\"say \"\"hi\"\"\""},
    {"assign,A1", "assign,A1,,"},
    {"assign,\"A\n1\"", "assign,\"A\n1\",,"},
    {"assign,A1,3,x,y", "assign,A1,3,\"x,y\""},
    {"assign,A1,3,,,", "assign,A1,3,\",,\""},
    {"assign,A1,3,\"x\"\"1\",\"y,z\"", "assign,A1,3,\"x\"\"1,y,z\""},
};

const std::vector<Case> kResultRows = {
    {"assign,\"A1\",3,n,1,failed,http_404,POST /x", "assign,\"A1\",3,n"},
    {"assign,A1,3,n,m,1,failed,http_404,", "assign,A1,3,\"n,m\""},
    {"assign,A1,1,succeeded,,", "assign,A1,,"},
    // Nothing that reads like results: position counts.
    {"assign,A1,3,n,1,2,3,4,5,6", "assign,A1,3,\"n,5,6\""},
    {"assign,A1,3", "assign,A1,3,"},
    {"assign,A1,3,n,1", "assign,A1,3,n"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(RowCellsTest)

BOOST_DATA_TEST_CASE(cellsAreWrittenBackWithTheHeadersCount, data::make(kRows), row)
{
    const WrittenBack written = writeBack(std::string(kInputNames) + "\n" + row.row + "\n");
    BOOST_TEST(written.header == kInputNames);
    BOOST_TEST(written.row == row.written);
}

BOOST_DATA_TEST_CASE(resultCellsAreLeftOut, data::make(kResultRows), row)
{
    const WrittenBack written =
        writeBack(std::string(kInputNames) + kResultNames + "\n" + row.row + "\n");
    BOOST_TEST(written.header == kInputNames);
    BOOST_TEST(written.row == row.written);
}

BOOST_DATA_TEST_CASE(writtenBackRowReadsAsTheHeaderSays, data::make(kRows), row)
{
    const WrittenBack written = writeBack(std::string(kInputNames) + "\n" + row.row + "\n");
    const CsvTable table(written.header + "\n" + written.row + "\n");
    BOOST_TEST(table.record(0).fields.size() == 4U);
    const WrittenBack again = writeBack(written.header + "\n" + written.row + "\n");
    BOOST_TEST(again.row == written.row);
}

BOOST_AUTO_TEST_CASE(surplusIsJoinedByItsValues)
{
    const WrittenBack written =
        writeBack(std::string(kInputNames) + "\nassign,A1,3,\"x\"\"1\",\"y,z\"\n");
    BOOST_TEST(CsvTable(written.header + "\n" + written.row).record(0).fields[3] == "x\"1,y,z");
}

BOOST_AUTO_TEST_CASE(resultColumnsAnywhereAreLeftOut)
{
    const WrittenBack written = writeBack(
        "result_row;operation;\"Result Status\";external_id;profile_id\n9;assign;failed;\"a\";3\n");
    BOOST_TEST(written.header == "operation;external_id;profile_id");
    BOOST_TEST(written.row == "assign;\"a\";3");
}

BOOST_AUTO_TEST_CASE(headerIsWrittenByteForByte)
{
    const WrittenBack written =
        writeBack("\"Operation\", External ID ,profile_id,\"x\"\"\n\",result_row\nassign,A,1,,1\n");
    BOOST_TEST(written.header == "\"Operation\", External ID ,profile_id,\"x\"\"\n\"");
}

BOOST_AUTO_TEST_SUITE_END()
