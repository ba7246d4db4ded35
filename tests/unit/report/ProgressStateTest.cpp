#include "oauth_batch/report/ProgressState.h"

#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace oauth_batch;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

const WallTime kTime(1'777'620'600'999ms);

ProgressState midway()
{
    ProgressState state;
    state.done = 1200;
    state.total = 10'000;
    state.succeeded = 1190;
    state.failed = 8;
    state.perMinute = 59.43;
    state.inFlight = 3;
    state.timeLeft = 2h + 28min + 10s;
    return state;
}

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    char32_t code = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(decodeUtf8(text, code));
    return count;
}

/// Sets the variables of the locale, and puts back what there was.
class Locale
{
public:
    Locale(const char* all, const char* ctype, const char* lang)
    {
        set("LC_ALL", all);
        set("LC_CTYPE", ctype);
        set("LANG", lang);
    }
    ~Locale()
    {
        for (const auto& [name, value] : before_)
            value ? ::setenv(name, value->c_str(), 1) : ::unsetenv(name);
    }
    Locale(const Locale&) = delete;
    Locale& operator=(const Locale&) = delete;

private:
    void set(const char* name, const char* value)
    {
        const char* const old = std::getenv(name);
        before_.emplace_back(name, old ? std::optional<std::string>(old) : std::nullopt);
        value ? ::setenv(name, value, 1) : ::unsetenv(name);
    }

    std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ProgressStateTest)

BOOST_AUTO_TEST_CASE(plainLineSaysAllThereIs)
{
    BOOST_TEST(renderPlain(midway(), kTime) ==
               "2026-05-01T07:30:00Z 1200/10000 done (12 %), 1190 ok, 8 failed, 59.4/min, "
               "2 h 28 min left");
}

BOOST_AUTO_TEST_CASE(plainLineLeavesOutWhatIsNotKnown)
{
    ProgressState state;
    state.total = 3;
    BOOST_TEST(renderPlain(state, kTime) == "2026-05-01T07:30:00Z 0/3 done (0 %), 0 ok, 0 failed");
}

BOOST_AUTO_TEST_CASE(plainLineNamesBlockedRowsAndThePause)
{
    ProgressState state = midway();
    state.blocked = 2;
    state.perMinute = 1234.56;
    state.timeLeft.reset();
    state.pause = "throttled by the API until 12:03:20\x1B[2J\n";
    BOOST_TEST(renderPlain(state, kTime) ==
               "2026-05-01T07:30:00Z 1200/10000 done (12 %), 1190 ok, 8 failed, 2 blocked, "
               "1235/min; throttled by the API until 12:03:20?[2J?");
}

BOOST_AUTO_TEST_CASE(hundredPercentMeansAll)
{
    ProgressState state;
    state.total = 1'000'000;
    state.done = 999'999;
    BOOST_TEST(renderPlain(state, kTime).find("(99 %)") != std::string::npos);
    state.done = 1'000'000;
    BOOST_TEST(renderPlain(state, kTime).find("(100 %)") != std::string::npos);
    state.done = 1'000'001;
    BOOST_TEST(renderPlain(state, kTime).find("(100 %)") != std::string::npos);
    state = {};
    BOOST_TEST(renderPlain(state, kTime).find("0/0 done (100 %)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(barAtTheUsualWidth)
{
    BOOST_TEST(renderBar(midway(), 80, Charset::ascii) ==
               "[#------------]  1200/10000  12 %  1190 ok  8 failed  59.4/min  2 h 28 min left");
    BOOST_TEST(renderBar(midway(), 80, Charset::utf8) ==
               "[█░░░░░░░░░░░░]  1200/10000  12 %  1190 ok  8 failed  59.4/min  2 h 28 min left");
}

BOOST_AUTO_TEST_CASE(wideTerminalShowsAll)
{
    ProgressState state = midway();
    state.blocked = 2;
    BOOST_TEST(renderBar(state, 200, Charset::ascii) ==
               "[###---------------------------]  1200/10000  12 %  1190 ok  8 failed  2 blocked  "
               "59.4/min  2 h 28 min left  3 in flight");
}

BOOST_AUTO_TEST_CASE(pauseTakesThePlaceOfTheRate)
{
    ProgressState state = midway();
    state.pause = "throttled by the API until 12:03:20";
    BOOST_TEST(renderBar(state, 100, Charset::ascii) ==
               "[##---------------------]  1200/10000  12 %  1190 ok  8 failed  "
               "throttled by the API until 12:03:20");
}

BOOST_AUTO_TEST_CASE(whatMattersLeastGoesFirst)
{
    BOOST_TEST(renderBar(midway(), 70, Charset::ascii) ==
               "1200/10000  12 %  1190 ok  8 failed  59.4/min  2 h 28 min left");
    BOOST_TEST(renderBar(midway(), 45, Charset::ascii) == "1200/10000  8 failed  2 h 28 min left");
    BOOST_TEST(renderBar(midway(), 25, Charset::ascii) == "1200/10000  8 failed");
    BOOST_TEST(renderBar(midway(), 12, Charset::ascii) == "1200/10000");
    BOOST_TEST(renderBar(midway(), 9, Charset::ascii) == "1200/...");
    BOOST_TEST(renderBar(midway(), 9, Charset::utf8) == "1200/10…");
}

BOOST_DATA_TEST_CASE(barNeverFillsTheLine, data::xrange(0, 140))
{
    ProgressState state = midway();
    state.blocked = 12;
    for (const char* pause : {"", "throttled by the API until 12:03:20", "顧客顧客顧客顧客顧客顧客",
                              "\xFF\xFE broken \x1B[31m"}) {
        state.pause = pause;
        for (const Charset charset : {Charset::ascii, Charset::utf8}) {
            const std::string line = renderBar(state, static_cast<std::size_t>(sample), charset);
            BOOST_TEST(isUtf8(line));
            BOOST_TEST(!hasControlCharacter(line));
            BOOST_TEST(characters(line) <= static_cast<std::size_t>(std::max(sample - 1, 0)));
        }
    }
}

BOOST_AUTO_TEST_CASE(wideCharactersCountTwice)
{
    ProgressState state;
    state.total = 1;
    state.pause = "顧客顧客顧客顧客";
    const std::string line = renderBar(state, 18, Charset::utf8);
    BOOST_TEST(line == "0/1  顧客顧客顧…");
}

BOOST_AUTO_TEST_CASE(asciiTerminalGetsAsciiOnly)
{
    ProgressState state = midway();
    state.pause = "Größe … 顧";
    const std::string line = renderBar(state, 120, Charset::ascii);
    BOOST_TEST(line.ends_with("Gr??e ... ?"));
    for (const char c : line)
        BOOST_TEST(static_cast<unsigned char>(c) < 0x80);
}

BOOST_AUTO_TEST_CASE(finishedBarIsFull)
{
    ProgressState state;
    state.done = state.total = state.succeeded = 5;
    BOOST_TEST(renderBar(state, 40, Charset::ascii) == "[###################]  5/5  100 %  5 ok");
    state.done = 4;
    BOOST_TEST(renderBar(state, 40, Charset::ascii).find('-') != std::string::npos);
}

BOOST_AUTO_TEST_CASE(senselessRatesAreNotShown)
{
    ProgressState state = midway();
    for (const double rate : {-1.0, 1.0 / 0.0, 0.0 / 0.0, 1e300}) {
        state.perMinute = rate;
        BOOST_TEST(renderPlain(state, kTime).find("/min") == std::string::npos);
    }
    state.perMinute = 0.0;
    BOOST_TEST(renderPlain(state, kTime).find("0.0/min") != std::string::npos);
    state.perMinute = 99.96;
    BOOST_TEST(renderPlain(state, kTime).find(" 100/min") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(charsetIsThatOfTheStrongestVariable)
{
    using enum Charset;
    {
        const Locale locale(nullptr, nullptr, nullptr);
        BOOST_TEST((terminalCharset() == ascii));
    }
    {
        const Locale locale(nullptr, nullptr, "en_US.utf8");
        BOOST_TEST((terminalCharset() == utf8));
    }
    {
        const Locale locale("C", nullptr, "en_US.UTF-8");
        BOOST_TEST((terminalCharset() == ascii));
    }
    {
        const Locale locale("", "C.UTF-8", "C");
        BOOST_TEST((terminalCharset() == utf8));
    }
}

BOOST_AUTO_TEST_SUITE_END()
