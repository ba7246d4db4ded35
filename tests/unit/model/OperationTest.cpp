#include "oauth_batch/model/Operation.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

struct Line
{
    Operation operation;
    std::string text;

    friend std::ostream& operator<<(std::ostream& out, const Line& row) { return out << row.text; }
};

const std::vector<Line> kLines = {
    {{Verb::assign, "123", "322", false},
     "POST /api/managed_users/123/custom_oauth_profiles/322/assign"},
    {{Verb::unassign, "123", "322", false},
     "DELETE /api/managed_users/123/custom_oauth_profiles/322/unassign"},
    {{Verb::unassign, "EA2300", "322", true},
     "DELETE /api/managed_users/EA2300/custom_oauth_profiles/322/unassign?force=true"},
    {{Verb::assign, "007", "0322", false},
     "POST /api/managed_users/007/custom_oauth_profiles/0322/assign"},
    {{Verb::assign, "E..", "1", false},
     "POST /api/managed_users/E../custom_oauth_profiles/1/assign"},
    {{Verb::assign, "Ea-b._~", "1", false},
     "POST /api/managed_users/Ea-b._~/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "EA/1", "1", false},
     "POST /api/managed_users/EA%2F1/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "E%2F", "1", false},
     "POST /api/managed_users/E%252F/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "Ea b+c", "1", false},
     "POST /api/managed_users/Ea%20b%2Bc/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "Ex\r\nHost: evil", "1", false},
     "POST /api/managed_users/Ex%0D%0AHost%3A%20evil/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "EGröße", "1", false},
     "POST /api/managed_users/EGr%C3%B6%C3%9Fe/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "E顧客", "1", false},
     "POST /api/managed_users/E%E9%A1%A7%E5%AE%A2/custom_oauth_profiles/1/assign"},
    {{Verb::assign, "E?force=true#x", "1", false},
     "POST /api/managed_users/E%3Fforce%3Dtrue%23x/custom_oauth_profiles/1/assign"},
    {{Verb::unassign, "E/custom_oauth_profiles/9/unassign", "1", false},
     "DELETE /api/managed_users/E%2Fcustom_oauth_profiles%2F9%2Funassign"
     "/custom_oauth_profiles/1/unassign"},
    {{Verb::assign, "99999999999999999999999999", "18446744073709551616", false},
     "POST /api/managed_users/99999999999999999999999999"
     "/custom_oauth_profiles/18446744073709551616/assign"},
};

bool isUnreserved(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

} // namespace

BOOST_AUTO_TEST_SUITE(OperationTest)

BOOST_AUTO_TEST_CASE(verbsHaveNamesMethodsAndOpposites)
{
    BOOST_TEST(toString(Verb::assign) == "assign");
    BOOST_TEST(toString(Verb::unassign) == "unassign");
    BOOST_TEST(methodOf(Verb::assign) == "POST");
    BOOST_TEST(methodOf(Verb::unassign) == "DELETE");
    BOOST_TEST((opposite(Verb::assign) == Verb::unassign));
    BOOST_TEST((opposite(Verb::unassign) == Verb::assign));
}

BOOST_DATA_TEST_CASE(requestLineIsWrittenAndReadBack, data::make(kLines))
{
    BOOST_TEST(requestLine(sample.operation) == sample.text);
    const auto parsed = parseRequestLine(sample.text);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == sample.operation));
}

BOOST_DATA_TEST_CASE(everyByteOfAnIdIsUnreservedOrEncoded, data::xrange(256))
{
    const auto byte = static_cast<unsigned char>(sample);
    const Operation operation{Verb::assign, std::string("Ea") + static_cast<char>(byte) + "z", "1",
                              false};
    const char* const hex = "0123456789ABCDEF";
    const std::string expected = isUnreserved(byte)
                                     ? std::string(1, static_cast<char>(byte))
                                     : std::string{'%', hex[byte >> 4], hex[byte & 15]};
    BOOST_TEST(requestTarget(operation) ==
               "/api/managed_users/Ea" + expected + "z/custom_oauth_profiles/1/assign");
    const auto parsed = parseRequestLine(requestLine(operation));
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == operation));
}

BOOST_AUTO_TEST_CASE(idOfAllBytesComesBack)
{
    Operation operation{Verb::unassign, "E", "322", true};
    for (int byte = 0; byte < 256; ++byte)
        operation.customerId += static_cast<char>(byte);
    const auto parsed = parseRequestLine(requestLine(operation));
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == operation));
}

BOOST_DATA_TEST_CASE(
    foreignRequestLinesAreRefused,
    data::make({
        "",
        "POST",
        "GET /api/managed_users/1/custom_oauth_profiles/1/assign",
        "post /api/managed_users/1/custom_oauth_profiles/1/assign",
        " POST /api/managed_users/1/custom_oauth_profiles/1/assign",
        "POST  /api/managed_users/1/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/1/custom_oauth_profiles/1/assign ",
        "POST /api/managed_users/1/custom_oauth_profiles/1/assign/",
        "POST /api/managed_users/1/custom_oauth_profiles/1/unassign",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/1/custom_oauth_profiles/1/assign?force=true",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/unassign?force=false",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/unassign?force=true&x=1",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/unassign?x=1&force=true",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/unassign?force=true?force=true",
        "DELETE /api/managed_users/1/custom_oauth_profiles/1/unassign?",
        "POST /api/managed_users//custom_oauth_profiles/1/assign",
        "POST /api/managed_users/E/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/A1/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/../custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA%2f1/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/E%41/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/%45A/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/%31/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/E%7E/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA%/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA%2/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA%GG/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA+B/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA/B/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EA B/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/EGröße/custom_oauth_profiles/1/assign",
        "POST /api/managed_users/1/custom_oauth_profiles/0/assign",
        "POST /api/managed_users/1/custom_oauth_profiles//assign",
        "POST /api/managed_users/1/custom_oauth_profiles/-1/assign",
        "POST /api/managed_users/1/custom_oauth_profiles/1%32/assign",
        "POST /api/managed_users/1/custom_oauth_profiles/1",
        "POST https://www.workato.com/api/managed_users/1/custom_oauth_profiles/1/assign",
        "POST //api/managed_users/1/custom_oauth_profiles/1/assign",
    }))
{
    BOOST_TEST(!parseRequestLine(sample).has_value());
}

BOOST_AUTO_TEST_CASE(requestLineWithANulIsRefused)
{
    const std::string line("POST /api/managed_users/1/custom_oauth_profiles/1/assign\0", 57);
    BOOST_TEST(!parseRequestLine(line).has_value());
}

BOOST_DATA_TEST_CASE(customerIdsAreDigitsOrAnExternalId,
                     data::make({"0", "123", "007", "E1", "EA2300", "EE", "E ", "Eé"}))
{
    BOOST_TEST(isCustomerIdShape(sample));
}

BOOST_DATA_TEST_CASE(otherCustomerIdsAreRefused, data::make({"", "E", "e1", "A1", "-1", "+1", "1 ",
                                                             " 1", "1.0", "1E+05", "１"}))
{
    BOOST_TEST(!isCustomerIdShape(sample));
}

BOOST_AUTO_TEST_CASE(profileIdsArePositiveDigits)
{
    for (const char* id : {"1", "322", "0322", "100", "99999999999999999999999"})
        BOOST_TEST(isProfileId(id), id);
    for (const char* id : {"", "0", "000", "-1", "+1", "1.0", "3.2e2", " 1", "1 ", "0x1", "３"})
        BOOST_TEST(!isProfileId(id), id);
}

BOOST_AUTO_TEST_SUITE_END()
