#include "oauth_batch/api/RetryAfter.h"

#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;

namespace {

constexpr long kNone = -1;
constexpr long kYear = 365L * 24 * 60 * 60 * 1000;

const WallTime kNow = *parseTimestamp("2026-05-01T07:30:00.000Z");

long toCount(std::optional<std::chrono::milliseconds> wait)
{
    return wait ? wait->count() : kNone;
}

struct Row
{
    const char* text;
    long milliseconds;
};
std::ostream& operator<<(std::ostream& stream, const Row& row)
{
    return stream << '"' << row.text << '"';
}

const std::vector<Row> kRetryAfter = {
    {"0", 0},
    {"30", 30'000},
    {" 30 ", 30'000},
    {"1.5", 2'000},
    {"1.0", 1'000},
    {"3600", 3'600'000},
    {"99999999999", kYear},
    {"99999999999999999999999999", kYear},
    {"-1", kNone},
    {"+5", kNone},
    {"5s", kNone},
    {"1.", kNone},
    {".5", kNone},
    {"", kNone},
    {"soon", kNone},
    {"Fri, 01 May 2026 07:30:10 GMT", 10'000},
    {"Fri, 01 May 2026 07:29:00 GMT", 0},
    {"Friday, 01-May-26 07:31:00 GMT", 60'000},
    {"Fri May  1 07:30:05 2026", 5'000},
    {"Fri May 01 07:30:05 2026", 5'000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 0},
    {"Sun Nov  6 08:49:37 1994", 0},
    {"Fri, 01 May 9999 07:30:10 GMT", kYear},
    {"Fri, 31 Feb 2026 07:30:10 GMT", kNone},
    {"Fri, 01 Mai 2026 07:30:10 GMT", kNone},
    {"Fri, 01 May 2026 24:30:10 GMT", kNone},
    {"Fri, 01 May 2026 07:30:10 CET", kNone},
    {"Fri, 01 May 2026 07:30 GMT", kNone},
    {"2026-05-01T07:31:00Z", kNone},
    {"Fri May 1", kNone},
};

const std::vector<Row> kRateLimit = {
    {"limit=60, remaining=0, reset=30", 30'000},
    {"limit=60,remaining=5,reset=12", 12'000},
    {R"("default";r=0;t=30)", 30'000},
    {R"("burst";r=3;t=5, "daily";r=0;t=900)", 900'000},
    {R"("burst";r=0;t=5, "daily";r=100;t=900)", 5'000},
    {R"("a";r=1;t=5, "b";r=1;t=9)", 9'000},
    {R"("default";r=0)", kNone},
    {R"("default";r=0;t=-5)", kNone},
    {"", kNone},
    {"60", kNone},
    {"t=", kNone},
    {";;,,==", kNone},
};

const std::vector<Row> kReset = {
    {"0", 0},
    {"45", 45'000},
    {"0.25", 1'000},
    {"31536000", kYear},
    {"31536001", kNone},
    {"1777620660", 60'000},    // 2026-05-01T07:31:00Z
    {"1777620660000", 60'000}, // the same in milliseconds
    {"1777620000", 0},         // past
    {"9999999999", kYear},
    {"99999999999999999999", kNone},
    {"500000000000", kNone},
    {"x", kNone},
    {"", kNone},
};

} // namespace

BOOST_AUTO_TEST_SUITE(RetryAfterTest)

BOOST_DATA_TEST_CASE(retryAfterTable, boost::unit_test::data::make(kRetryAfter), row)
{
    BOOST_TEST(toCount(parseRetryAfter(row.text, kNow)) == row.milliseconds);
}

BOOST_DATA_TEST_CASE(rateLimitTable, boost::unit_test::data::make(kRateLimit), row)
{
    BOOST_TEST(toCount(parseRateLimit(row.text)) == row.milliseconds);
}

BOOST_DATA_TEST_CASE(rateLimitResetTable, boost::unit_test::data::make(kReset), row)
{
    BOOST_TEST(toCount(parseRateLimitReset(row.text, kNow)) == row.milliseconds);
}

BOOST_AUTO_TEST_CASE(dateCountsFromTheAnswersOwnDate)
{
    AnswerHeaders headers;
    headers.date = "Fri, 01 May 2026 09:00:00 GMT"; // a server whose clock is ahead
    headers.retryAfter = "Fri, 01 May 2026 09:00:20 GMT";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 20'000);
    headers.date = "garbage";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 90L * 60'000 + 20'000);
}

BOOST_AUTO_TEST_CASE(retryAfterGoesFirstAndGarbageIsPassedOver)
{
    AnswerHeaders headers;
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == kNone);
    headers.xRateLimitReset = "4";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 4'000);
    headers.rateLimitReset = "3";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 3'000);
    headers.rateLimit = "\"p\";r=0;t=2";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 2'000);
    headers.retryAfter = "1";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 1'000);
    headers.retryAfter = "later";
    BOOST_TEST(toCount(requestedWait(headers, kNow)) == 2'000);
}

BOOST_AUTO_TEST_SUITE_END()
