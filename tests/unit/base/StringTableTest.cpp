#include "oauth_batch/base/StringTable.h"

#include <boost/test/unit_test.hpp>

#include <string>

namespace oauth_batch {
namespace {

BOOST_AUTO_TEST_SUITE(StringTableTest)

BOOST_AUTO_TEST_CASE(idsAreDenseInOrderOfFirstSight)
{
    StringTable table;
    BOOST_TEST(table.size() == 0U);
    BOOST_TEST(table.intern("b") == 0U);
    BOOST_TEST(table.intern("a") == 1U);
    BOOST_TEST(table.intern("b") == 0U);
    BOOST_TEST(table.intern("") == 2U);
    BOOST_TEST(table.intern("") == 2U);
    BOOST_TEST(table.size() == 3U);
    BOOST_TEST(table.text(0) == "b");
    BOOST_TEST(table.text(1) == "a");
    BOOST_TEST(table.text(2) == "");
}

BOOST_AUTO_TEST_CASE(textsThatDifferInAnyByteHaveIdsOfTheirOwn)
{
    StringTable table;
    const std::string withNul("a\0b", 3);
    const std::uint32_t a = table.intern("a");
    const std::uint32_t nul = table.intern(withNul);
    BOOST_TEST(a != nul);
    BOOST_TEST(table.text(nul) == withNul);
    BOOST_TEST(table.intern("007") != table.intern("7"));
    BOOST_TEST(table.intern("Ea") != table.intern("EA"));
}

BOOST_AUTO_TEST_CASE(prefetchOfWhateverTextChangesNothing)
{
    StringTable table;
    table.prefetch("a");
    BOOST_TEST(table.size() == 0U);
    BOOST_TEST(table.intern("a") == 0U);
    table.prefetch("a");
    BOOST_TEST(table.intern("a") == 0U);
}

BOOST_AUTO_TEST_CASE(manyTextsKeepTheirIdsWhileTheTableGrows)
{
    constexpr std::uint32_t kCount = 200'000;
    StringTable table;
    for (std::uint32_t i = 0; i < kCount; ++i)
        BOOST_REQUIRE_EQUAL(table.intern("E" + std::to_string(i * 7919U)), i);
    for (std::uint32_t i = 0; i < kCount; ++i) {
        const std::string text = "E" + std::to_string(i * 7919U);
        BOOST_REQUIRE_EQUAL(table.text(i), text);
        BOOST_REQUIRE_EQUAL(table.intern(text), i);
    }
    BOOST_TEST(table.size() == kCount);
}

BOOST_AUTO_TEST_CASE(textsOfEveryLengthAroundTheLimitsOfLengthAndChunkAreHeld)
{
    StringTable table;
    const std::size_t lengths[] = {1,       127,     128,       16383,    16384,   65536,
                                   262'140, 262'141, 262'142,   262'143,  262'144, 262'145,
                                   524'288, 524'289, 1'048'576, 1'048'577};
    for (const std::size_t length : lengths) {
        table.intern("between" + std::to_string(length));
        table.intern(std::string(length, 'x'));
    }
    std::uint32_t id = 1;
    for (const std::size_t length : lengths) {
        BOOST_TEST(table.text(id) == std::string(length, 'x'));
        BOOST_TEST(table.text(id - 1) == "between" + std::to_string(length));
        id += 2;
    }
}

BOOST_AUTO_TEST_CASE(viewsStayValidWhileTheTableGrows)
{
    StringTable table;
    const std::string_view first = table.text(table.intern("first"));
    for (int i = 0; i < 100'000; ++i)
        table.intern(std::to_string(i));
    BOOST_TEST(first == "first");
    BOOST_TEST(first.data() == table.text(0).data());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
