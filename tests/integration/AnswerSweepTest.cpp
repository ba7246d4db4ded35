#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

/// Every status that HTTP has, in every framing that servers and what stands before them get right
/// or wrong. What must come of it is written here from the specification's table.
namespace {

const std::string kSuccess = R"({"result":{"success":true}})";
constexpr std::size_t kTenMegabytes = 10'000'000;

enum class Shape
{
    success,     ///< complete JSON, success: true
    html,        ///< a proxy's page
    empty,       ///< Content-Length: 0
    huge,        ///< success: true, then ten megabytes of blanks: valid JSON
    cutShort,    ///< the connection ends before Content-Length is reached
    longer,      ///< Content-Length ends within the JSON
    chunked,     ///< complete, in chunks
    chunkedOpen, ///< the last chunk never comes
};

constexpr std::array kShapes = {Shape::success,  Shape::html,   Shape::empty,   Shape::huge,
                                Shape::cutShort, Shape::longer, Shape::chunked, Shape::chunkedOpen};
constexpr std::array kNames = {"success",  "html",   "empty",   "huge",
                               "cutShort", "longer", "chunked", "chunkedOpen"};

std::string lengthOf(std::size_t length)
{
    return "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

Reply replyOf(int status, Shape shape, const std::string& field = {})
{
    const std::string html = "<html><body>Request could not be processed</body></html>";
    const std::string chunks = "Transfer-Encoding: chunked\r\n\r\n1b\r\n" + kSuccess + "\r\n";
    const std::map<Shape, std::string> rest = {
        {Shape::success, lengthOf(kSuccess.size()) + kSuccess},
        {Shape::html, lengthOf(html.size()) + html},
        {Shape::empty, lengthOf(0)},
        {Shape::huge, lengthOf(kSuccess.size() + kTenMegabytes) + kSuccess},
        {Shape::cutShort, lengthOf(kSuccess.size() + 100) + kSuccess},
        {Shape::longer, lengthOf(kSuccess.size() - 2) + kSuccess},
        {Shape::chunked, chunks + "0\r\n\r\n"},
        {Shape::chunkedOpen, chunks},
    };
    Reply reply = Reply::raw("HTTP/1.1 " + std::to_string(status) + " Stub\r\n" + field +
                                 "Content-Type: application/json\r\n" + rest.at(shape),
                             Reply::Then::keepAlive);
    if (shape == Shape::huge) reply.filler = kTenMegabytes;
    const bool endsEarly = shape == Shape::cutShort || shape == Shape::chunkedOpen;
    // An interim answer has no body (RFC 9110, section 15.2): the final one never comes.
    const bool isInterim = status < 200 && status != 101;
    if (endsEarly || isInterim) reply.then = Reply::Then::close;
    return reply;
}

struct Expected
{
    std::string status;
    std::string code;
    bool retried = false;
};

/// SPEC's table, 401 and 429 aside.
Expected expected(int status, Shape shape)
{
    const std::string http = "http_" + std::to_string(status);
    if (status == 200 && (shape == Shape::success || shape == Shape::chunked))
        return {"succeeded", "", false};
    if (status < 300) return {"unknown", "bad_response", true};
    if (status < 400) return {"failed", "redirected", false};
    if (status == 408 || status >= 500) return {"unknown", http, true};
    return {"failed", http, false};
}

/// One row of the input: a customer, and what the server answers to it. Status 0 is a good row, of
/// which enough stand between the others for the outage breaker never to see five failures in a row
/// and for the first five answers not to be all 403.
struct SweepRow
{
    int status = 0;
    Shape shape = Shape::success;
};

class Sweep
{
public:
    void add(int status, Shape shape)
    {
        if (sinceGood_++ % 3 == 0) rows_.push_back({});
        rows_.push_back({status, shape});
    }

    const std::vector<SweepRow>& rows() const { return rows_; }

    StubApi::Script script() const
    {
        return [this](const StubRequest& request) {
            const SweepRow& row = rows_.at(rowOf(request));
            return row.status == 0 ? Reply::success() : replyOf(row.status, row.shape);
        };
    }

    /// The customer's ID is the row's number.
    static std::size_t rowOf(const StubRequest& request)
    {
        return std::stoul(request.target.substr(std::string("/api/managed_users/").size())) - 1;
    }

    std::string name(std::size_t row) const
    {
        return "row " + std::to_string(row + 1) + ": " + std::to_string(rows_[row].status) + ' ' +
               kNames.at(static_cast<std::size_t>(rows_[row].shape));
    }

private:
    std::vector<SweepRow> rows_;
    std::size_t sinceGood_ = 0;
};

bool isItsOwnCase(int status)
{
    return status == 401 || status == 429;
}

/// The last answer's status. An interim one may count as an answer or not.
bool isHttpStatus(const std::string& cell, int status)
{
    return cell == std::to_string(status) || (status < 200 && cell.empty());
}

void checkRow(const CsvTable& results, const Sweep& sweep, std::size_t row)
{
    const SweepRow& sent = sweep.rows()[row];
    const bool isGood = sent.status == 0;
    const Expected wanted =
        isGood ? Expected{"succeeded", "", false} : expected(sent.status, sent.shape);
    const std::string name = sweep.name(row);
    BOOST_TEST(results.at(row, "result_status") == wanted.status, name);
    BOOST_TEST(results.at(row, "result_error_code") == wanted.code,
               name << ": " << results.at(row, "result_error_code"));
    BOOST_TEST(isHttpStatus(results.at(row, "result_http_status"), isGood ? 200 : sent.status),
               name << ": " << results.at(row, "result_http_status"));
    BOOST_TEST(results.at(row, "result_message").empty() == (wanted.status == "succeeded"), name);
}

std::size_t mostBytesSent(const std::vector<StubEnd>& ends)
{
    std::size_t most = 0;
    for (const StubEnd& end : ends)
        most = std::max(most, end.bytesSent);
    return most;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(AnswerSweep, Rig)

BOOST_AUTO_TEST_CASE(everyStatusInEveryShapeGetsTheTablesVerdict)
{
#ifdef OAUTH_BATCH_SANITIZED
    constexpr int kStep = 7;
#else
    constexpr int kStep = 1;
#endif
    Sweep sweep;
    for (int status = 100; status <= 599; ++status) {
        const bool isRare = status % kStep != 0 && status != 200 && status != 101;
        if (isItsOwnCase(status) || isRare) continue;
        for (const Shape shape : kShapes)
            sweep.add(status, shape);
    }
    const StubApi api(sweep.script());
    write("in.csv", assignments(sweep.rows().size()));
    // One worker: the order, and with it what stands between failures, is the file's.
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1"});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), sweep.rows().size());
    for (std::size_t row = 0; row < results.size(); ++row)
        checkRow(results, sweep, row);
    BOOST_TEST(api.requests().size() == sweep.rows().size());
    // The rest of a large body is neither kept nor waited for. What the server could send stands in
    // the buffers of two sockets.
    BOOST_TEST(mostBytesSent(api.ends()) < kTenMegabytes / 2);
    BOOST_TEST_MESSAGE(sweep.rows().size()
                       << " rows in " << ended.elapsed.count() << " ms, peak "
                       << ended.peakMemoryKiB << " KiB, at most " << mostBytesSent(api.ends())
                       << " bytes taken of a connection");
#ifndef OAUTH_BATCH_SANITIZED
    BOOST_TEST(ended.peakMemoryKiB < 32 * 1024);
#endif
}

BOOST_AUTO_TEST_CASE(onlyWhatHasNoVerdictIsSentAgain)
{
    Sweep sweep;
    // Few without an answer at all: their second attempts come without good rows between.
    for (const int status : {100, 103, 150, 199})
        sweep.add(status, Shape::success);
    for (int status = 200; status <= 599; ++status) {
        if (isItsOwnCase(status)) continue;
        sweep.add(status, Shape::success);
        sweep.add(status, status % 2 == 0 ? Shape::html : Shape::cutShort);
    }
    const StubApi api(sweep.script());
    write("in.csv", assignments(sweep.rows().size()));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=2"}), 1);
    std::vector<std::size_t> requests(sweep.rows().size());
    for (const StubRequest& request : api.requests())
        ++requests.at(Sweep::rowOf(request));
    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), sweep.rows().size());
    for (std::size_t row = 0; row < results.size(); ++row) {
        checkRow(results, sweep, row);
        const SweepRow& sent = sweep.rows()[row];
        const bool retried = sent.status != 0 && expected(sent.status, sent.shape).retried;
        BOOST_TEST(requests[row] == (retried ? 2U : 1U), sweep.name(row));
        BOOST_TEST(results.at(row, "result_attempts") == (retried ? "2" : "1"), sweep.name(row));
    }
}

BOOST_AUTO_TEST_CASE(unauthorizedStopsWhateverItsBody)
{
    for (const Shape shape : kShapes) {
        const Rig rig;
        const StubApi api([shape](const StubRequest&) { return replyOf(401, shape); });
        rig.write("in.csv", assignments(3));
        CHECK_EXIT(rig.runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
        const CsvTable results = rig.table("in.results.csv");
        for (std::size_t row = 0; row < results.size(); ++row)
            BOOST_TEST(results.at(row, "result_status") == "pending");
        BOOST_TEST(api.requests().size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(forbiddenFiveTimesStopsWhateverItsBody)
{
    for (const Shape shape : kShapes) {
        const Rig rig;
        const StubApi api([shape](const StubRequest&) { return replyOf(403, shape); });
        rig.write("in.csv", assignments(7));
        CHECK_EXIT(rig.runAgainst(api.url(), {"run", "in.csv", "--workers=1"}), 77);
        BOOST_TEST(api.requests().size() == 5U);
        BOOST_TEST(rig.table("in.results.csv").at(6, "result_error_code") == "stopped");
    }
}

namespace {

/// A run against a server that throttles its first request.
struct ThrottledRun : Rig
{
    explicit ThrottledRun(Shape shape)
        : api([shape](const StubRequest& request) {
              return request.number == 1 ? replyOf(429, shape, "Retry-After: 1\r\n")
                                         : Reply::success();
          })
    {
        write("in.csv", assignments(1));
        process = std::make_unique<Process>(
            command(against(api.url(), {"run", "in.csv", "--max-attempts=1"})));
    }

    StubApi api;
    std::unique_ptr<Process> process;
};

} // namespace

BOOST_AUTO_TEST_CASE(throttlingIsWaitedForWhateverItsBody)
{
    std::vector<std::unique_ptr<ThrottledRun>> runs; // side by side: each waits for a second
    for (const Shape shape : kShapes)
        runs.push_back(std::make_unique<ThrottledRun>(shape));
    for (const auto& run : runs) {
        CHECK_EXIT(run->process->wait(), 0);
        const auto requests = run->api.requests();
        BOOST_REQUIRE_EQUAL(requests.size(), 2U);
        BOOST_TEST((requests[1].arrival - requests[0].arrival >= 1s));
        BOOST_TEST(run->table("in.results.csv").at(0, "result_status") == "succeeded");
    }
}

BOOST_AUTO_TEST_SUITE_END()
