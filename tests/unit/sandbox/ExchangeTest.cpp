#include "RunningSandbox.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/NetException.h>
#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <utility>

using namespace oauth_batch::sandbox;
using namespace std::chrono_literals;
namespace sandbox = oauth_batch::sandbox;

BOOST_AUTO_TEST_SUITE(ExchangeTest)

BOOST_AUTO_TEST_CASE(answersAreTheDocumentedOnes)
{
    Running running;
    net::HTTPClientSession session("127.0.0.1", running.port());
    session.setKeepAlive(true);
    const Reply reply = call(session, "POST", kAssign);
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == kSuccess);
    BOOST_TEST(reply.head.getContentType() == "application/json; charset=utf-8");
    BOOST_TEST(reply.head.has("Date"));
    BOOST_TEST(reply.head.getKeepAlive());
    const Reply refused = call(session, "POST", kAssign, "Bearer wrong");
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.body == R"({"message":"Unauthorized"})");
    BOOST_TEST(call(session, "PUT", kAssign).status == 404);
    BOOST_TEST(call(session, "GET", "/api/managed_users").body ==
               R"({"result":[{"id":null,"external_id":"A/1","name":""}]})");
}

BOOST_AUTO_TEST_CASE(aKeptConnectionHasOneNumberInTheLog)
{
    Running running;
    net::HTTPClientSession one("127.0.0.1", running.port());
    net::HTTPClientSession two("127.0.0.1", running.port());
    one.setKeepAlive(true);
    call(one, "POST", kAssign);
    call(two, "POST", kAssign);
    call(one, "GET", "/api/managed_users", "");
    const auto log = running.log();
    BOOST_TEST_REQUIRE(log.size() == 3U);
    for (const auto& line : log)
        BOOST_TEST_REQUIRE(line.size() == 11U);
    BOOST_TEST(log[0][2] == "1");
    BOOST_TEST(log[1][2] == "2");
    BOOST_TEST(log[2][2] == "1");
    BOOST_TEST(log[0][4] == kAssign);
    BOOST_TEST(log[0][7] == "applied");
    BOOST_TEST(log[1][7] == "repeated");
    BOOST_TEST(log[0][8] == "0");
    BOOST_TEST(log[2][8] == "-");
    BOOST_TEST(log[2][9] == "no");
    BOOST_TEST(std::stoll(log[0][0]) <= std::stoll(log[0][1]));
    BOOST_TEST(std::stoll(log[0][1]) <= std::stoll(log[1][0]));
}

BOOST_AUTO_TEST_CASE(theQuotaIsKept)
{
    Options options = withoutQuota();
    options.quota = sandbox::Quota{2, 1h};
    Running running(options);
    net::HTTPClientSession session("127.0.0.1", running.port());
    BOOST_TEST(call(session, "POST", kAssign).status == 200);
    BOOST_TEST(call(session, "POST", kAssign).status == 200);
    const Reply refused = call(session, "POST", kAssign);
    BOOST_TEST(refused.status == 429);
    BOOST_TEST(std::stoi(refused.head.get("Retry-After")) > 3590);
    BOOST_TEST(running.log().back().back() == "refused");
}

BOOST_AUTO_TEST_CASE(latencyPassesBeforeTheAnswer)
{
    Options options = withoutQuota();
    options.latency = {30ms, 30ms};
    Running running(options);
    net::HTTPClientSession session("127.0.0.1", running.port());
    call(session, "POST", kAssign);
    const auto line = running.log().at(0);
    BOOST_TEST(std::stoll(line[1]) - std::stoll(line[0]) >= 30'000'000);
}

BOOST_AUTO_TEST_CASE(bodiesOfRequestsAreSkipped)
{
    Running running;
    net::StreamSocket socket = connectTo(
        running.port(), rawRequest("Content-Length: 5\r\n") + "abcde" +
                            rawRequest("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n" +
                            rawRequest("") + rawRequest("Connection: close\r\n"));
    const std::string answers = readAll(socket);
    std::size_t count = 0;
    for (auto at = answers.find("HTTP/1.1 200 OK"); at != std::string::npos;
         at = answers.find("HTTP/1.1 200 OK", at + 1))
        ++count;
    BOOST_TEST(count == 4U);
    BOOST_TEST(answers.find("Connection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(droppedRequestsGetNoAnswer)
{
    for (const auto& [fault, verdict] : {std::pair(Fault::dropBefore, "- drop-before none"),
                                         std::pair(Fault::dropAfter, "- drop-after applied")}) {
        Running running(withoutQuota(), {ruleWith(fault)});
        net::StreamSocket socket = connectTo(running.port(), rawRequest());
        BOOST_TEST(readAll(socket).empty());
        BOOST_TEST(running.verdict() == verdict);
    }
}

BOOST_AUTO_TEST_CASE(resetRequestsEndWithAReset)
{
    for (const auto& [fault, verdict] : {std::pair(Fault::resetBefore, "- reset-before none"),
                                         std::pair(Fault::resetAfter, "- reset-after applied")}) {
        Running running(withoutQuota(), {ruleWith(fault)});
        net::StreamSocket socket = connectTo(running.port(), rawRequest());
        BOOST_CHECK_THROW(readAll(socket), net::ConnectionResetException);
        BOOST_TEST(running.verdict() == verdict);
    }
}

BOOST_AUTO_TEST_CASE(aHangingRequestIsLoggedAndSilent)
{
    Running running(withoutQuota(), {ruleWith(Fault::hang)});
    net::StreamSocket socket = connectTo(running.port(), rawRequest());
    while (running.log().empty())
        std::this_thread::yield();
    BOOST_TEST(running.verdict() == "- hang none");
    BOOST_TEST(!socket.poll(Poco::Timespan(0, 20000), net::Socket::SELECT_READ));
}

BOOST_AUTO_TEST_CASE(aSecondRequestOfACustomerSeesTheFirst)
{
    Rule hang = ruleWith(Fault::hang);
    hang.times = 1;
    Running running(withoutQuota(), {hang});
    net::StreamSocket first = connectTo(running.port(), rawRequest());
    while (running.log().empty())
        std::this_thread::yield();
    net::HTTPClientSession session("127.0.0.1", running.port());
    call(session, "POST", kAssign);
    BOOST_TEST(running.log().back().at(8) == "1");
    first.close();
    call(session, "POST", kAssign);
    BOOST_TEST(running.log().back().at(8) == "0");
}

BOOST_AUTO_TEST_CASE(aTrickledAnswerIsCompleteAtLast)
{
    Rule rule = ruleWith(Fault::trickle);
    rule.action.interval = 1ms;
    Running running(withoutQuota(), {rule});
    net::HTTPClientSession session("127.0.0.1", running.port());
    session.setKeepAlive(true);
    BOOST_TEST(call(session, "POST", kAssign).body == kSuccess);
    BOOST_TEST(running.verdict() == "200 trickle applied");
}

BOOST_AUTO_TEST_CASE(aTruncatedAnswerPromisesMoreThanItHas)
{
    Running running(withoutQuota(), {ruleWith(Fault::truncate)});
    net::StreamSocket socket = connectTo(running.port(), rawRequest());
    const std::string answer = readAll(socket);
    BOOST_TEST(answer.find("Content-Length: 27\r\n") != std::string::npos);
    BOOST_TEST(bodyOf(answer) == kSuccess.substr(0, 13));
    BOOST_TEST(running.verdict() == "200 truncate applied");
}

BOOST_AUTO_TEST_CASE(garbageIsNoHttp)
{
    Running running(withoutQuota(), {ruleWith(Fault::garbage)});
    net::StreamSocket socket = connectTo(running.port(), rawRequest());
    const std::string answer = readAll(socket);
    BOOST_TEST(!answer.empty());
    BOOST_TEST(!answer.starts_with("HTTP"));
    BOOST_TEST(running.verdict() == "- garbage applied");
}

BOOST_AUTO_TEST_CASE(aConnectionMayBeClosedInSpiteOfItsPromise)
{
    Running running(withoutQuota(), {ruleWith(Fault::closeAfterAnswer)});
    net::StreamSocket socket = connectTo(running.port(), rawRequest());
    const std::string answer = readAll(socket);
    BOOST_TEST(answer.find("Connection") == std::string::npos);
    BOOST_TEST(bodyOf(answer) == kSuccess);
}

BOOST_AUTO_TEST_SUITE_END()
