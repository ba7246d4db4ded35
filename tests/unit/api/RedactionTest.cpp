#include "oauth_batch/api/Redaction.h"

#include <boost/test/unit_test.hpp>

using namespace oauth_batch;

namespace {

constexpr std::string_view kSecret = R"(ab/cd"ef\gh)";

std::string redacted(std::string text)
{
    redact(text, kSecret);
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(RedactionTest)

BOOST_AUTO_TEST_CASE(secretIsReplacedWhereverItStands)
{
    BOOST_TEST(redacted(std::string(kSecret)) == "***");
    BOOST_TEST(redacted("x" + std::string(kSecret) + std::string(kSecret) + "y") == "x******y");
}

BOOST_AUTO_TEST_CASE(escapedSecretIsReplaced)
{
    BOOST_TEST(redacted(R"({"m":"ab\/cd\"ef\\gh"})") == R"({"m":"***"})");
    BOOST_TEST(redacted(R"(\u0061\u0062\u002F\u0063d\u0022ef\u005Cg\u0068)") == "***");
    BOOST_TEST(redacted(R"(ab\u002fcd\"ef\u005cgh)") == "***");
}

BOOST_AUTO_TEST_CASE(secretThatTheEndCutsOffIsReplaced)
{
    BOOST_TEST(redacted(R"(x ab/cd"ef)") == "x ***");
    BOOST_TEST(redacted("x ab/cd") == "x ab/cd"); // Too little of it to be one.
}

BOOST_AUTO_TEST_CASE(otherTextStays)
{
    for (const char* text : {R"(ab/cd"ef\gH)", R"(ab/cd"ef.)", R"(\)", R"(\u)", R"(\u006)",
                             R"(\u0061b)", R"(\u-061b/cd"ef\gh)", ""})
        BOOST_TEST(redacted(text) == text);
}

BOOST_AUTO_TEST_CASE(startWithinAFalseStartIsFound)
{
    std::string text = "aaaaaaaaab";
    redact(text, "aaaaaaab");
    BOOST_TEST(text == "aa***");
}

BOOST_AUTO_TEST_CASE(wordOfAnAnswerIsNoSecret)
{
    std::string text = R"({"result":{"success":true}})";
    redact(text, "success");
    BOOST_TEST(text == R"({"result":{"success":true}})");
}

BOOST_AUTO_TEST_SUITE_END()
