#include "oauth_batch/input/RecordReader.h"

#include "InputFixture.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>
#include <string>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace data = boost::unit_test::data;
using Strings = std::vector<std::string>;

namespace {

/// A text and what is wrong with it.
struct Fault
{
    std::string text;
    std::string problem;

    friend std::ostream& operator<<(std::ostream& out, const Fault& row)
    {
        return out << row.problem;
    }
};

const std::vector<Fault> kFaults = {
    {"a,b\n1,2\"\n", "orders.csv:2:4: a quote inside an unquoted field: put the whole field in "
                     "quotes and double the ones inside"},
    {"a,b\n1, \"2\"\n", "orders.csv:2:4: a quote inside an unquoted field: put the whole field in "
                        "quotes and double the ones inside"},
    {"a,b\n\"1\"x,2\n", "orders.csv:2:4: text after the closing quote of the field that starts at "
                        "line 2, column 1: a quote inside a quoted field must be doubled"},
    {"a,b\n\"1\" ,2\n", "orders.csv:2:4: text after the closing quote of the field that starts at "
                        "line 2, column 1: a quote inside a quoted field must be doubled"},
    {"a,b\nx,\"1\n2\"3\n", "orders.csv:3:3: text after the closing quote of the field that starts "
                           "at line 2, column 3: a quote inside a quoted field must be doubled"},
    {"a,b\n1,\"2\n3,4\n", "orders.csv:2:3: the quote that opens here is never closed"},
    {"a,b\n1,\"2", "orders.csv:2:3: the quote that opens here is never closed"},
    {"a,b\n1,\"", "orders.csv:2:3: the quote that opens here is never closed"},
    {"a,b\n1,\"\"\"\n", "orders.csv:2:3: the quote that opens here is never closed"},
    {"a,b\n" + std::string(kMaxRecordSize + 1, 'x') + "\n1,2\n",
     "orders.csv:2: a record of more than 1 MiB (1048576 bytes)"},
    {"a,b\n" + std::string(5 * kMaxRecordSize, 'x'),
     "orders.csv:2: a record of more than 1 MiB (1048576 bytes)"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(RecordReaderTest)

BOOST_AUTO_TEST_CASE(fieldsKeepTheirBytesBesideTheirValue)
{
    const ReadRecords read = readRecords("a,\"b\",\"c\"\"d\"\"\",,\"\",\"x\r\ny\", z \n");
    BOOST_REQUIRE_EQUAL(read.records.size(), 1U);
    BOOST_TEST(read.records[0].values == (Strings{"a", "b", "c\"d\"", "", "", "x\r\ny", " z "}),
               boost::test_tools::per_element());
    BOOST_TEST(read.records[0].rawFields ==
                   (Strings{"a", "\"b\"", "\"c\"\"d\"\"\"", "", "\"\"", "\"x\r\ny\"", " z "}),
               boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(eachDelimiterCutsAlone, data::make(std::string(",;\t|")), delimiter)
{
    std::string text = "a,b;c\td|e";
    text += delimiter;
    text += "\"x";
    text += delimiter;
    text += "y\"\n";
    const ReadRecords read = readRecords(text, delimiter);
    BOOST_REQUIRE_EQUAL(read.records.size(), 1U);
    BOOST_TEST(read.records[0].values.size() == 3U);
    BOOST_TEST(read.records[0].values.back() == std::string("x") + delimiter + "y");
}

BOOST_AUTO_TEST_CASE(recordsKnowWhereTheyStartAndHowTheyEnd)
{
    const ReadRecords read = readRecords("a\r\n\"b\n\nc\"\nd\n\ne\r");
    BOOST_REQUIRE_EQUAL(read.records.size(), 5U);
    const Strings endings = {"\r\n", "\n", "\n", "\n", "\r"};
    const std::vector<std::uint64_t> lines = {1, 2, 5, 6, 7};
    for (std::size_t i = 0; i < read.records.size(); ++i) {
        BOOST_TEST(read.records[i].ending == endings[i]);
        BOOST_TEST(read.records[i].line == lines[i]);
    }
    BOOST_TEST(read.records[1].values[0] == "b\n\nc");
    BOOST_TEST(read.records[3].raw == "");
}

BOOST_DATA_TEST_CASE(faultIsNamedWithItsPlace, data::make(kFaults), fault)
{
    const ReadRecords read = readRecords(fault.text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0] == fault.problem);
    BOOST_TEST(read.records[0].raw == "a,b");
}

BOOST_AUTO_TEST_CASE(readingGoesOnBehindAFault)
{
    const ReadRecords read = readRecords("1\"\n2\n\"3\"x\n4\n\"5\n6\"x\n7\n8\"\n");
    BOOST_TEST(read.problems.size() == 4U);
    BOOST_REQUIRE_EQUAL(read.records.size(), 3U);
    BOOST_TEST(read.records[0].raw == "2");
    BOOST_TEST(read.records[1].raw == "4");
    BOOST_TEST(read.records[2].raw == "7");
}

BOOST_AUTO_TEST_CASE(hundredProblemsAreKeptAndTheRestCounted)
{
    std::string text;
    for (int i = 0; i < 250; ++i)
        text += "x\"\n";
    const ReadRecords read = readRecords(text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 101U);
    BOOST_TEST(read.problems[99].starts_with("orders.csv:100:2: "));
    BOOST_TEST(read.problems[100] == "orders.csv: and 150 more problems");
}

BOOST_AUTO_TEST_CASE(recordOfTheLimitIsRead)
{
    const std::string longest(kMaxRecordSize, 'x');
    BOOST_TEST((readRecords(longest + "\r\n").records.at(0).raw == longest));
    const std::string inQuotes = "\"" + std::string(kMaxRecordSize - 3, '\n') + "\"";
    const ReadRecords read = readRecords(inQuotes + "x\r\n" + inQuotes + "\r\n");
    BOOST_TEST(read.problems.size() == 1U); // the x
    BOOST_TEST(read.records.size() == 1U);
    BOOST_TEST((readRecords(inQuotes.substr(0, 1) + "\n" + inQuotes.substr(1)).records.at(0).raw ==
                "\"\n" + inQuotes.substr(1)));
}

BOOST_AUTO_TEST_CASE(openQuoteOverTheLimitNamesTheQuote)
{
    std::string text = "a\nb,\"";
    for (std::size_t i = 0; i < kMaxRecordSize; ++i)
        text += "c\n";
    const ReadRecords read = readRecords(text);
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1U);
    BOOST_TEST(read.problems[0] ==
               "orders.csv:2: a record of more than 1 MiB (1048576 bytes); the quote that opens at "
               "line 2, column 3 is probably not closed");
    BOOST_TEST(read.records.size() == 1U);
}

BOOST_AUTO_TEST_CASE(quotedFieldsMayReachOverSegments)
{
    const std::string part(300'000, 'x');
    const std::string cell = "\"" + part + "\r\n\"\"" + part + "\n\n" + part + "\"";
    const ReadRecords read = readRecords("1," + cell + ",2\n3\n");
    BOOST_REQUIRE_EQUAL(read.records.size(), 2U);
    BOOST_TEST((read.records[0].rawFields[1] == cell));
    BOOST_TEST((read.records[0].values[1] == part + "\r\n\"" + part + "\n\n" + part));
    BOOST_TEST(read.records[1].line == 5U);
}

BOOST_AUTO_TEST_CASE(recordsAndEndingsAreTheFile)
{
    // Random well-formed files with everything that is awkward, in pieces of any size.
    std::mt19937 random(20260501);
    const auto pick = [&](std::size_t count) { return random() % count; };
    const Strings cells = {"",         "a",        "\"\"",   "\"a,b\"", "\"\"\"\"",     "\"x\ny\"",
                           " ",        "\"\r\n\"", "\"\r\"", "b\rc",    "\xEF\xBB\xBF", "\"\"\"a\"",
                           "\"\n\n\"", "\xC3\xA4"};
    const Strings endings = {"\n", "\r\n"};
    for (int file = 0; file < 400; ++file) {
        std::string text = "start";
        const std::size_t records = 1 + pick(6);
        for (std::size_t i = 0; i < records; ++i) {
            text += endings[pick(2)];
            for (std::size_t fields = 1 + pick(4); fields > 0; --fields)
                text += cells[pick(cells.size())] + (fields > 1 ? "," : "");
        }
        if (pick(2) == 0) text += endings[pick(2)];
        const ReadRecords read = readRecords(text, ',', 1 + pick(40));
        std::string again;
        for (const auto& record : read.records) {
            again += record.raw + record.ending;
            std::string joined;
            for (std::size_t i = 0; i < record.rawFields.size(); ++i)
                joined += (i == 0 ? "" : ",") + record.rawFields[i];
            BOOST_REQUIRE_EQUAL(joined, record.raw);
        }
        BOOST_REQUIRE_EQUAL(again, text);
        BOOST_REQUIRE(read.problems.empty());
    }
}

BOOST_AUTO_TEST_CASE(recordsOverManySegmentsAreTheFile)
{
    std::string text;
    for (int i = 0; text.size() < 3'000'000; ++i) {
        text +=
            std::to_string(i) + ",\"line\r\n\xEF\xBB\xBF" + std::string(std::size_t(i % 97), 'x');
        text += i % 3 == 0 ? "\"\r\n" : "\r\"\"\"\n";
    }
    const ReadRecords read = readRecords(text, ',', 65'536);
    std::string again;
    std::uint64_t line = 1;
    for (const auto& record : read.records) {
        BOOST_REQUIRE_EQUAL(record.line, line);
        BOOST_REQUIRE_EQUAL(record.values.size(), 2U);
        line += 2;
        again += record.raw + record.ending;
    }
    BOOST_TEST((again == text));
}

BOOST_AUTO_TEST_SUITE_END()
