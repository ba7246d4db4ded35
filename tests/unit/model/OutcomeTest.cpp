#include "oauth_batch/model/Outcome.h"

#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

struct Message
{
    std::string given;
    std::string expected;

    friend std::ostream& operator<<(std::ostream& out, const Message& row)
    {
        return out << quoted(row.given);
    }
};

const std::vector<Message> kMessages = {
    {"", ""},
    {"Not found", "Not found"},
    {"  Not \t\r\n found \n", "Not found"},
    {" \r\n\t", ""},
    {"a\u00A0\u3000b\u2028c\u0085d", "a b c d"},
    {"\x1B[31mred\x07", "?[31mred?"},
    {std::string("a\0b", 3), "a?b"},
    {"a\xE2\x80\xAE"
     "b\u200Bc\uFEFF",
     "a?b?c?"},
    {"Gr\xF6\xDF"
     "e",
     "Gr??e"},
    {"\xED\xA0\x80", "???"},
    {"\xF0\x9F\x99", "???"},
    {"Größe 顧客 🙂", "Größe 顧客 🙂"},
    {"=1+1", "'=1+1"},
    {"+1", "'+1"},
    {"-1", "'-1"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {" \t=1+1", "'=1+1"},
    {"\r\n=1+1", "'=1+1"},
    {"\u3000=1+1", "'=1+1"},
    {"＝1", "'＝1"},
    {"＋1", "'＋1"},
    {"－1", "'－1"},
    {"＠A", "'＠A"},
    {"\x01=1", "?=1"},
    {"\u200B=1", "?=1"},
    {"'=1", "'=1"},
    {"a=1", "a=1"},
    {"\"=1\"", "\"=1\""},
};

struct NamedCode
{
    ErrorCode code;
    std::string name;

    friend std::ostream& operator<<(std::ostream& out, const NamedCode& row)
    {
        return out << row.name;
    }
};

const std::vector<NamedCode> kCodes = {
    {ErrorCode::none, ""},
    {ErrorCode::timeout, "timeout"},
    {ErrorCode::reset, "reset"},
    {ErrorCode::connectTimeout, "connect_timeout"},
    {ErrorCode::connectionRefused, "connection_refused"},
    {ErrorCode::dnsError, "dns_error"},
    {ErrorCode::tlsError, "tls_error"},
    {ErrorCode::proxyError, "proxy_error"},
    {ErrorCode::redirected, "redirected"},
    {ErrorCode::rejected, "rejected"},
    {ErrorCode::badResponse, "bad_response"},
    {ErrorCode::superseded, "superseded"},
    {ErrorCode::blocked, "blocked"},
    {ErrorCode::duplicate, "duplicate"},
    {ErrorCode::badOperation, "bad_operation"},
    {ErrorCode::badId, "bad_id"},
    {ErrorCode::badProfile, "bad_profile"},
    {ErrorCode::badForce, "bad_force"},
    {ErrorCode::fieldCount, "field_count"},
    {ErrorCode::stopped, "stopped"},
};

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    char32_t code = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(decodeUtf8(text, code));
    return count;
}

std::string repeated(std::string_view piece, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += piece;
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(OutcomeTest)

BOOST_DATA_TEST_CASE(statusesHaveTheSpecifiedNames,
                     data::xrange(kRowStatusCount) ^
                         data::make({"pending", "succeeded", "failed", "unknown", "invalid",
                                     "blocked", "duplicate"}),
                     index, name)
{
    const auto status = static_cast<RowStatus>(index);
    BOOST_TEST(toString(status) == name);
    BOOST_TEST((parseRowStatus(name) == status));
}

BOOST_DATA_TEST_CASE(otherStatusesAreRefused,
                     data::make({"", "Succeeded", "succeeded ", "success", "pend"}))
{
    BOOST_TEST(!parseRowStatus(sample).has_value());
}

BOOST_DATA_TEST_CASE(codesHaveTheSpecifiedNames, data::make(kCodes))
{
    BOOST_TEST(toString(sample.code, 503) == sample.name);
    BOOST_TEST((parseErrorCode(sample.name) == ParsedErrorCode{sample.code, 0}));
}

BOOST_DATA_TEST_CASE(httpCodesCarryTheirNumber, data::make({100, 400, 404, 503, 599, 999}))
{
    const std::string name = toString(ErrorCode::http, sample);
    BOOST_TEST(name == "http_" + std::to_string(sample));
    BOOST_TEST((parseErrorCode(name) == ParsedErrorCode{ErrorCode::http, sample}));
}

BOOST_DATA_TEST_CASE(otherCodesAreRefused,
                     data::make({"http", "http_", "http_5", "http_05", "http_099", "http_5031",
                                 "http_5xx", "http_-50", "HTTP_503", "503", "timeout ", "Timeout",
                                 "none"}))
{
    BOOST_TEST(!parseErrorCode(sample).has_value());
}

BOOST_DATA_TEST_CASE(messageIsOneSafeLine, data::make(kMessages))
{
    BOOST_TEST(safeMessage(sample.given) == sample.expected);
    BOOST_TEST(safeMessage(sample.expected) == sample.expected);
}

BOOST_DATA_TEST_CASE(messageOfTwoHundredCharactersStays, data::make({"x", "é", "顧", "🙂"}))
{
    const std::string whole = repeated(sample, 200);
    BOOST_TEST(safeMessage(whole) == whole);
    BOOST_TEST(safeMessage(whole + " \r\n  ") == whole);
    BOOST_TEST(safeMessage(whole + sample) == repeated(sample, 199) + "…");
    BOOST_TEST(safeMessage(whole + " " + sample) == repeated(sample, 199) + "…");
}

BOOST_AUTO_TEST_CASE(formulaMarkCountsAsACharacter)
{
    const std::string message = "=" + repeated("1", 199);
    BOOST_TEST(safeMessage(message) == "'=" + repeated("1", 197) + "…");
}

BOOST_AUTO_TEST_CASE(cutLeavesNoBlankBeforeTheEllipsis)
{
    const std::string message = repeated("x", 198) + " yyyy";
    BOOST_TEST(safeMessage(message) == repeated("x", 198) + "…");
}

BOOST_DATA_TEST_CASE(messageOfAnyBytesIsShortAndSafeAndStays, data::xrange(300))
{
    // A small generator, so that a failing sample fails again.
    std::uint32_t state = static_cast<std::uint32_t>(sample) * 2654435761U + 1;
    const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 24; };
    std::string bytes;
    for (std::size_t i = next() * 3; i > 0; --i)
        bytes += static_cast<char>(next() % (sample % 2 == 0 ? 256 : 64));
    const std::string message = safeMessage(bytes);
    BOOST_TEST(isUtf8(message));
    BOOST_TEST(!hasControlCharacter(message));
    BOOST_TEST(characters(message) <= 200U);
    BOOST_TEST(trimmed(message) == message);
    BOOST_TEST(message.find_first_of("=+-@") != 0U);
    BOOST_TEST(safeMessage(message) == message);
}

BOOST_AUTO_TEST_SUITE_END()
