#include "oauth_batch/input/LineSource.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#ifndef CSV_IO_NO_THREAD
#define CSV_IO_NO_THREAD // as in the sources: it changes LineReader
#endif
#include <libfccp/csv.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

/// What LineReader by itself makes of a text.
std::vector<std::string> bareLines(std::string_view text)
{
    io::LineReader reader("", text.data(), text.data() + text.size());
    std::vector<std::string> lines;
    while (const char* const line = reader.next_line())
        lines.emplace_back(line);
    return lines;
}

struct Lines
{
    std::vector<std::string> lines;
    std::string joined; ///< with the LFs again
    std::vector<std::string> problems;
    std::string digest;
    bool tooLong = false;
    bool byteOrderMark = false;
};

Lines readLines(std::string_view text, std::size_t pieceSize = std::string_view::npos)
{
    FileProblems problems;
    LineSource source(std::make_unique<MemorySource>(text, pieceSize), problems);
    Lines result;
    for (Line line; source.next(line);) {
        BOOST_REQUIRE_EQUAL(line.begin[line.size], '\0');
        result.lines.emplace_back(line.begin, line.size);
        BOOST_REQUIRE_EQUAL(line.hasQuote, result.lines.back().find('"') != std::string::npos);
        BOOST_REQUIRE_EQUAL(source.number(), result.lines.size());
        result.joined.append(line.begin, line.size).append(line.terminated ? "\n" : "");
    }
    result.problems = describe("f", problems);
    result.digest = source.digest();
    result.tooLong = source.isTooLong();
    result.byteOrderMark = source.hasByteOrderMark();
    return result;
}

/// A source that fails after its first bytes.
class FailingSource : public ByteSource
{
public:
    std::size_t read(char* buffer, std::size_t) override
    {
        if (count_++ != 0) throw IoError("read", "orders.csv", EIO);
        std::memcpy(buffer, "a\nb", 3);
        return 3;
    }

private:
    int count_ = 0;
};

const std::string kTexts[] = {
    "",
    "\n",
    "\r\n",
    "\r",
    "a",
    "a\n",
    "a\r",
    "a\r\n",
    "a\r\r\n",
    "a\r\r\r\nb\r\rc\r\r",
    "\n\n\na",
    "a\nb\r\nc\n\r\n\rd",
    "\"\n\na\"\"b\nc\n\"",
    "a\n\"b\n",
    std::string("a\n") + std::string(kMark) + "b\n" + std::string(kMark),
};

} // namespace

BOOST_AUTO_TEST_SUITE(LineReaderTraps)

BOOST_AUTO_TEST_CASE(lineReaderSwallowsAMarkAndOneCarriageReturn)
{
    BOOST_TEST(bareLines(std::string(kMark) + "a\r\nb\r\r\n") ==
                   (std::vector<std::string>{"a", "b\r"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lineReaderCutsALineAtANulWithoutAWord)
{
    BOOST_TEST(bareLines(std::string_view("a\0b\nc\n", 6)) == (std::vector<std::string>{"a", "c"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lineReaderTakesAFileWithCarriageReturnsForOneLine)
{
    BOOST_TEST(bareLines("a\rb\rc\n").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(LineSourceTest)

BOOST_DATA_TEST_CASE(linesComeBackByteForByte, data::make(kTexts) ^ data::xrange(15), text, index)
{
    (void)index;
    for (const std::size_t pieceSize : {std::size_t(1), std::size_t(2), std::string_view::npos}) {
        const Lines read = readLines(text, pieceSize);
        BOOST_TEST(read.joined == text);
        BOOST_TEST(read.problems.empty());
        BOOST_TEST(!read.byteOrderMark);
    }
}

BOOST_AUTO_TEST_CASE(linesComeBackByteForByteOverManySegments)
{
    // Whatever stands at the border of a segment: marks, CRs, blank lines, quotes.
    for (std::size_t width = 1; width < 9; ++width) {
        std::string text;
        while (text.size() < 1'200'000) {
            text += std::string(kMark) + std::string(text.size() % width, 'x') + "\r\n";
            text += "\r\r\n\n\"\n" + std::string(kMark) + std::string(kMark) + "\n";
        }
        text += "last";
        const Lines read = readLines("first\n" + text);
        BOOST_TEST((read.joined == "first\n" + text));
    }
}

BOOST_AUTO_TEST_CASE(onlyTheFirstMarkIsTakenOff)
{
    const Lines read = readLines(std::string(kMark) + std::string(kMark) + "a\n");
    BOOST_TEST(read.byteOrderMark);
    BOOST_TEST(read.joined == std::string(kMark) + "a\n");
    BOOST_TEST(readLines(kMark).lines.empty());
}

BOOST_AUTO_TEST_CASE(digestIsThatOfAllBytes)
{
    BOOST_TEST(readLines("").digest ==
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // printf '\357\273\277a,b\r\n1,2' | sha256sum
    BOOST_TEST(readLines("\xEF\xBB\xBF"
                         "a,b\r\n1,2")
                   .digest == "93af9d6fd575d1d519be60bd6e3a38f7029f409cbca35d5b4788d9b5951d10a8");
}

BOOST_AUTO_TEST_CASE(withoutADigestThereIsNone)
{
    FileProblems problems;
    LineSource source(std::make_unique<MemorySource>("a\nb\n"), problems, Digest::none);
    for (Line line; source.next(line);)
        BOOST_TEST(line.size == 1U);
    BOOST_TEST(source.number() == 2U);
    BOOST_TEST(source.digest().empty());
}

BOOST_AUTO_TEST_CASE(nulIsAProblemOfEachLineThatHasOne)
{
    const Lines read = readLines(std::string_view("ab\0c\0\nd\n\0\n", 10));
    BOOST_TEST(read.lines.size() == 3U);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 2U);
    BOOST_TEST(read.problems[0] ==
               "f:1:3: a NUL byte: this is no text, or it is UTF-16 and has to be saved as UTF-8");
    BOOST_TEST(read.problems[1].starts_with("f:3:1: a NUL byte"));
}

BOOST_AUTO_TEST_CASE(utf16IsRefusedWithAWayOut)
{
    for (const std::string_view text : {std::string_view("\xFF\xFE"
                                                         "a\0\n\0",
                                                         6),
                                        std::string_view("\xFE\xFF\0a", 4)}) {
        const Lines read = readLines(text);
        BOOST_TEST(read.lines.empty());
        BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
        BOOST_TEST(read.problems[0].starts_with("f:1:1: UTF-16, but UTF-8 is needed: save"));
    }
}

BOOST_AUTO_TEST_CASE(endlessLineIsRefusedInLittleMemory)
{
    // Ten times the limit would be read if the limit were looked at too late.
    class Endless : public ByteSource
    {
    public:
        explicit Endless(std::size_t& total) : total_(total) {}
        std::size_t read(char* buffer, std::size_t size) override
        {
            total_ += size;
            BOOST_REQUIRE_LT(total_, 2 * kMaxRecordSize);
            std::memset(buffer, 'x', size);
            return size;
        }

    private:
        std::size_t& total_;
    };
    std::size_t total = 0;
    FileProblems problems;
    LineSource source(std::make_unique<Endless>(total), problems);
    Line line;
    BOOST_TEST(!source.next(line));
    BOOST_TEST(source.isTooLong());
    BOOST_TEST(!source.next(line));
}

BOOST_AUTO_TEST_CASE(endlessNulsAreCalledNul)
{
    const Lines read = readLines("a\n" + std::string(2 * kMaxRecordSize, '\0'));
    BOOST_TEST(!read.tooLong);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("f:2:1: a NUL byte"));
}

BOOST_AUTO_TEST_CASE(manyNulsInOneLineAreLookedAtOnce)
{
    // With a search from the line's beginning for each of them this takes minutes.
    const Lines read = readLines("a\n" + std::string(1'000'000, '\0') + "\nb\n");
    BOOST_TEST(read.lines.size() == 3U);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0].starts_with("f:2:1: a NUL byte"));
}

BOOST_AUTO_TEST_CASE(lineOfTheLimitIsRead)
{
    const std::string longest(kMaxRecordSize, 'x');
    BOOST_TEST((readLines("a\n" + longest + "\r\nb").joined == "a\n" + longest + "\r\nb"));
    BOOST_TEST((readLines(longest).joined == longest));
}

BOOST_AUTO_TEST_CASE(readErrorIsNotTheEndOfTheFile)
{
    FileProblems problems;
    LineSource source(std::make_unique<FailingSource>(), problems);
    Line line;
    BOOST_CHECK_EXCEPTION(source.next(line), IoError, [](const IoError& error) {
        return std::string_view(error.what()).starts_with("cannot read orders.csv");
    });
}

BOOST_AUTO_TEST_CASE(beginningIsWhatTheLinesStartWith)
{
    FileProblems problems;
    LineSource source(std::make_unique<MemorySource>("\xEF\xBB\xBF"
                                                     "a,b\n1,2\n"),
                      problems);
    BOOST_TEST(source.beginning() == "a,b\n1,2\n");
    Line line;
    BOOST_TEST(source.next(line));
    BOOST_TEST(std::string(line.begin) == "a,b");
}

BOOST_AUTO_TEST_SUITE_END()
