#include "oauth_batch/api/AnswerHead.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace oauth_batch;

BOOST_AUTO_TEST_SUITE(AnswerHeadTest)

BOOST_AUTO_TEST_CASE(fieldsAreFoundWithoutRegardToCaseAndWithoutBlanks)
{
    AnswerHead head;
    head.text() = "HTTP/1.0 404 Not Found\r\nRetry-After: \t 7 \t\r\nEMPTY:\r\nA:b:c\r\n\r\n";
    head.parse();
    BOOST_TEST(head.status() == 404);
    BOOST_TEST(!head.isHttp11());
    BOOST_TEST(head.value("retry-after") == "7");
    BOOST_TEST(head.has("Empty"));
    BOOST_TEST(head.value("empty").empty());
    BOOST_TEST(head.value("a") == "b:c");
    BOOST_TEST(!head.has("b"));
    BOOST_TEST(!head.isAmbiguous());
}

BOOST_AUTO_TEST_CASE(everyFieldOfANameCounts)
{
    AnswerHead head;
    head.text() = "HTTP/1.1 200 OK\nX: 1\nY: 2\nx: 3\n\n";
    head.parse();
    BOOST_TEST(head.count("X") == 2U);
    BOOST_TEST(head.value("X") == "1");
    const std::vector<std::string_view> expected{"1", "3"};
    BOOST_TEST(head.values("X") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tokenMayStandInAnyListOfTheName)
{
    AnswerHead head;
    head.text() =
        "HTTP/1.1 200 OK\r\nConnection: x-close, ,Upgrade\r\nConnection: a ,CLOSE\r\n\r\n";
    head.parse();
    BOOST_TEST(head.hasToken("Connection", "close"));
    BOOST_TEST(head.hasToken("connection", "upgrade"));
    BOOST_TEST(!head.hasToken("Connection", "clos"));
    BOOST_TEST(!head.hasToken("Other", "close"));
}

BOOST_AUTO_TEST_CASE(foldedFieldIsJoinedByBlanksAndAmbiguous)
{
    AnswerHead head;
    head.text() = "HTTP/1.1 200 OK\r\nX: a\r\n\tb\r\n c\r\nEmpty:\r\n d\r\nY: e\r\n\r\n";
    head.parse();
    BOOST_TEST(head.value("X").starts_with("a"));
    BOOST_TEST(head.value("X").ends_with(" c"));
    BOOST_TEST(head.value("X").find_first_of("\r\n") == std::string_view::npos);
    BOOST_TEST(head.value("Empty") == "d");
    BOOST_TEST(head.value("Y") == "e");
    BOOST_TEST(head.isAmbiguous());
}

BOOST_AUTO_TEST_CASE(foldBeforeTheFirstFieldIsAmbiguous)
{
    AnswerHead head;
    head.text() = "HTTP/1.1 200 OK\r\n X: a\r\nY: e\r\n\r\n";
    head.parse();
    BOOST_TEST(!head.has("X"));
    BOOST_TEST(head.value("Y") == "e");
    BOOST_TEST(head.isAmbiguous());
}

BOOST_AUTO_TEST_CASE(headIsForgottenWithItsFields)
{
    AnswerHead head;
    head.text() = "HTTP/1.1 200 OK\r\nA : b\r\nX: 1\r\n\r\n";
    head.parse();
    BOOST_TEST(head.isAmbiguous());
    head.clear();
    head.text() = "HTTP/1.1 201 Created\r\n\r\n";
    head.parse();
    BOOST_TEST(head.status() == 201);
    BOOST_TEST(!head.isAmbiguous());
    BOOST_TEST(!head.has("X"));
}

BOOST_AUTO_TEST_SUITE_END()
