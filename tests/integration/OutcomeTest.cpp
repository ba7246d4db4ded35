#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

struct OutcomeCase
{
    std::string name;
    Reply reply; ///< to the first attempt; the second, if there is one, gets the same
    std::string status;
    std::string code;
    std::string httpStatus;
    std::size_t requests = 1; ///< of at most 2
};

std::ostream& operator<<(std::ostream& out, const OutcomeCase& one)
{
    return out << one.name;
}

Reply ok(std::string_view body)
{
    return Reply::status(200, body);
}

Reply redirect(int code)
{
    return Reply::status(code, "{}", {"Location: http://127.0.0.1:9/elsewhere"});
}

const std::string kPromise = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const std::string kBody = R"({"result":{"success":true}})";

Reply trickled()
{
    return Reply::success().trickled(200ms);
}

// The lines of SPEC's table.
const std::vector<OutcomeCase> kOutcomes = {
    {"success", Reply::success(), "succeeded", "", "200", 1},
    {"success without a length, ended by the close",
     Reply::raw(kPromise + "Connection: close\r\n\r\n" + kBody), "succeeded", "", "200", 1},
    {"success in chunks",
     Reply::raw(kPromise + "Transfer-Encoding: chunked\r\n\r\n1b\r\n" + kBody + "\r\n0\r\n\r\n",
                Reply::Then::keepAlive),
     "succeeded", "", "200", 1},
    {"refused", ok(R"({"result":{"success":false}})"), "failed", "rejected", "200", 1},
    {"empty 200", ok(""), "unknown", "bad_response", "200", 2},
    {"not JSON", ok("<html>"), "unknown", "bad_response", "200", 2},
    {"JSON without a verdict", ok("{}"), "unknown", "bad_response", "200", 2},
    {"verdict of another type", ok(R"({"result":{"success":"true"}})"), "unknown", "bad_response",
     "200", 2},
    {"JSON cut off", ok(R"({"result":{"success":true)"), "unknown", "bad_response", "200", 2},
    {"text after the JSON", ok(kBody + "x"), "unknown", "bad_response", "200", 2},
    {"202", Reply::status(202, kBody), "unknown", "bad_response", "202", 2},
    {"204", Reply::raw("HTTP/1.1 204 No Content\r\n\r\n", Reply::Then::keepAlive), "unknown",
     "bad_response", "204", 2},
    {"400", Reply::status(400), "failed", "http_400", "400", 1},
    {"403", Reply::status(403), "failed", "http_403", "403", 1},
    {"404", Reply::status(404), "failed", "http_404", "404", 1},
    {"405", Reply::status(405), "failed", "http_405", "405", 1},
    {"409", Reply::status(409), "failed", "http_409", "409", 1},
    {"418", Reply::status(418), "failed", "http_418", "418", 1},
    {"422", Reply::status(422), "failed", "http_422", "422", 1},
    {"407 of the origin", Reply::status(407), "failed", "http_407", "407", 1},
    {"408", Reply::status(408), "unknown", "http_408", "408", 2},
    {"500", Reply::status(500), "unknown", "http_500", "500", 2},
    {"502", Reply::status(502, "<html>bad gateway</html>"), "unknown", "http_502", "502", 2},
    {"503", Reply::status(503), "unknown", "http_503", "503", 2},
    {"504", Reply::status(504), "unknown", "http_504", "504", 2},
    {"520", Reply::status(520), "unknown", "http_520", "520", 2},
    {"301", redirect(301), "failed", "redirected", "301", 1},
    {"302", redirect(302), "failed", "redirected", "302", 1},
    {"304", Reply::raw("HTTP/1.1 304 Not Modified\r\n\r\n", Reply::Then::keepAlive), "failed",
     "redirected", "304", 1},
    {"307", redirect(307), "failed", "redirected", "307", 1},
    {"308", redirect(308), "failed", "redirected", "308", 1},
    {"garbage", Reply::raw("\x16\x03\x01 this is no HTTP\r\n\r\n"), "unknown", "bad_response", "",
     2},
    {"close without an answer", Reply::close(), "unknown", "reset", "", 2},
    {"reset without an answer", Reply::reset(), "unknown", "reset", "", 2},
    {"close within the head", Reply::raw("HTTP/1.1 200 OK\r\nContent-Le"), "unknown",
     "bad_response|reset", "(200)?", 2},
    {"close within the body", Reply::raw(kPromise + "Content-Length: 100\r\n\r\n" + kBody),
     "unknown", "bad_response|reset", "(200)?", 2},
    {"close within a chunk",
     Reply::raw(kPromise + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + kBody), "unknown",
     "bad_response|reset", "(200)?", 2},
    {"no answer in time", Reply::hang(), "unknown", "timeout", "", 2},
    {"dribble past the deadline", trickled(), "unknown", "timeout", "(200)?", 2},
    {"body that never ends",
     Reply::raw(kPromise + "Content-Length: 100\r\n\r\n" + kBody, Reply::Then::hang), "unknown",
     "timeout", "(200)?", 2},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(OutcomeTable, Rig)

BOOST_DATA_TEST_CASE(answerGivesStatusCodeAndAttempts, boost::unit_test::data::make(kOutcomes), one)
{
    const StubApi api([&one](const StubRequest&) { return one.reply; });
    write("in.csv", assignments(1));
    const Ended ended =
        runAgainst(api.url(), {"run", "in.csv", "--max-attempts=2", "--timeout=1s"});
    CHECK_EXIT(ended, one.status == "succeeded" ? 0 : 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == one.status);
    CHECK_SAYS(results.at(0, "result_error_code"), "^(" + one.code + ")$");
    CHECK_SAYS(results.at(0, "result_http_status"), "^" + one.httpStatus + "$");
    BOOST_TEST(results.at(0, "result_attempts") == std::to_string(one.requests));
    BOOST_TEST(api.requests().size() == one.requests);
    BOOST_TEST(results.at(0, "result_message").empty() == (one.status == "succeeded"));
}

BOOST_AUTO_TEST_CASE(redirectIsNotFollowedAndTheTokenStays)
{
    const StubApi elsewhere;
    const StubApi api([&elsewhere](const StubRequest&) {
        return Reply::status(307, "{}", {"Location: " + elsewhere.url() + "/catch"});
    });
    write("in.csv", assignments(2));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    BOOST_TEST(elsewhere.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(interimAnswerIsNoAnswer)
{
    const StubApi api([](const StubRequest&) {
        return Reply::raw("HTTP/1.1 103 Early Hints\r\n\r\n" + Reply::success().bytes,
                          Reply::Then::keepAlive);
    });
    write("in.csv", assignments(1));
    runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1", "--timeout=2s"});
    const CsvTable results = table("in.results.csv");
    // "any other 1xx/2xx" is no verdict; reading on to the final answer is as good.
    CHECK_SAYS(results.at(0, "result_status"), "^(unknown|succeeded)$");
}

BOOST_AUTO_TEST_CASE(secondAttemptsVerdictCounts)
{
    const StubApi api(StubApi::inOrder({Reply::status(503), Reply::success()}));
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "succeeded");
    BOOST_TEST(results.at(0, "result_attempts") == "2");
    BOOST_TEST(results.at(0, "result_http_status") == "200");
    BOOST_TEST(results.at(0, "result_error_code").empty());
}

BOOST_AUTO_TEST_CASE(missingAfterAnUnassignWithoutVerdictIsUnknown)
{
    for (const Reply& first : {Reply::reset(), Reply::status(502)}) {
        const Rig rig;
        const StubApi api(StubApi::inOrder({first, Reply::status(404)}));
        rig.write("in.csv", "operation,managed_user_id,profile_id\nunassign,1,322\n");
        CHECK_EXIT(rig.runAgainst(api.url(), {"run", "in.csv"}), 1);
        const CsvTable results = rig.table("in.results.csv");
        BOOST_TEST(results.at(0, "result_status") == "unknown");
        BOOST_TEST(results.at(0, "result_error_code") == "http_404");
        BOOST_TEST(results.at(0, "result_message").size() > 20U);
        BOOST_TEST(api.requests().size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(missingAfterAnAssignWithoutVerdictIsFailed)
{
    const StubApi api(StubApi::inOrder({Reply::reset(), Reply::status(404)}));
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    BOOST_TEST(table("in.results.csv").at(0, "result_status") == "failed");
    BOOST_TEST(table("in.results.csv").at(0, "result_error_code") == "http_404");
}

BOOST_AUTO_TEST_CASE(unassignIsJudgedAsAssign)
{
    const StubApi api([](const StubRequest& request) {
        return contains(request.target, "/1/") ? Reply::status(404) : Reply::success();
    });
    write("in.csv", "operation,managed_user_id,profile_id\nunassign,1,322\nunassign,2,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const std::vector<std::string> expected = {"failed", "succeeded"};
    BOOST_TEST(table("in.results.csv").column("result_status") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refusedConnectionFailsWhenAttemptsEnd)
{
    const std::string url = "http://127.0.0.1:" + std::to_string(findFreePort());
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(url, {"run", "in.csv", "--max-attempts=2"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    BOOST_TEST(results.at(0, "result_error_code") == "connection_refused");
    BOOST_TEST(results.at(0, "result_http_status").empty());
}

BOOST_AUTO_TEST_CASE(nameThatDoesNotResolveFailsWhenAttemptsEnd)
{
    write("in.csv", assignments(1)); // RFC 6761: .invalid never resolves.
    CHECK_EXIT(runAgainst("https://api.invalid", {"run", "in.csv", "--max-attempts=1"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    BOOST_TEST(results.at(0, "result_error_code") == "dns_error");
}

BOOST_AUTO_TEST_CASE(timeoutBoundsTheWholeAttempt)
{
    const StubApi api([](const StubRequest&) { return trickled(); });
    write("in.csv", assignments(1));
    const Ended ended =
        runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1", "--timeout=500ms"});
    CHECK_EXIT(ended, 1);
    const int took = std::stoi(table("in.results.csv").at(0, "result_duration_ms"));
    BOOST_TEST(took >= 450);
    BOOST_TEST(took < 3000); // The whole answer would take over 20 s.
}

BOOST_AUTO_TEST_CASE(hugeAnswerIsCapped)
{
    const StubApi api([](const StubRequest&) {
        return Reply::status(200, std::string(64U << 20U, ' ') + kBody);
    });
    write("in.csv", assignments(1));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"});
    CHECK_EXIT(ended, 1);
    BOOST_TEST(table("in.results.csv").at(0, "result_error_code") == "bad_response");
}

BOOST_AUTO_TEST_CASE(connectionThatTheServerClosedWhileIdleCostsNoAttempt)
{
    // Each answer promises keep-alive, then the connection goes.
    const StubApi api([](const StubRequest&) {
        Reply reply = Reply::success();
        reply.then = Reply::Then::close;
        return reply;
    });
    write("in.csv", assignments(10));
    // At a pace, so that the close is there to be seen before the next request: one that crosses
    // it on its way is a different matter.
    CHECK_EXIT(
        runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1", "--rate=10/s"}),
        0);
    BOOST_TEST(api.requests().size() == 10U);
}

BOOST_AUTO_TEST_CASE(retriesWaitWithoutAWorker)
{
    // The first row waits for its second attempt; the others pass it on the only worker.
    const StubApi api(StubApi::inOrder({Reply::status(503, "{}", {"Retry-After: 2"})}));
    write("in.csv", assignments(5));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 0);
    const auto requests = api.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 6U);
    BOOST_TEST(requests.back().target == assignTarget("1"));
    BOOST_TEST((requests.back().arrival - requests.front().arrival >= 2s));
    BOOST_TEST((requests[4].arrival - requests.front().arrival < 2s));
}

BOOST_AUTO_TEST_SUITE_END()
