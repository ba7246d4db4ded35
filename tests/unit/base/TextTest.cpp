#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;

namespace {

/// A row of a table: bytes, and what is said of them.
struct Bytes
{
    const char* name;
    std::string bytes;

    friend std::ostream& operator<<(std::ostream& out, const Bytes& row) { return out << row.name; }
};

const std::vector<Bytes> kWellFormed = {
    {"empty", ""},
    {"ASCII", "order-17"},
    {"NUL is a code point", std::string("\0", 1)},
    {"two bytes, least", "\xC2\x80"},
    {"two bytes, most", "\xDF\xBF"},
    {"three bytes, least", "\xE0\xA0\x80"},
    {"last before the surrogates", "\xED\x9F\xBF"},
    {"first after the surrogates", "\xEE\x80\x80"},
    {"three bytes, most", "\xEF\xBF\xBF"},
    {"four bytes, least", "\xF0\x90\x80\x80"},
    {"U+10FFFF", "\xF4\x8F\xBF\xBF"},
    {"umlauts and CJK", "Größe 顧客 ✓ 🙂"},
};

const std::vector<Bytes> kMalformed = {
    {"continuation byte alone", "\x80"},
    {"last continuation byte alone", "\xBF"},
    {"overlong slash in two bytes", "\xC0\xAF"},
    {"overlong in two bytes, most", "\xC1\xBF"},
    {"overlong in three bytes", "\xE0\x9F\xBF"},
    {"overlong in four bytes", "\xF0\x8F\xBF\xBF"},
    {"first surrogate", "\xED\xA0\x80"},
    {"last surrogate", "\xED\xBF\xBF"},
    {"surrogate pair (CESU-8)", "\xED\xA0\xBD\xED\xB9\x82"},
    {"U+110000", "\xF4\x90\x80\x80"},
    {"lead byte F5", "\xF5\x80\x80\x80"},
    {"five bytes", "\xF8\x88\x80\x80\x80"},
    {"byte FE", "\xFE"},
    {"byte FF", "\xFF"},
    {"two bytes, one there", "\xC3"},
    {"three bytes, two there", "\xE2\x82"},
    {"four bytes, three there", "\xF0\x9F\x99"},
    {"continuation byte is ASCII", "\xC3("},
    {"continuation byte is a lead byte", "\xE2\x82\xC3"},
    {"Latin-1", "\xF6\xDF"},
};

struct Pair
{
    std::string given;
    std::string expected;

    friend std::ostream& operator<<(std::ostream& out, const Pair& row)
    {
        return out << row.given << " -> " << row.expected;
    }
};

struct Described
{
    milliseconds given;
    std::string expected;

    friend std::ostream& operator<<(std::ostream& out, const Described& row)
    {
        return out << row.given.count() << " ms -> " << row.expected;
    }
};

std::string encodeUtf8(char32_t code)
{
    const auto byte = [](char32_t value) { return static_cast<char>(value); };
    if (code < 0x80) return {byte(code)};
    if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
    if (code < 0x10000)
        return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)),
                byte(0x80 | (code & 0x3F))};
    return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)),
            byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(TextTest)

BOOST_DATA_TEST_CASE(trimmedCutsBlanksAndLineEndsAtBothEnds,
                     data::make(std::vector<Pair>{{"", ""},
                                                  {" \t\r\n", ""},
                                                  {" a b ", "a b"},
                                                  {"\tassign\r\n", "assign"},
                                                  {"\xC2\xA0x", "\xC2\xA0x"}}))
{
    BOOST_TEST(trimmed(sample.given) == sample.expected);
}

BOOST_AUTO_TEST_CASE(lowerCaseTouchesAsciiLettersOnly)
{
    BOOST_TEST(lowerCase("UnAssign [Z]@ÄÖ") == "unassign [z]@ÄÖ");
}

BOOST_DATA_TEST_CASE(wellFormedUtf8IsTaken, data::make(kWellFormed))
{
    BOOST_TEST(isUtf8(sample.bytes));
    BOOST_TEST(isUtf8("a" + sample.bytes + "b"));
}

BOOST_DATA_TEST_CASE(malformedUtf8IsRefused, data::make(kMalformed))
{
    BOOST_TEST(!isUtf8(sample.bytes));
    BOOST_TEST(!isUtf8("a" + sample.bytes));
    BOOST_TEST(!isUtf8(sample.bytes + "b"));
    char32_t code = 'x';
    BOOST_TEST(decodeUtf8(sample.bytes, code) == 0U);
    BOOST_TEST((code == U'x'));
}

BOOST_AUTO_TEST_CASE(everyCodePointIsDecodedAndNoSurrogate)
{
    std::uint32_t wrong = 0;
    for (char32_t code = 0; code <= 0x10FFFF; ++code) {
        const std::string bytes = encodeUtf8(code) + "tail";
        const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        char32_t decoded = 0;
        const std::size_t length = decodeUtf8(bytes, decoded);
        const bool right = surrogate ? length == 0 : length == bytes.size() - 4 && decoded == code;
        wrong += right ? 0 : 1;
    }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(controlCharactersAreC0AndDel)
{
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = "a" + std::string(1, static_cast<char>(byte));
        BOOST_TEST(hasControlCharacter(text) == (byte < 0x20 || byte == 0x7F), "byte " << byte);
    }
    BOOST_TEST(!hasControlCharacter(""));
}

BOOST_DATA_TEST_CASE(
    whatATerminalObeysIsNotPrintable,
    data::make({0x00U,   0x09U,   0x0AU,   0x1BU,    0x7FU,    0x85U,    0x9BU,     0x9FU,
                0xADU,   0x061CU, 0x200BU, 0x200EU,  0x200FU,  0x2028U,  0x2029U,   0x202AU,
                0x202EU, 0x2060U, 0x2066U, 0x2069U,  0xD800U,  0xDFFFU,  0xFDD0U,   0xFDEFU,
                0xFEFFU, 0xFFFEU, 0xFFFFU, 0xE0001U, 0xE007FU, 0x1FFFEU, 0x10FFFFU, 0x110000U}))
{
    BOOST_TEST(!isPrintable(static_cast<char32_t>(sample)));
}

BOOST_DATA_TEST_CASE(whatCanBeShownIsPrintable,
                     data::make({0x20U,    0x7EU,    0xA0U,    0xACU,   0xAEU,   0xE4U,
                                 0x2010U,  0x2027U,  0x202FU,  0x2030U, 0x2070U, 0x3042U,
                                 0xD7FFU,  0xE000U,  0xFDCFU,  0xFDF0U, 0xFF1DU, 0xFFFDU,
                                 0x1F642U, 0xE0100U, 0x10FFFDU}))
{
    BOOST_TEST(isPrintable(static_cast<char32_t>(sample)));
}

BOOST_DATA_TEST_CASE(quotedShowsWhatIsThere,
                     data::make(std::vector<Pair>{{"", "\"\""},
                                                  {"3.2e2", "\"3.2e2\""},
                                                  {"a\tb\r\n", R"("a\x09b\x0D\x0A")"},
                                                  {"\x1B[31m", R"("\x1B[31m")"},
                                                  {"say \"hi\" C:\\x", R"("say \"hi\" C:\\x")"},
                                                  {"Gr\xF6\xDF"
                                                   "e",
                                                   R"("Gr\xF6\xDFe")"},
                                                  {"Größe", "\"Größe\""},
                                                  {"a\xE2\x80\xAE"
                                                   "b",
                                                   R"("a\xE2\x80\xAEb")"},
                                                  {"a\u200Bb", R"("a\xE2\x80\x8Bb")"},
                                                  {"\xE2\x82", R"("\xE2\x82")"}}))
{
    BOOST_TEST(quoted(sample.given) == sample.expected);
}

BOOST_AUTO_TEST_CASE(quotedCutsAtTheLimitInCharacters)
{
    BOOST_TEST(quoted("ääää", 4) == "\"ääää\"");
    BOOST_TEST(quoted("äääää", 4) == "\"ääää…\"");
    BOOST_TEST(quoted("abc", 0) == "\"…\"");
    BOOST_TEST(quoted("ab\x01", 5) == "\"ab…\"");
    BOOST_TEST(quoted(std::string(1000, 'x')).size() == 60 + 2 + 3U);
}

BOOST_DATA_TEST_CASE(nearestFindsWhatWasMeant, data::make(std::vector<Pair>{{"runn", "run"},
                                                                            {"rnu", "run"},
                                                                            {"RETRY", "retry"},
                                                                            {"rtery", "retry"},
                                                                            {"stauts", "status"},
                                                                            {"statistics", ""},
                                                                            {"chck", "check"},
                                                                            {"unod", "undo"},
                                                                            {"assign", ""},
                                                                            {"x", ""},
                                                                            {"ru", "run"},
                                                                            {"", ""}}))
{
    constexpr std::array<std::string_view, 5> kCommands = {"run", "retry", "check", "status",
                                                           "undo"};
    BOOST_TEST(nearest(sample.given, kCommands) == sample.expected);
}

BOOST_AUTO_TEST_CASE(nearestPrefersTheNearerAndThenTheFirst)
{
    constexpr std::array<std::string_view, 3> kKnown = {"rates", "rate", "date"};
    BOOST_TEST(nearest("rate", kKnown) == "rate");
    BOOST_TEST(nearest("late", kKnown) == "rate");
    BOOST_TEST(nearest("ratse", kKnown) == "rates");
    BOOST_TEST(nearest("rate", {}) == "");
}

BOOST_DATA_TEST_CASE(unsignedIsDigitsOnly,
                     data::make({"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "1e3", "１",
                                 "18446744073709551616", "99999999999999999999999"}))
{
    BOOST_TEST(!parseUnsigned(sample).has_value());
}

BOOST_AUTO_TEST_CASE(unsignedTakesTheWholeRange)
{
    BOOST_TEST(parseUnsigned("0").value() == 0U);
    BOOST_TEST(parseUnsigned("007").value() == 7U);
    BOOST_TEST(parseUnsigned("18446744073709551615").value() ==
               std::numeric_limits<std::uint64_t>::max());
}

BOOST_DATA_TEST_CASE(durationsAreRead,
                     data::make({"0", "0s", "45s", "250ms", "1.5h", "2min", "2m", "1d", "0.5s",
                                 "0.0001s", "1.0005s", "3650d"}) ^
                         data::make({0LL, 0LL, 45'000LL, 250LL, 5'400'000LL, 120'000LL, 120'000LL,
                                     86'400'000LL, 500LL, 1LL, 1'001LL, 315'360'000'000LL}),
                     text, expected)
{
    BOOST_TEST_REQUIRE(parseDuration(text).has_value());
    BOOST_TEST(parseDuration(text)->count() == expected);
}

BOOST_DATA_TEST_CASE(otherDurationsAreRefused, data::make({"",
                                                           "45",
                                                           "00",
                                                           "s",
                                                           "-1s",
                                                           "+1s",
                                                           " 1s",
                                                           "1s ",
                                                           "1 s",
                                                           "1.s",
                                                           ".5s",
                                                           "1.5.5s",
                                                           "1e3s",
                                                           "1S",
                                                           "1hour",
                                                           "1h30min",
                                                           "1.0000000001s",
                                                           "3653d",
                                                           "99999999999999999999d",
                                                           "315576000001ms",
                                                           "inf",
                                                           "1,5h"}))
{
    BOOST_TEST(!parseDuration(sample).has_value());
}

BOOST_DATA_TEST_CASE(durationsAreDescribedInTheTwoLargestUnits,
                     data::make(std::vector<Described>{
                         {0ms, "0 s"},
                         {-5s, "0 s"},
                         {1ms, "1 ms"},
                         {120ms, "120 ms"},
                         {999ms, "999 ms"},
                         {1s, "1 s"},
                         {1'500ms, "1 s 500 ms"},
                         {45s, "45 s"},
                         {59'999ms, "59 s 999 ms"},
                         {65s, "1 min 5 s"},
                         {119'499ms, "1 min 59 s"},
                         {119'500ms, "2 min"},
                         {59min + 59s + 499ms, "59 min 59 s"},
                         {59min + 59s + 500ms, "1 h"},
                         {1h, "1 h"},
                         {2h + 46min + 40s, "2 h 47 min"},
                         {23h + 59min + 29s, "23 h 59 min"},
                         {23h + 59min + 30s, "1 d"},
                         {24h + 30min, "1 d 1 h"},
                         {47h + 45min, "2 d"},
                         {milliseconds::min(), "0 s"},
                         {milliseconds::max(), "106751991167 d 7 h"}}))
{
    BOOST_TEST(describeDuration(sample.given) == sample.expected);
}

BOOST_DATA_TEST_CASE(timestampsComeBackAsTheyWent,
                     data::make({"1970-01-01T00:00:00.000Z", "2026-05-01T07:30:00.250Z",
                                 "2024-02-29T23:59:59.999Z", "2000-02-29T00:00:00.001Z",
                                 "1969-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z",
                                 "9999-12-31T23:59:59.999Z"}))
{
    const auto time = parseTimestamp(sample);
    BOOST_TEST_REQUIRE(time.has_value());
    BOOST_TEST(formatTimestamp(*time) == sample);
}

BOOST_AUTO_TEST_CASE(timestampCountsFromTheEpoch)
{
    BOOST_TEST(formatTimestamp(std::chrono::sys_time<milliseconds>(1'777'620'600'250ms)) ==
               "2026-05-01T07:30:00.250Z");
    BOOST_TEST(parseTimestamp("1969-12-31T23:59:59.999Z")->time_since_epoch().count() == -1);
}

BOOST_DATA_TEST_CASE(otherTimestampsAreRefused, data::make({"",
                                                            "2026-05-01",
                                                            "2026-05-01T07:30:00Z",
                                                            "2026-05-01T07:30:00.250",
                                                            "2026-05-01 07:30:00.250Z",
                                                            "2026-05-01T07:30:00.250z",
                                                            "2026-05-01T07:30:00,250Z",
                                                            "2026-13-01T07:30:00.250Z",
                                                            "2026-00-01T07:30:00.250Z",
                                                            "2026-02-29T07:30:00.250Z",
                                                            "2026-05-00T07:30:00.250Z",
                                                            "2026-05-01T24:00:00.000Z",
                                                            "2026-05-01T07:60:00.000Z",
                                                            "2026-05-01T07:30:60.000Z",
                                                            "2026-05-01T07:30:00.25 Z",
                                                            "2026-05-01T07:30:-1.250Z",
                                                            "+026-05-01T07:30:00.250Z",
                                                            "2026-05-01T07:30:00.250ZZ",
                                                            "2026-05-01T07:30:00.250+00:00",
                                                            "2O26-05-01T07:30:00.250Z"}))
{
    BOOST_TEST(!parseTimestamp(sample).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
