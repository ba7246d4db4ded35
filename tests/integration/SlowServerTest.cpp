#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

/// Servers that never stop sending, a byte at a time: each byte would restart a socket's time-out.
/// An attempt ends at --timeout all the same, as the results and the server see it.
namespace {

constexpr auto kTimeout = 2000ms;
#ifdef OAUTH_BATCH_SANITIZED
constexpr auto kTolerance = 1500ms; // Their own slowness is not what is judged.
#else
constexpr auto kTolerance = 200ms;
#endif
constexpr auto kByte = 15ms; // of each byte: any dribble takes twice kTimeout and more

struct Dribble
{
    std::string name;
    std::string atOnce; ///< sent in one piece
    std::string slowly; ///< then byte by byte
    std::string httpStatus;
};

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const std::string kChunked = kHead + "Transfer-Encoding: chunked\r\n\r\n";

std::string interimFlood()
{
    std::string text;
    for (int i = 0; i < 15; ++i)
        text += "HTTP/1.1 103 Early Hints\r\n\r\n";
    return text;
}

const std::vector<Dribble> kDribbles = {
    {"silence", "", "", ""},
    {"status line", "", "HTTP/1.1 200 " + std::string(400, 'O') + "\r\n", ""},
    {"field", kHead, "X-Slow: " + std::string(400, 'x'), ""},
    {"fields", kHead, std::string(400, '.').replace(0, 0, "A: b\r\nC: d\r\nE: f\r\n"), ""},
    {"interim answers", "", interimFlood(), ""},
    {"body", kHead + "Content-Length: 5000\r\n\r\n", std::string(400, ' '), "200"},
    {"body until the close", kHead + "\r\n", std::string(400, ' '), "200"},
    {"chunk size", kChunked, std::string(400, '0') + "1", "200"},
    {"chunk extension", kChunked + "1b", ";" + std::string(400, 'x'), "200"},
    {"chunk", kChunked + "1000\r\n", std::string(400, ' '), "200"},
    {"trailers", kChunked + "1b\r\n{\"result\":{\"success\":true}}\r\n0\r\n",
     "X-Slow: " + std::string(400, 'x'), "200"},
    {"answer after silence in the body", kHead + "Content-Length: 27\r\n\r\n{", "", "200"},
};

/// One connection for each of them: what is sent at once goes with the first byte.
Reply replyOf(const Dribble& dribble)
{
    Reply reply = Reply::raw(dribble.atOnce, Reply::Then::hang);
    reply.slowly = dribble.slowly;
    reply.trickle = kByte;
    return reply;
}

void checkTook(std::chrono::milliseconds took, const std::string& name)
{
    BOOST_TEST((took >= kTimeout - kTolerance && took <= kTimeout + kTolerance),
               name << " took " << took.count() << " ms");
}

std::chrono::milliseconds between(std::chrono::steady_clock::time_point begin,
                                  std::chrono::steady_clock::time_point end)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin);
}

std::chrono::milliseconds durationOf(const CsvTable& results, std::size_t row)
{
    return std::chrono::milliseconds{std::stoi(results.at(row, "result_duration_ms"))};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(SlowServer, Rig)

BOOST_AUTO_TEST_CASE(attemptEndsAtItsDeadlineWhereverTheServerDribbles)
{
    const StubApi api([](const StubRequest& request) {
        for (std::size_t row = 0; row < kDribbles.size(); ++row)
            if (request.target == assignTarget(std::to_string(row + 1)))
                return replyOf(kDribbles[row]);
        return Reply::success();
    });
    write("in.csv", assignments(kDribbles.size()));
    // All at once: no row waits for another's time-out, and no outage is seen before the end.
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1", "--timeout=2s",
                                               "--workers=" + std::to_string(kDribbles.size())});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    for (std::size_t row = 0; row < kDribbles.size(); ++row) {
        const Dribble& dribble = kDribbles[row];
        BOOST_TEST(results.at(row, "result_status") == "unknown", dribble.name);
        BOOST_TEST(results.at(row, "result_error_code") == "timeout", dribble.name);
        BOOST_TEST(results.at(row, "result_http_status") == dribble.httpStatus, dribble.name);
        checkTook(durationOf(results, row), dribble.name);
    }
    std::map<std::size_t, StubRequest> requestOf; // by connection
    for (const StubRequest& request : api.requests())
        requestOf[request.connection] = request;
    BOOST_TEST(requestOf.size() == kDribbles.size());
    for (const StubEnd& end : api.waitForEnds(kDribbles.size())) {
        const StubRequest& request = requestOf.at(end.connection);
        checkTook(between(request.arrival, end.end), request.target + " at the server");
    }
}

BOOST_AUTO_TEST_CASE(handshakeThatDribblesEndsAtItsDeadline)
{
    // The record and handshake headers of a ServerHello, and all the time in the world for the
    // rest.
    Reply greeting = Reply::raw({}, Reply::Then::hang);
    greeting.slowly =
        std::string("\x16\x03\x03\x01\x7a\x02\x00\x01\x76\x03\x03", 11) + std::string(300, 'r');
    greeting.trickle = kByte;
    const StubApi api([](const StubRequest&) { return Reply::close(); }, greeting);
    const std::string url = "https://127.0.0.1:" + std::to_string(api.port());
    for (const std::string name : {"attempt.csv", "connect.csv"})
        write(name, assignments(1));
    Process attempt(
        command(against(url, {"run", "attempt.csv", "--max-attempts=1", "--timeout=2s"})));
    Process connect(
        command(against(url, {"run", "connect.csv", "--max-attempts=1", "--connect-timeout=2s"})));
    CHECK_EXIT(attempt.wait(), 1);
    CHECK_EXIT(connect.wait(), 1);
    for (const std::string name : {"attempt.results.csv", "connect.results.csv"}) {
        const CsvTable results = table(name);
        BOOST_TEST(results.at(0, "result_status") == "failed");
        CHECK_SAYS(results.at(0, "result_error_code"), "^(connect_timeout|timeout)$");
        checkTook(durationOf(results, 0), name);
    }
    for (const StubEnd& end : api.waitForEnds(2))
        checkTook(between(end.begin, end.end), "the handshake at the server");
    BOOST_TEST(api.requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()
