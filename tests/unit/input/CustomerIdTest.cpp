#include "oauth_batch/input/CustomerId.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

/// An ID and a part of what is said of it; empty where nothing is.
struct Id
{
    std::string id;
    std::string fault;

    friend std::ostream& operator<<(std::ostream& out, const Id& row) { return out << row.id; }
};

bool isFault(const std::string& said, const std::string& expected)
{
    return expected.empty() ? said.empty() : said.find(expected) != std::string::npos;
}

const std::vector<Id> kManagedUserIds = {
    {"123", ""},
    {"007", ""},
    {"99999999999999999999999999", ""},
    {"EA2300", ""},
    {"E1", ""},
    {"EE", ""},
    {"E a/b%20?", ""},
    {"E\xC3\xA4", ""},
    {"E1E+05", ""},
    {"E", "E and no external ID"},
    {"e123", "(the E is a capital: \"E123\"?)"},
    {"A2300", "neither digits nor E and an external ID (the column external_id takes"},
    {"A2300", "here it would be \"EA2300\""},
    {" 123", "blanks at an end"},
    {"123 ", "blanks at an end"},
    {"123\t", "blanks at an end"},
    {"123\r", "blanks at an end"},
    {"123\xC2\xA0", "blanks at an end"},
    {"EA \xE3\x80\x80", "blanks at an end"},
    {"E ", "blanks at an end"},
    {" ", "blanks at an end"},
    {"1E+05", "a spreadsheet turned the ID into a number in scientific notation"},
    {"1.0E5", "scientific notation"},
    {"1,00E+05", "scientific notation"},
    {"1e+05", "scientific notation"},
    {"1E5", "scientific notation"},
    {"123.0", "a number format of a spreadsheet"},
    {"1,234", "a number format of a spreadsheet"},
    {"12a", "neither digits"},
    {"-1", "neither digits"},
    {"+1", "neither digits"},
    {"1 2", "neither digits"},
    {"EA\x01", "a control character"},
    {"EA\nB", "a control character"},
    {"EA\x7F", "a control character"},
    {"EA\xC2\x85z", "a control character"},
    {"EA\xFF", "not UTF-8"},
    {"E\xC3", "not UTF-8"},
    {"\xD9\xA1\xD9\xA2", "neither digits"}, // Arabic-Indic digits
};

const std::vector<Id> kExternalIds = {
    {"A2300", ""},
    {"123", ""},
    {"E77", ""},
    {"e", ""},
    {"a b", ""},
    {"1E5", ""},
    {"12E34", ""},
    {"1.5", ""},
    {"\xE6\x97\xA5\xE6\x9C\xAC", ""},
    {"a%2Fb", ""},
    {"..", ""},
    {"1E+05", "scientific notation"},
    {"1.0E5", "scientific notation"},
    {"1,00E+05", "scientific notation"},
    {"1.23457e+11", "scientific notation"},
    {"A ", "blanks at an end"},
    {" A", "blanks at an end"},
    {"a\tb", "a control character"},
    {"\x80", "not UTF-8"},
    {"\xED\xA0\x80", "not UTF-8"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(CustomerIdTest)

BOOST_DATA_TEST_CASE(managedUserIdIsJudged, data::make(kManagedUserIds), row)
{
    BOOST_TEST(isFault(faultOfManagedUserId(row.id), row.fault), faultOfManagedUserId(row.id));
}

BOOST_DATA_TEST_CASE(externalIdIsJudged, data::make(kExternalIds), row)
{
    BOOST_TEST(isFault(faultOfExternalId(row.id), row.fault), faultOfExternalId(row.id));
}

BOOST_AUTO_TEST_CASE(percentSignWithTwoHexDigitsLooksEncoded)
{
    for (const char* const id : {"a%2Fb", "%e4", "100%%20"})
        BOOST_TEST(looksUrlEncoded(id), id);
    for (const char* const id : {"", "%", "100%", "%2", "%2G", "a/b"})
        BOOST_TEST(!looksUrlEncoded(id), id);
}

BOOST_AUTO_TEST_CASE(kindsOfCustomersAreTold)
{
    BOOST_TEST(isNumericCustomer("0012"));
    BOOST_TEST(!isNumericCustomer("E12"));
    BOOST_TEST(looksPrefixed("E12"));
    BOOST_TEST(!looksPrefixed("e12"));
    BOOST_TEST(!looksPrefixed(""));
}

BOOST_AUTO_TEST_SUITE_END()
