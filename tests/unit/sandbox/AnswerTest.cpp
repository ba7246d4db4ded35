#include "Answer.h"

#include <boost/test/unit_test.hpp>

namespace sandbox = oauth_batch::sandbox;
using sandbox::Answer;
using sandbox::documentedAnswer;
using sandbox::Persistence;
using sandbox::serialize;

namespace {

const std::string kDate = "Mon, 01 Jun 2026 10:00:00 GMT";

} // namespace

BOOST_AUTO_TEST_SUITE(AnswerTest)

BOOST_AUTO_TEST_CASE(bodiesAreTheDocumentedOnes)
{
    BOOST_TEST(sandbox::operationAnswer(true).body == R"({"result":{"success":true}})");
    BOOST_TEST(sandbox::operationAnswer(false).body == R"({"result":{"success":false}})");
    BOOST_TEST(documentedAnswer(400).body == R"({"message":"Bad request"})");
    BOOST_TEST(documentedAnswer(401).body == R"({"message":"Unauthorized"})");
    BOOST_TEST(documentedAnswer(404).body == R"({"message":"Not found"})");
    BOOST_TEST(documentedAnswer(429).body == R"({"message":"Too many requests"})");
    BOOST_TEST(documentedAnswer(500, "a-b").body == R"({"message":"Server error","id":"a-b"})");
    BOOST_TEST(documentedAnswer(503, "a").body == R"({"message":"Service Unavailable","id":"a"})");
    BOOST_TEST(documentedAnswer(599).body == R"({"message":"Unknown"})");
}

BOOST_AUTO_TEST_CASE(anAnswerIsCompleteHttp)
{
    BOOST_TEST(serialize(sandbox::operationAnswer(true), kDate, {}) ==
               "HTTP/1.1 200 OK\r\n"
               "Date: Mon, 01 Jun 2026 10:00:00 GMT\r\n"
               "Content-Type: application/json; charset=utf-8\r\n"
               "Content-Length: 27\r\n"
               "\r\n"
               R"({"result":{"success":true}})");
}

BOOST_AUTO_TEST_CASE(persistenceIsSaidWhereItIsNotTheDefault)
{
    const Answer answer{200, "x", {}};
    BOOST_TEST(serialize(answer, kDate, {Persistence::close}).find("Connection: close\r\n") !=
               std::string::npos);
    BOOST_TEST(
        serialize(answer, kDate, {Persistence::keepHttp10}).find("Connection: Keep-Alive\r\n") !=
        std::string::npos);
    BOOST_TEST(serialize(answer, kDate, {}).find("Connection") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(headersOfARuleReplaceTheUsualOnes)
{
    const Answer answer{
        502, "<html>", {{"content-type", "text/html"}, {"Content-Length", "2"}, {"A", "b"}}};
    BOOST_TEST(serialize(answer, kDate, {}) == "HTTP/1.1 502 Bad Gateway\r\n"
                                               "Date: Mon, 01 Jun 2026 10:00:00 GMT\r\n"
                                               "content-type: text/html\r\n"
                                               "Content-Length: 2\r\n"
                                               "A: b\r\n"
                                               "\r\n"
                                               "<html>");
}

BOOST_AUTO_TEST_CASE(noContentHasNeitherLengthNorBody)
{
    const Answer answer{204, "ignored", {}};
    BOOST_TEST(serialize(answer, kDate, {}) == "HTTP/1.1 204 No Content\r\n"
                                               "Date: Mon, 01 Jun 2026 10:00:00 GMT\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(aLengthCanBeOverstatedAndABodyLeftOut)
{
    const Answer answer{200, "abc", {}};
    const std::string overstated = serialize(answer, kDate, {Persistence::keep, false, 5});
    BOOST_TEST(overstated.find("Content-Length: 8\r\n") != std::string::npos);
    BOOST_TEST(overstated.ends_with("\r\n\r\nabc"));
    const std::string head = serialize(answer, kDate, {Persistence::keep, true});
    BOOST_TEST(head.find("Content-Length: 3\r\n") != std::string::npos);
    BOOST_TEST(head.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
