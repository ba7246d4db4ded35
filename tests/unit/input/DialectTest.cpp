#include "oauth_batch/input/Dialect.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

struct HeaderLine
{
    std::string text;
    char delimiter;

    friend std::ostream& operator<<(std::ostream& out, const HeaderLine& row)
    {
        return out << row.text;
    }
};

const std::vector<HeaderLine> kHeaderLines = {
    {"operation,managed_user_id,profile_id\n", ','},
    {"operation;managed_user_id;profile_id\n", ';'},
    {"operation\tmanaged_user_id\tprofile_id\n", '\t'},
    {"operation|managed_user_id|profile_id\n", '|'},
    {"Operation; Managed User ID; Profile-ID; notes, dates, times, more, and more\n", ';'},
    {"\"operation\";\"notes, with, many, commas\";\"external_id\"\n", ';'},
    {"\"a\"\"b;c;d;e\",\"operation\",force\r\n", ','},
    {"\"notes\n;;;;\",operation,force\n", ','},
    {"managed_user_id\n", ','},
    {"managed_user_id", ','},
    {"a;b,c;d\n,,,,,,,,\n", ';'},
    {"x|y\n", '|'},
    {"a;b,c\n", ','},
    {"\"never closed;;;\n", ','},
    {"", ','},
};

} // namespace

BOOST_AUTO_TEST_SUITE(DialectTest)

BOOST_DATA_TEST_CASE(delimiterIsThatOfTheKnownNames, data::make(kHeaderLines), header)
{
    BOOST_TEST(detectDelimiter(header.text, {}) == header.delimiter);
}

BOOST_AUTO_TEST_CASE(mappedNamesAreKnown)
{
    const std::string text = "Action;a,b,c,d;Kunde\n";
    BOOST_TEST(detectDelimiter(text, {}) == ',');
    InputOptions options;
    options.columns = {{ColumnRole::operation, "action"}, {ColumnRole::externalId, "Kunde"}};
    BOOST_TEST(detectDelimiter(text, options) == ';');
}

BOOST_AUTO_TEST_CASE(headerStartsAtTheFirstLineWithText)
{
    BOOST_TEST(headerText("a,b\n1,2\n") == "a,b\n1,2\n");
    BOOST_TEST(headerText("\r\n ,,\n;;\n a,b\n") == " a,b\n");
    BOOST_TEST(headerText("\n\n").empty());
}

BOOST_AUTO_TEST_CASE(carriageReturnsAloneAreSeen)
{
    BOOST_TEST(loneCarriageReturn("a,b\r1,2\r3,4").value() == 3U);
    BOOST_TEST(loneCarriageReturn("a,b\r\r\n").value() == 3U);
    BOOST_TEST(!loneCarriageReturn("a,b\r\n1\r2\n"));
    BOOST_TEST(!loneCarriageReturn("a,\"b\rc\"\r\n"));
    BOOST_TEST(!loneCarriageReturn("a,b\r"));
    BOOST_TEST(!loneCarriageReturn(std::string("a\0\r\0\n\0", 6)));
}

BOOST_AUTO_TEST_SUITE_END()
