#include "RequestText.h"

#include <boost/test/unit_test.hpp>

#include <string>

using oauth_batch::RequestText;

BOOST_AUTO_TEST_SUITE(RequestTextTest)

BOOST_AUTO_TEST_CASE(lineStandsInFrontOfTheFields)
{
    RequestText text("Host: a\r\nX: secret\r\n");
    BOOST_TEST(text.with("POST", "", "/long/target?x=1") ==
               "POST /long/target?x=1 HTTP/1.1\r\nHost: a\r\nX: secret\r\n\r\n");
    BOOST_TEST(text.with("DELETE", "/prefix", "/t") ==
               "DELETE /prefix/t HTTP/1.1\r\nHost: a\r\nX: secret\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(targetsOfAnyLengthFit)
{
    RequestText text("Host: a\r\n");
    for (const std::size_t size : {1000U, 1010U, 1011U, 1012U, 1013U, 1014U, 1024U, 70'000U, 1U}) {
        const std::string target = '/' + std::string(size, 'x');
        BOOST_TEST(
            (text.with("GET", "", target) == "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"),
            "a target of " << target.size() << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(fieldsGivenAreLeftEmpty)
{
    std::string fields = "Authorization: Bearer of-more-than-a-few-bytes\r\n";
    const RequestText text(std::move(fields));
    BOOST_TEST(fields.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
}

BOOST_AUTO_TEST_SUITE_END()
