#include "oauth_batch/api/Token.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace oauth_batch;

namespace {

template <class T>
concept Printable = requires(std::ostream& stream, const T& value)
{
    stream << value;
};

static_assert(!Printable<Token>);
static_assert(!std::copyable<Token> && std::movable<Token>);
static_assert(!std::is_convertible_v<Token, std::string>);

const std::vector<std::string> kBad = {"",          "\n",
                                       "two words", "a\tb",
                                       "a\r\nX: 1", "\xc3\xa4",
                                       "a\x7f",     std::string("a\0b", 3),
                                       " leading",  std::string(4097, 'a')};

} // namespace

BOOST_AUTO_TEST_SUITE(TokenTest)

BOOST_AUTO_TEST_CASE(lineEndsAreCutOff)
{
    BOOST_TEST(Token::parse("wrkaus-abc.DEF_123=\r\n", "here").secret() == "wrkaus-abc.DEF_123=");
    BOOST_TEST(Token::parse("x", "here").secret() == "x");
}

BOOST_DATA_TEST_CASE(whatCouldEndTheHeaderIsRefused, boost::unit_test::data::make(kBad), text)
{
    std::string copy = text;
    BOOST_CHECK_EXCEPTION(Token::parse(std::move(copy), "token.txt"), Error, [&](const Error& e) {
        const std::string message = e.what();
        return e.exitCode() == ExitCode::configuration &&
               message.find("token.txt") != std::string::npos &&
               (text.size() < 5 || message.find(text) == std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(sourceTextIsOverwritten)
{
    std::string text = "a-secret-that-is-longer-than-the-small-buffer\n";
    const char* bytes = text.data();
    const std::size_t capacity = text.capacity();
    const Token token = Token::parse(std::move(text), "here");
    BOOST_TEST(text.empty());
    BOOST_TEST(std::string_view(bytes, capacity).find("secret") == std::string_view::npos);
    BOOST_TEST(token.secret().starts_with("a-secret"));
}

BOOST_AUTO_TEST_CASE(movingLeavesNothingBehind)
{
    Token first = Token::parse("first", "here");
    Token second = std::move(first);
    BOOST_TEST(second.secret() == "first");
    BOOST_TEST(first.secret().empty()); // NOLINT(bugprone-use-after-move)
    second = Token::parse("other", "here");
    BOOST_TEST(second.secret() == "other");
}

BOOST_AUTO_TEST_SUITE_END()
