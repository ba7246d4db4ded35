#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

/// RFC 9112, sections 6.3 and 11.1: where two readers can see the end of an answer at two places,
/// what follows it belongs to nobody, and least of all to the next row.
namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kJson = R"({"result":{"success":true}})";
const std::string kChunks = "1b\r\n" + kJson + "\r\n0\r\n\r\n";

struct Ambiguous
{
    std::string name;
    std::string bytes; ///< of the first row's answer
    std::string status;
};

std::ostream& operator<<(std::ostream& out, const Ambiguous& one)
{
    return out << one.name;
}

const std::vector<Ambiguous> kAmbiguous = {
    {"length and chunks", kOk + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks,
     "succeeded"},
    {"chunks and length",
     kOk + "Transfer-Encoding: chunked\r\nContent-Length: 27\r\n\r\n" + kChunks, "succeeded"},
    {"two lengths", kOk + "Content-Length: 27\r\nContent-Length: 26\r\n\r\n" + kJson, "unknown"},
    {"list of lengths", kOk + "Content-Length: 27, 26\r\n\r\n" + kJson, "unknown"},
    {"negative length", kOk + "Content-Length: -27\r\n\r\n" + kJson, "unknown"},
    {"huge length", kOk + "Content-Length: 18446744073709551616\r\n\r\n" + kJson, "unknown"},
    {"huge chunk", kOk + "Transfer-Encoding: chunked\r\n\r\n100000000000001b\r\n" + kJson,
     "unknown"},
    {"chunk size with a sign", kOk + "Transfer-Encoding: chunked\r\n\r\n+1b\r\n" + kJson,
     "unknown"},
    {"chunk longer than its size",
     kOk + "Transfer-Encoding: chunked\r\n\r\n1a\r\n" + kJson + "\r\n0\r\n\r\n", "unknown"},
    {"chunks of HTTP/1.0",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks,
     "succeeded"},
    {"length within the JSON", kOk + "Content-Length: 26\r\n\r\n" + kJson, "unknown"},
    {"more than the length", kOk + "Content-Length: 27\r\n\r\n" + kJson + "}}", "succeeded"},
    {"blank before the colon",
     kOk + "Transfer-Encoding : chunked\r\nContent-Length: 27\r\n\r\n" + kJson, "succeeded"},
    {"folded field", kOk + "X-A: b\r\n Content-Length: 3\r\nContent-Length: 27\r\n\r\n" + kJson,
     "succeeded"},
    {"NUL in a field",
     kOk + std::string("X-A: a\0b\r\n", 10) + "Content-Length: 27\r\n\r\n" + kJson, "succeeded"},
    {"line that is no field", kOk + "Content-Length\r\nContent-Length: 27\r\n\r\n" + kJson,
     "succeeded"},
    {"no content, with some", "HTTP/1.1 204 No Content\r\nContent-Length: 27\r\n\r\n" + kJson,
     "unknown"},
    {"no content, yet a length", "HTTP/1.1 204 No Content\r\nContent-Length: 27\r\n\r\n",
     "unknown"},
    {"not modified, yet a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 27\r\n\r\n",
     "failed"},
    {"body of an interim answer", "HTTP/1.1 103 Early Hints\r\nContent-Length: 27\r\n\r\n" + kJson,
     "unknown"},
    {"switched protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "unknown"},
    {"two answers", Reply::success().bytes + Reply::success().bytes, "succeeded"},
};

const std::vector<Ambiguous> kClear = {
    {"interim answer", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Reply::success().bytes,
     "succeeded"},
    {"interim answers",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 150 What\r\n\r\n" + Reply::success().bytes,
     "succeeded"},
    {"chunks with extensions and trailers",
     kOk + "Transfer-Encoding: chunked\r\n\r\n001b;a=\"b;c\"\r\n" + kJson +
         "\r\n0;x\r\nX-Sum: 1\r\nContent-Length: 3\r\n\r\n",
     "succeeded"},
    {"the same length twice", kOk + "Content-Length: 27\r\nContent-Length: 27\r\n\r\n" + kJson,
     "succeeded"},
    {"no content", "HTTP/1.1 204 No Content\r\n\r\n", "unknown"},
    {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 27\n\n" + kJson, "succeeded"},
};

/// Two rows over one worker: the first gets the bytes, the second is refused.
struct FramingRig : Rig
{
    void run(const StubApi& api) const
    {
        write("in.csv", assignments(2));
        const Ended ended = runAgainst(
            api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1", "--timeout=20s"});
        CHECK_EXIT(ended, 1);
        BOOST_TEST((ended.elapsed < 15s), "the time-out was waited for");
    }

    static StubApi::Script first(std::string bytes)
    {
        return [bytes = std::move(bytes)](const StubRequest& request) {
            return request.target == assignTarget("1") ? Reply::raw(bytes, Reply::Then::keepAlive)
                                                       : Reply::status(404);
        };
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Framing, FramingRig)

BOOST_DATA_TEST_CASE(ambiguousAnswerEndsItsConnection, boost::unit_test::data::make(kAmbiguous),
                     one)
{
    const StubApi api(first(one.bytes));
    run(api);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == one.status);
    BOOST_TEST(results.at(1, "result_status") == "failed");
    BOOST_TEST(results.at(1, "result_error_code") == "http_404");
    const auto requests = api.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 2U);
    BOOST_TEST(requests[0].connection != requests[1].connection);
}

BOOST_DATA_TEST_CASE(smuggledAnswerIsNotTakenForTheNextRows,
                     boost::unit_test::data::make(kAmbiguous), one)
{
    const StubApi api(first(one.bytes + Reply::success().bytes));
    run(api);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(1, "result_status") == "failed");
    BOOST_TEST(results.at(1, "result_error_code") == "http_404");
}

BOOST_DATA_TEST_CASE(unusualButClearAnswerKeepsItsConnection, boost::unit_test::data::make(kClear),
                     one)
{
    const StubApi api(first(one.bytes));
    run(api);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == one.status);
    BOOST_TEST(results.at(1, "result_error_code") == "http_404");
    BOOST_TEST(api.connections() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
