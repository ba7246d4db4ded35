#include "oauth_batch/report/ResultColumns.h"

#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

struct Cell
{
    std::string message;
    std::string expected;

    friend std::ostream& operator<<(std::ostream& out, const Cell& row)
    {
        return out << quoted(row.message);
    }
};

Outcome withMessage(std::string message)
{
    Outcome outcome;
    outcome.message = std::move(message);
    return outcome;
}

std::string cells(char delimiter, const Outcome& outcome, std::string_view line = "")
{
    std::string out;
    appendResultCells(out, delimiter, 7, outcome, line);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ResultColumnsTest)

BOOST_AUTO_TEST_CASE(headerHasTheNineColumnsInOrder)
{
    std::string out = "a;b";
    appendResultHeader(out, ';');
    BOOST_TEST(out == "a;b;result_row;result_status;result_http_status;result_error_code;"
                      "result_message;result_request;result_attempts;result_finished_at;"
                      "result_duration_ms");
}

BOOST_AUTO_TEST_CASE(everyCellIsAppendedBehindTheInput)
{
    const Outcome outcome{
        RowStatus::failed, ErrorCode::http, 404, 2, WallTime(1'777'620'600'250ms), 120ms,
        "Not found"};
    std::string out = "assign,123,322";
    appendResultCells(out, ',', 4'294'967'294U, outcome,
                      "POST /api/managed_users/123/custom_oauth_profiles/322/assign");
    BOOST_TEST(out == "assign,123,322,4294967294,failed,404,http_404,Not found,"
                      "POST /api/managed_users/123/custom_oauth_profiles/322/assign,2,"
                      "2026-05-01T07:30:00.250Z,120");
}

BOOST_AUTO_TEST_CASE(whatIsNotKnownIsEmpty)
{
    BOOST_TEST(cells(',', Outcome{}) == ",7,pending,,,,,0,,");
}

BOOST_AUTO_TEST_CASE(durationOfNothingIsNotEmpty)
{
    Outcome outcome;
    outcome.duration = 0ms;
    BOOST_TEST(cells(',', outcome) == ",7,pending,,,,,0,,0");
}

BOOST_DATA_TEST_CASE(cellsAreQuotedOnlyWhereNeeded, data::make(std::vector<Cell>{
                                                        {"plain", "plain"},
                                                        {"two words", "two words"},
                                                        {"a,b", "\"a,b\""},
                                                        {"a;b", "a;b"},
                                                        {"say \"no\"", "\"say \"\"no\"\"\""},
                                                        {"\"", "\"\"\"\""},
                                                        {"'quoted'", "'quoted'"},
                                                        {"Größe", "Größe"},
                                                    }))
{
    BOOST_TEST(cells(',', withMessage(sample.message)) ==
               ",7,pending,,," + sample.expected + ",,0,,");
}

BOOST_DATA_TEST_CASE(anyDelimiterIsQuoted, data::make({',', ';', '|'}))
{
    const std::string message = std::string("a") + sample + "b";
    const std::string out = cells(sample, withMessage(message));
    BOOST_TEST(out.find('"' + message + '"') != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tabDelimitedMessageHasNoTab)
{
    BOOST_TEST(cells('\t', withMessage("a\tb")) == "\t7\tpending\t\t\ta b\t\t0\t\t");
}

BOOST_DATA_TEST_CASE(messageNeverStartsAFormula, data::make(std::vector<Cell>{
                                                     {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
                                                     {"+1", "'+1"},
                                                     {"-1", "'-1"},
                                                     {"@A1", "'@A1"},
                                                     {"\t=1", "'=1"},
                                                     {"\r=1", "'=1"},
                                                     {"\n=1", "'=1"},
                                                     {" =1", "'=1"},
                                                     {"＝1", "'＝1"},
                                                     {"＋1", "'＋1"},
                                                     {"－1", "'－1"},
                                                     {"＠1", "'＠1"},
                                                     {"=1,2", "\"'=1,2\""},
                                                 }))
{
    BOOST_TEST(cells(',', withMessage(sample.message)) ==
               ",7,pending,,," + sample.expected + ",,0,,");
}

BOOST_AUTO_TEST_CASE(messageIsOneLine)
{
    BOOST_TEST(cells(',', withMessage("one\r\ntwo\n")) == ",7,pending,,,one two,,0,,");
}

BOOST_AUTO_TEST_CASE(requestLineIsQuotedLikeAnyCell)
{
    BOOST_TEST(cells(',', Outcome{}, " a,\"b\"\n") == ",7,pending,,,,\" a,\"\"b\"\"\n\",0,,");
    BOOST_TEST(cells(',', Outcome{}, "a ") == ",7,pending,,,,\"a \",0,,");
}

BOOST_AUTO_TEST_SUITE_END()
