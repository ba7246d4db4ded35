#include "oauth_batch/api/AnswerReader.h"

#include <Poco/Net/NetException.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace oauth_batch;

namespace {

/// Hands out the text in pieces of at most `step` bytes; at the end, an end or a reset.
class TextSource : public AnswerSource
{
public:
    explicit TextSource(std::string text, int step = 1 << 20, bool resets = false)
        : text_(std::move(text)), step_(step), resets_(resets)
    {}

    int nextByte() override
    {
        char byte = 0;
        return readBytes(&byte, 1) == 1 ? static_cast<unsigned char>(byte) : -1;
    }
    int readBytes(char* buffer, int size) override
    {
        const std::size_t wanted = static_cast<std::size_t>(std::min(size, step_));
        const std::size_t count = std::min(wanted, text_.size() - at_);
        if (count == 0 && resets_) throw Poco::Net::ConnectionResetException();
        text_.copy(buffer, count, at_);
        at_ += count;
        return static_cast<int>(count);
    }
    bool hasMore() override { return at_ < text_.size(); }

private:
    std::string text_;
    int step_;
    bool resets_;
    std::size_t at_ = 0;
};

struct Row
{
    const char* name;
    std::string text;
    int status;
    std::string body;
    bool complete;
    bool reusable;
};
std::ostream& operator<<(std::ostream& stream, const Row& row)
{
    return stream << row.name;
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";

const std::vector<Row> kAnswers = {
    {"length", kOk + "Content-Length: 3\r\n\r\nabc", 200, "abc", true, true},
    {"length 0", kOk + "content-length: 0\r\n\r\n", 200, "", true, true},
    {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", 200, "abc", true, true},
    {"no reason", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, true},
    {"cut", kOk + "Content-Length: 5\r\n\r\nabc", 200, "abc", false, false},
    {"more than said", kOk + "Content-Length: 3\r\n\r\nabcd", 200, "abc", true, false},
    {"close", kOk + "Connection: close\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, false},
    {"close in a list", kOk + "Connection: x, Close\r\nContent-Length: 0\r\n\r\n", 200, "", true,
     false},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, false},
    {"HTTP/1.0 kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 200,
     "", true, true},
    {"until close", "HTTP/1.0 200 OK\r\n\r\nabc", 200, "abc", true, false},
    {"until close, nothing", kOk + "\r\n", 200, "", true, false},
    {"same length twice", kOk + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200, "abc",
     true, true},
    {"two lengths", kOk + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 200, "", false,
     false},
    {"length list", kOk + "Content-Length: 3, 3\r\n\r\nabc", 200, "", false, false},
    {"negative length", kOk + "Content-Length: -1\r\n\r\nabc", 200, "", false, false},
    {"length overflow", kOk + "Content-Length: 99999999999999999999\r\n\r\n", 200, "", false,
     false},
    {"chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", 200,
     "abc", true, true},
    {"chunks, trailer", kOk + "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
     200, "abc", true, true},
    {"chunks and length",
     kOk + "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200, "a",
     true, false},
    {"chunks without end", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 200, "abc",
     false, false},
    {"chunks without last line", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", 200,
     "abc", false, false},
    {"chunk cut", kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", 200, "abc", false, false},
    {"chunk too long", kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 200, "ab",
     false, false},
    {"bad chunk size", kOk + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", 200, "", false,
     false},
    {"huge chunk size", kOk + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", 200, "", false,
     false},
    {"negative chunk size", kOk + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 200, "", false,
     false},
    {"other encoding", kOk + "Transfer-Encoding: gzip\r\n\r\nabc", 200, "abc", true, false},
    {"no content", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true, true},
    {"no content, length 0", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, "", true,
     true},
    {"no content, length", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", 204, "", true,
     false},
    {"no content, chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, "",
     true, false},
    {"reset content", "HTTP/1.1 205 Reset Content\r\nContent-Length: 3\r\n\r\nabc", 205, "abc",
     true, true},
    {"not modified", "HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", true, true},
    {"not modified, length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "",
     true, false},
    {"switching", "HTTP/1.1 101 Switching Protocols\r\n\r\n", 101, "", true, false},
    {"interim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk +
         "Content-Length: 1\r\n\r\na",
     200, "a", true, true},
    {"odd status", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", 999, "", true, true},
    {"two encodings",
     kOk + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n1\r\na\r\n0\r\n\r\n", 200,
     "1\r\na\r\n0\r\n\r\n", true, false},
    {"list of encodings", kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 200,
     "0\r\n\r\n", true, false},
    {"chunks of HTTP/1.0",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
     "1\r\na\r\n0\r\n\r\n",
     200, "a", true, false},
    {"plus sign", kOk + "Content-Length: +1\r\n\r\na", 200, "", false, false},
    {"hexadecimal length", kOk + "Content-Length: 0x1\r\n\r\na", 200, "", false, false},
    {"empty length", kOk + "Content-Length:\r\n\r\na", 200, "", false, false},
    {"folded length", kOk + "Content-Length: 1\r\n 1\r\n\r\na", 200, "", false, false},
    {"blank before a colon", kOk + "Content-Length : 9\r\nContent-Length: 1\r\n\r\na", 200, "a",
     true, false},
    {"line without a colon", kOk + "garbage\r\nContent-Length: 1\r\n\r\na", 200, "a", true, false},
    {"folded field", kOk + "X: a\r\n b\r\nContent-Length: 1\r\n\r\na", 200, "a", true, false},
    {"NUL in a field", kOk + std::string("X: a\0b\r\n", 8) + "Content-Length: 1\r\n\r\na", 200, "a",
     true, false},
    {"encoded word", kOk + "X: =?utf-8?Q?=41?=\r\nContent-Length: 1\r\n\r\na", 200, "a", true,
     true},
};

const std::vector<std::string> kMalformed = {
    "garbage",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.2 200 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1 2x0 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 -20 OK\r\n\r\n",
    "HTTP/1.1 000 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 ",
    "HTTP/1.1 200 " + std::string(5000, 'x') + "\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'x'),
    "HTTP/1.1 200 OK\r\n" + std::string(70000, '\n').replace(0, 2, "x\n").substr(0, 1) +
        std::string(70000, 'y'),
    std::string(200000, 'z'),
    std::string(70000, '\0'),
};

std::string manyFields(int count)
{
    std::string text = kOk;
    for (int i = 0; i < count; ++i)
        text += "A: b\r\n";
    return text + "Content-Length: 0\r\n\r\n";
}

std::string manyInterim(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "HTTP/1.1 100 Continue\r\n\r\n";
    return text + kOk + "Content-Length: 0\r\n\r\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(AnswerReaderTest)

BOOST_DATA_TEST_CASE(answersWholeAndBytewise, boost::unit_test::data::make(kAnswers), row)
{
    for (const int step : {1, 3, 1 << 20}) {
        TextSource source(row.text, step);
        AnswerReader reader(source);
        const Answer answer = reader.read();
        BOOST_TEST(answer.status == row.status);
        BOOST_TEST(answer.body == row.body);
        BOOST_TEST(answer.complete == row.complete);
        BOOST_TEST(reader.reusable() == row.reusable);
        BOOST_TEST((reader.phase() == Phase::answered));
    }
}

BOOST_DATA_TEST_CASE(malformedAnswerIsRefused, boost::unit_test::data::make(kMalformed), text)
{
    TextSource source(text);
    AnswerReader reader(source);
    BOOST_CHECK_THROW(reader.read(), MalformedAnswer);
}

BOOST_AUTO_TEST_CASE(whatIsNoHttpIsRefusedByItsFirstBytes)
{
    for (const std::string start : {"{", "SSH-", "HTTP/2", "HTTP/1.1 100 Continue\r\n\r\n{"}) {
        // Whoever reads on meets the reset.
        TextSource source(start, 1, true);
        AnswerReader reader(source);
        BOOST_CHECK_THROW(reader.read(), MalformedAnswer);
    }
}

BOOST_AUTO_TEST_CASE(everyCutOfAnAnswerShows)
{
    const std::string whole = kOk + "Content-Length: 3\r\n\r\nabc";
    const std::size_t headEnd = whole.size() - 3;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        for (const bool resets : {false, true}) {
            TextSource source(whole.substr(0, length), 1 << 20, resets);
            AnswerReader reader(source);
            if (length >= headEnd)
                BOOST_TEST(!reader.read().complete);
            else if (resets)
                BOOST_CHECK_THROW(reader.read(), Poco::Net::ConnectionResetException);
            else
                BOOST_CHECK_THROW(reader.read(), AnswerCutShort);
            const Phase head = length == 0 ? Phase::sent : Phase::answering;
            BOOST_TEST((reader.phase() == (length >= headEnd ? Phase::answered : head)));
        }
    }
}

BOOST_AUTO_TEST_CASE(resetBeforeTheCloseThatEndsABodyShows)
{
    TextSource source("HTTP/1.0 200 OK\r\n\r\nabc", 1 << 20, true);
    AnswerReader reader(source);
    const Answer answer = reader.read();
    BOOST_TEST(!answer.complete);
    BOOST_TEST(answer.body == "abc");
}

BOOST_AUTO_TEST_CASE(numberOfFieldsAndInterimAnswersIsBounded)
{
    const auto read = [](const std::string& text) {
        TextSource source(text);
        return AnswerReader(source).read().status;
    };
    BOOST_TEST(read(manyFields(150)) == 200);
    BOOST_CHECK_THROW(read(manyFields(250)), MalformedAnswer);
    BOOST_TEST(read(manyInterim(10)) == 200);
    BOOST_CHECK_THROW(read(manyInterim(100)), MalformedAnswer);
}

BOOST_AUTO_TEST_CASE(bodyIsCutAtTheLimitInEveryFraming)
{
    const auto read = [](const std::string& text) {
        TextSource source(text);
        AnswerReader reader(source);
        const Answer answer = reader.read();
        BOOST_TEST(answer.body.size() <= kLongestBody);
        BOOST_TEST(answer.complete == !answer.bodyTooLarge);
        BOOST_TEST(!(answer.bodyTooLarge && reader.reusable()));
        return answer.bodyTooLarge;
    };
    const std::string most(kLongestBody, 'x');
    BOOST_TEST(!read(kOk + "Content-Length: 65536\r\n\r\n" + most));
    BOOST_TEST(read(kOk + "Content-Length: 65537\r\n\r\n" + most + "x"));
    BOOST_TEST(read(kOk + "Content-Length: 18446744073709551615\r\n\r\n" + most));
    BOOST_TEST(!read(kOk + "\r\n" + most));
    BOOST_TEST(read(kOk + "\r\n" + most + "x"));
    BOOST_TEST(!read(kOk + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + most + "\r\n0\r\n\r\n"));
    BOOST_TEST(read(kOk + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + most +
                    "\r\n1\r\nx\r\n0\r\n\r\n"));
    BOOST_TEST(read(kOk + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" + most));
}

BOOST_AUTO_TEST_CASE(headersAreKeptBoundedAndOnlyWhereTheyMatter)
{
    const std::string fields = "Retry-After: 7\r\nDate: d\r\nRateLimit: r\r\nRateLimit-Reset: 1\r\n"
                               "X-Rate-Limit-Reset: 2\r\nLocation: " +
                               std::string(1000, 'l') + "\r\nContent-Length: 0\r\n\r\n";
    TextSource busy("HTTP/1.1 429 Too Many\r\n" + fields);
    const AnswerHeaders headers = AnswerReader(busy).read().headers;
    BOOST_TEST(headers.retryAfter == "7");
    BOOST_TEST(headers.date == "d");
    BOOST_TEST(headers.rateLimit == "r");
    BOOST_TEST(headers.rateLimitReset == "1");
    BOOST_TEST(headers.xRateLimitReset == "2");
    BOOST_TEST(headers.location.size() == 256U);
    TextSource fine(kOk + fields);
    BOOST_TEST(AnswerReader(fine).read().headers.retryAfter.empty());
}

BOOST_AUTO_TEST_CASE(keepAliveTimeoutIsRead)
{
    const auto timeout = [](const std::string& value) {
        TextSource source(kOk + "Keep-Alive: " + value + "\r\nContent-Length: 0\r\n\r\n");
        AnswerReader reader(source);
        reader.read();
        return reader.keepAliveTimeout().value_or(std::chrono::seconds(-1)).count();
    };
    BOOST_TEST(timeout("timeout=5") == 5);
    BOOST_TEST(timeout("max=100, Timeout=30") == 30);
    BOOST_TEST(timeout("max=100") == -1);
    BOOST_TEST(timeout("timeout=-1") == -1);
    BOOST_TEST(timeout("timeout=999999999") == -1);
}

BOOST_AUTO_TEST_CASE(answersFollowEachOtherOnOneConnection)
{
    TextSource source(kOk + "Content-Length: 1\r\n\r\na" + "HTTP/1.1 404 Not Found\r\n" +
                      "Transfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n");
    AnswerReader reader(source);
    BOOST_TEST(reader.read().body == "a");
    const Answer second = reader.read();
    BOOST_TEST(second.status == 404);
    BOOST_TEST(second.body == "b");
    BOOST_CHECK_THROW(reader.read(), AnswerCutShort);
}

BOOST_AUTO_TEST_SUITE_END()
