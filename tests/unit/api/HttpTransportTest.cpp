#include "RawServer.h"
#include "TransportFixture.h"

#include "oauth_batch/api/Classify.h"
#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

using namespace oauth_batch;
using namespace oauth_batch::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

const Request kUnassign{"DELETE",
                        "/api/managed_users/E1/custom_oauth_profiles/2/unassign?force=true"};

/// Answers each request of a connection with success.
void succeed(RawConnection& connection, int /*index*/)
{
    while (!connection.readRequest().empty())
        connection.send(answerOf("200 OK", kSuccess));
}

/// A script that answers the first request and then does `next` with the second.
template <class Next>
RawServer::Script thenSecond(Next next)
{
    return [next](RawConnection& connection, int index) {
        if (index > 0) return succeed(connection, index);
        connection.readRequest();
        connection.send(answerOf("200 OK", kSuccess));
        next(connection);
    };
}

bool hasLine(const std::string& request, const std::string& line)
{
    return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
}

std::string portOfNobody()
{
    const Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    return std::to_string(socket.address().port());
}

} // namespace

BOOST_AUTO_TEST_SUITE(HttpTransportTest)

BOOST_AUTO_TEST_CASE(headMayHoldBytesAboveAscii)
{
    RawServer server([](RawConnection& connection, int /*index*/) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 Zurückgewiesen\xFF\r\nServer: \x80\xFF\r\n"
                        "Content-Length: 27\r\n\r\n" +
                        std::string(kSuccess));
    });
    Client client(server.url());
    const Answer answer = client.answer();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.complete);
    BOOST_TEST(answer.body.size() == 27U);
}

BOOST_AUTO_TEST_CASE(requestIsWrittenAsTheApiWantsIt)
{
    RawServer server(succeed);
    Client client(server.url());
    BOOST_TEST(client.answer().status == 200);
    BOOST_TEST(client.answer(kUnassign).body == kSuccess);
    const auto requests = server.requests();
    BOOST_REQUIRE(requests.size() == 2U);
    BOOST_TEST(requests[0].starts_with(
        "POST /api/managed_users/1/custom_oauth_profiles/2/assign HTTP/1.1\r\n"));
    BOOST_TEST(requests[1].starts_with(
        "DELETE /api/managed_users/E1/custom_oauth_profiles/2/unassign?force=true HTTP/1.1\r\n"));
    for (const auto& request : requests) {
        BOOST_TEST(hasLine(request, "Host: 127.0.0.1:" + std::to_string(server.port())));
        BOOST_TEST(hasLine(request, "Authorization: Bearer " + std::string(kToken)));
        BOOST_TEST(hasLine(request, "Content-Type: application/json"));
        BOOST_TEST(hasLine(request, "Accept: application/json"));
        BOOST_TEST(hasLine(request, "User-Agent: oauth-batch/test"));
        BOOST_TEST(hasLine(request, "Content-Length: 0"));
        BOOST_TEST(std::count(request.begin(), request.end(), '\n') == 8);
    }
}

BOOST_AUTO_TEST_CASE(pathPrefixStandsBeforeTheTarget)
{
    RawServer server(succeed);
    Client client(server.url() + "/gateway/");
    client.answer();
    BOOST_TEST(server.requests().front().starts_with("POST /gateway/api/managed_users/1/"));
}

BOOST_AUTO_TEST_CASE(connectionIsKeptForManyRequests)
{
    RawServer server(succeed);
    Client client(server.url());
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(client.answer().complete);
    BOOST_TEST(server.connections() == 1);
    client.transport->close();
    BOOST_TEST(client.answer().complete);
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(unencodedTargetIsABug)
{
    RawServer server(succeed);
    Client client(server.url());
    BOOST_REQUIRE(!client.transport->prepare(5s));
    for (const char* target : {"/a b", "/a\r\nX: y", "", "a", "/\xc3\xa4"})
        BOOST_CHECK_THROW(client.transport->exchange({"POST", target}, 5s), Error);
    BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(connectionCloseIsHonoured)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send(answerOf("200 OK", kSuccess, "Connection: close\r\n"));
        connection.waitForClose();
    });
    Client client(server.url());
    BOOST_TEST(client.answer().complete);
    BOOST_TEST(client.answer().complete);
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(keepAliveTimeoutOfTheServerIsHonoured)
{
    RawServer server([](RawConnection& connection, int) {
        while (!connection.readRequest().empty())
            connection.send(answerOf("200 OK", kSuccess, "Keep-Alive: timeout=1\r\n"));
    });
    Client client(server.url());
    client.answer();
    client.answer(); // the margin of a second leaves nothing
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(idleConnectionIsReplaced)
{
    RawServer server(succeed);
    TransportSettings settings = settingsFor(server.url());
    settings.idleLimit = 0ms;
    Client client(std::move(settings));
    client.answer();
    client.answer();
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(connectionThatTheServerClosedIsReplacedUnnoticed)
{
    RawServer server(thenSecond([](RawConnection& connection) { connection.close(); }));
    Client client(server.url());
    client.answer();
    // The end may take a moment to arrive; each answer before it is of the first connection.
    while (server.connections() == 1) {
        auto problem = client.transport->prepare(5s);
        BOOST_REQUIRE(!problem);
    }
    BOOST_TEST(client.answer().status == 200);
    BOOST_TEST(server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(unaskedAnswerOnAnIdleConnectionIsNotTakenForOurs)
{
    RawServer server(thenSecond([](RawConnection& connection) {
        connection.send(answerOf("408 Request Timeout", ""));
        connection.waitForClose();
    }));
    Client client(server.url());
    client.answer();
    while (server.connections() == 1)
        BOOST_REQUIRE(!client.transport->prepare(5s));
    BOOST_TEST(client.answer().status == 200);
}

BOOST_AUTO_TEST_CASE(closeInAnswerToAKeptConnectionsRequestIsStale)
{
    RawServer server(thenSecond([](RawConnection& connection) {
        connection.readRequest();
        connection.close();
    }));
    Client client(server.url());
    client.answer();
    const auto failure = client.failure();
    BOOST_TEST((failure.kind == Kind::stale));
    BOOST_TEST((failure.phase == Phase::sent));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST(server.requests().size() == 2U); // the second was not sent again
    BOOST_TEST(client.answer().status == 200);
}

BOOST_AUTO_TEST_CASE(closeBetweenPrepareAndExchangeIsNotSent)
{
    std::binary_semaphore mayClose(0);
    std::binary_semaphore closed(0);
    RawServer server(thenSecond([&](RawConnection& connection) {
        mayClose.acquire();
        connection.close();
        closed.release();
    }));
    Client client(server.url());
    client.answer();
    BOOST_REQUIRE(!client.transport->prepare(5s));
    mayClose.release();
    closed.acquire();
    const auto result = client.transport->exchange(kAssign, 5s);
    const auto& failure = std::get<TransportFailure>(result);
    BOOST_TEST((failure.kind == Kind::stale));
    BOOST_TEST((failure.phase == Phase::connected));
    BOOST_TEST(!failure.requestMayHaveLeft);
    BOOST_TEST(server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(exchangeWithoutAConnectionSendsNothing)
{
    RawServer server(succeed);
    Client client(server.url());
    const auto result = client.transport->exchange(kAssign, 5s);
    BOOST_TEST(!std::get<TransportFailure>(result).requestMayHaveLeft);
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(closeWithoutAnAnswerIsAResetThatMayHaveLeft)
{
    RawServer server([](RawConnection& connection, int) { connection.readRequest(); });
    Client client(server.url());
    const auto failure = client.failure();
    BOOST_TEST((failure.kind == Kind::reset));
    BOOST_TEST((failure.phase == Phase::sent));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST(server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(resetWithoutAnAnswerIsAReset)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.reset();
    });
    Client client(server.url());
    const auto failure = client.failure();
    BOOST_TEST((failure.kind == Kind::reset));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST(failure.detail.find("reset") != std::string::npos, failure.detail);
}

BOOST_AUTO_TEST_CASE(endWithinTheHeadIsAReset)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-");
    });
    Client client(server.url());
    const auto failure = client.failure();
    BOOST_TEST((failure.kind == Kind::reset));
    BOOST_TEST((failure.phase == Phase::answering));
}

BOOST_AUTO_TEST_CASE(truncatedBodyIsIncompleteAndEndsTheConnection)
{
    RawServer server([](RawConnection& connection, int index) {
        if (index > 0) return succeed(connection, index);
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        connection.send(kSuccess);
    });
    Client client(server.url());
    const Answer cut = client.answer();
    BOOST_TEST(!cut.complete);
    BOOST_TEST(!cut.timedOut);
    BOOST_TEST(cut.body == kSuccess);
    BOOST_TEST(client.answer().complete);
}

BOOST_AUTO_TEST_CASE(garbageIsMalformedAtOnce)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
        connection.waitForClose();
    });
    Client client(server.url());
    const auto failure = client.failure();
    BOOST_TEST((failure.kind == Kind::malformed));
    BOOST_TEST(failure.requestMayHaveLeft);
}

BOOST_AUTO_TEST_CASE(endlessHeadIsCutOff)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n");
        for (;;)
            connection.send("X-Filler: " + std::string(1000, 'x') + "\r\n");
    });
    Client client(server.url());
    BOOST_TEST((client.failure().kind == Kind::malformed));
}

BOOST_AUTO_TEST_CASE(endlessBodyIsCutOff)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        for (;;)
            connection.send(std::string(10000, 'x'));
    });
    Client client(server.url());
    const Answer answer = client.answer();
    BOOST_TEST(answer.bodyTooLarge);
    BOOST_TEST(!answer.complete);
    BOOST_TEST(answer.body.size() == kLongestBody);
}

BOOST_AUTO_TEST_CASE(silenceEndsAtTheDeadline)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.waitForClose();
    });
    Client client(server.url());
    const auto start = std::chrono::steady_clock::now();
    const auto failure = client.failure(200ms);
    const auto took = since(start);
    BOOST_TEST((failure.kind == Kind::timeout));
    BOOST_TEST((failure.phase == Phase::sent));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST((took >= 195ms && took < 2s), "took " << took.count());
}

BOOST_AUTO_TEST_CASE(dribbledHeadEndsAtTheDeadline)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.trickle("HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x'), 10ms);
    });
    Client client(server.url());
    const auto start = std::chrono::steady_clock::now();
    const auto failure = client.failure(250ms);
    BOOST_TEST((failure.kind == Kind::timeout));
    BOOST_TEST((failure.phase == Phase::answering));
    BOOST_TEST((since(start) < 2s));
}

BOOST_AUTO_TEST_CASE(dribbledBodyEndsAtTheDeadline)
{
    RawServer server([](RawConnection& connection, int index) {
        if (index > 0) return succeed(connection, index);
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
        connection.trickle(std::string(5000, ' '), 10ms);
    });
    Client client(server.url());
    const auto start = std::chrono::steady_clock::now();
    const Answer answer = client.answer(kAssign, 250ms);
    BOOST_TEST(answer.timedOut);
    BOOST_TEST(!answer.complete);
    BOOST_TEST((since(start) < 2s));
    BOOST_TEST(client.answer().complete); // the next attempt is not hurt
}

BOOST_AUTO_TEST_CASE(deadlineIsNotTakenForTheCloseThatEndsABody)
{
    RawServer server([](RawConnection& connection, int index) {
        if (index > 0) return succeed(connection, index);
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        connection.send(kSuccess);
        connection.waitForClose();
    });
    Client client(server.url());
    const Answer answer = client.answer(kAssign, 250ms);
    BOOST_TEST(answer.timedOut);
    BOOST_TEST(!answer.complete);
    BOOST_TEST(client.answer().complete);
}

BOOST_AUTO_TEST_CASE(serverThatReadsNothingEndsAtTheDeadline)
{
    RawServer server([](RawConnection& connection, int) {
        // Until the server's end: the client's end stands behind bytes that are never read.
        pollfd wait{connection.socket().impl()->sockfd(), POLLRDHUP, 0};
        ::poll(&wait, 1, -1);
    });
    Client client(server.url());
    BOOST_REQUIRE(!client.transport->prepare(5s));
    const std::string target = "/" + std::string(16U << 20U, 'a'); // more than buffers take
    const auto start = std::chrono::steady_clock::now();
    const auto result = client.transport->exchange({"POST", target}, 1s);
    const auto& failure = std::get<TransportFailure>(result);
    BOOST_TEST((failure.kind == Kind::timeout));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST((since(start) < 5s));
}

BOOST_AUTO_TEST_CASE(noTimeLeftMeansNothingIsSent)
{
    RawServer server(succeed);
    Client client(server.url());
    BOOST_REQUIRE(!client.transport->prepare(5s));
    const auto result = client.transport->exchange(kAssign, 0ns);
    const auto& failure = std::get<TransportFailure>(result);
    BOOST_TEST((failure.kind == Kind::timeout));
    BOOST_TEST(!failure.requestMayHaveLeft);
    BOOST_TEST(client.answer().status == 200);
    BOOST_TEST(server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(nobodyListeningIsRefused)
{
    Client client("http://127.0.0.1:" + portOfNobody());
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::refused));
    BOOST_TEST((failure.phase == Phase::connect));
    BOOST_TEST(!failure.requestMayHaveLeft);
    BOOST_TEST(failure.detail.find("Connection refused") != std::string::npos, failure.detail);
}

BOOST_AUTO_TEST_CASE(fullBacklogIsAConnectTimeout)
{
    Poco::Net::ServerSocket listener;
    listener.bind(Poco::Net::SocketAddress("127.0.0.1", 0));
    listener.listen(0);
    std::vector<Poco::Net::StreamSocket> fillers(4);
    for (auto& filler : fillers)
        filler.connectNB(listener.address());
    TransportSettings settings =
        settingsFor("http://127.0.0.1:" + std::to_string(listener.address().port()));
    settings.connectTimeout = 150ms;
    Client client(std::move(settings));
    const auto start = std::chrono::steady_clock::now();
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::connectTimeout));
    BOOST_TEST((since(start) < 2s));
}

BOOST_AUTO_TEST_CASE(nextAddressIsTriedAfterARefusal)
{
    // Debian's localhost is ::1 and 127.0.0.1; the server listens on one of them only.
    RawServer server(succeed);
    Client client("http://localhost:" + std::to_string(server.port()));
    BOOST_TEST(client.answer().status == 200);
}

BOOST_AUTO_TEST_CASE(tokenInAnAnswerIsRedacted)
{
    RawServer server([](RawConnection& connection, int) {
        connection.readRequest();
        connection.send(answerOf("400 Bad Request",
                                 "{\"message\":\"bad token " + std::string(kToken) + "\"}",
                                 "Location: http://x/?t=" + std::string(kToken) + "\r\n"));
        connection.waitForClose();
    });
    Client client(server.url());
    const Answer answer = client.answer();
    BOOST_TEST(answer.body == R"({"message":"bad token ***"})");
    BOOST_TEST(answer.headers.location == "http://x/?t=***");
}

BOOST_AUTO_TEST_CASE(redirectIsNotFollowed)
{
    RawServer other(succeed);
    RawServer server([&](RawConnection& connection, int) {
        connection.readRequest();
        connection.send(
            answerOf("307 Temporary Redirect", "", "Location: " + other.url() + "/api\r\n"));
        connection.waitForClose();
    });
    Client client(server.url());
    const Answer answer = client.answer();
    BOOST_TEST(answer.status == 307);
    BOOST_TEST((classify(answer, {}).code == ErrorCode::redirected));
    BOOST_TEST(other.connections() == 0);
}

BOOST_AUTO_TEST_CASE(transportsOfOneFactoryWorkSideBySide)
{
    RawServer server(succeed);
    Client client(server.url());
    std::vector<std::jthread> workers;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        workers.emplace_back([&] {
            const auto transport = client.factory.create();
            for (int n = 0; n < 50; ++n) {
                if (transport->prepare(5s)) return;
                const auto result = transport->exchange(kAssign, 5s);
                const auto* answer = std::get_if<Answer>(&result);
                if (answer != nullptr && answer->body == kSuccess) ++good;
            }
        });
    }
    workers.clear();
    BOOST_TEST(good == 400);
    BOOST_TEST(server.connections() == 8);
}

BOOST_AUTO_TEST_SUITE_END()
