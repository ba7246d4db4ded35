#include "oauth_batch/journal/JournalScanner.h"

#include "JournalTrace.h"
#include "SampleJournal.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace data = boost::unit_test::data;

namespace {

bool isRefused(const std::string& journal)
{
    JournalVisitor nobody;
    try {
        scan(journal, nobody);
        return false;
    } catch (const DataError&) {
        return true;
    }
}

std::vector<std::string> linesOf(const std::string& journal)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < journal.size();) {
        const std::size_t end = journal.find('\n', at) + 1;
        lines.push_back(journal.substr(at, end - at));
        at = end;
    }
    return lines;
}

/// Values that a damaged byte may take: every single flipped bit, and what faults like to leave.
std::vector<char> damageOf(char original)
{
    std::vector<char> values = {'\0', '\n', ' ', '0', '1', '9', 'a', 'f', '\x7F', '\xFF'};
    for (unsigned bit = 0; bit < 8; ++bit)
        values.push_back(static_cast<char>(static_cast<unsigned char>(original) ^ (1U << bit)));
    std::erase(values, original);
    return values;
}

bool isPrefix(const std::vector<std::string>& part, const std::vector<std::string>& whole)
{
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

} // namespace

BOOST_AUTO_TEST_SUITE(JournalScannerTest)

BOOST_DATA_TEST_CASE(recordsComeBackAsTheyWereWritten, data::make({1, 2, 7, 64, 100'000}), piece)
{
    JournalTrace trace;
    const std::string journal = sampleJournal();
    const JournalExtent extent = scan(journal, trace, static_cast<std::size_t>(piece));
    const std::string time = "2026-05-01T07:30:00.000Z";
    const std::vector<std::string> expected = {
        "header run 9 " + std::string(64, 'a') + " customers of May.csv 4711 " + time +
            " origin=https://127.0.0.1:8443 workspace=",
        "intent 1 1",
        "outcome 1 succeeded  200 1 " + time + " 120 []",
        "intent 2 1",
        "ended 2 counted maybe pending http_503 503 1 " + time + " 120 []",
        "intent 3 1",
        "withdrawn 3 1",
        "session 4712 " + time,
        "intent 2 2",
        "ended 2 free no pending  0 2 " + time + " 120 []",
        "intent 2 3",
        "outcome 2 unknown http_503 503 3 " + time +
            " 120 [Server error \\ \"twice\"\n(id 7b) — später]",
        "outcome 9 blocked blocked 0 0 never none [row 2 did not succeed]",
        "results " + std::string(64, 'b'),
        "intent 4 1",
        "outcome 4 succeeded  200 1 " + time + " 120 []",
    };
    BOOST_TEST(trace.records == expected, boost::test_tools::per_element());
    BOOST_TEST(extent.end == journal.size());
    BOOST_TEST(extent.records == expected.size());
    BOOST_TEST(!extent.hasTornTail);
}

BOOST_AUTO_TEST_CASE(formatIsWhatIsSpecified)
{
    const auto lines = linesOf(sampleJournal());
    BOOST_TEST(lines[0].substr(9) == "184 journal 1 run 9 " + std::string(64, 'a') +
                                         " 4711 2026-05-01T07:30:00.000Z "
                                         "input=customers\\x20of\\x20May.csv "
                                         "origin=https://127.0.0.1:8443 workspace=\n");
    // The checksum is the CRC-32 of "198 10 intend 1 1", computed by another implementation.
    BOOST_TEST(lines[0].size() == 198U);
    BOOST_TEST(lines[1] == "8a8270b1 10 intend 1 1\n");
    BOOST_TEST(lines[2].substr(9) ==
               "56 outcome 1 succeeded - 200 1 2026-05-01T07:30:00.000Z 120\n");
    BOOST_TEST(lines[4].substr(9) ==
               "73 ended 2 counted maybe pending http_503 503 1 2026-05-01T07:30:00.000Z 120\n");
    BOOST_TEST(lines[12].substr(9) ==
               "55 outcome 9 blocked blocked - 0 - - row 2 did not succeed\n");
}

BOOST_AUTO_TEST_CASE(journalCutAtAnyByteGivesTheCompleteRecordsBefore)
{
    const std::string journal = sampleJournal();
    JournalTrace whole;
    scan(journal, whole);
    for (std::size_t cut = 0; cut <= journal.size(); ++cut) {
        const std::string part = journal.substr(0, cut);
        const auto complete = static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
        const std::size_t end = part.rfind('\n') == std::string::npos ? 0 : part.rfind('\n') + 1;
        JournalTrace trace;
        const JournalExtent extent = scan(part, trace);
        BOOST_REQUIRE_EQUAL(extent.records, complete);
        BOOST_REQUIRE_EQUAL(extent.end, end);
        BOOST_REQUIRE_EQUAL(extent.hasTornTail, end != cut);
        BOOST_REQUIRE_EQUAL(trace.records.size(), complete);
        BOOST_REQUIRE(isPrefix(trace.records, whole.records));
    }
}

BOOST_DATA_TEST_CASE(tailOfNulBytesIsCutAsATornOne, data::make({1, 100, 4096, 300'000}), nuls)
{
    const std::string journal = sampleJournal();
    const auto lines = linesOf(journal);
    const std::size_t lastStart = journal.size() - lines.back().size();
    // As far as the last byte of the payload: see the next case.
    for (std::size_t cut = lastStart; cut < journal.size() - 1; ++cut) {
        const std::string part =
            journal.substr(0, cut) + std::string(static_cast<std::size_t>(nuls), '\0');
        JournalVisitor nobody;
        const JournalExtent extent = scan(part, nobody, 65536);
        BOOST_REQUIRE_EQUAL(extent.end, lastStart);
        BOOST_REQUIRE(extent.hasTornTail);
    }
}

BOOST_AUTO_TEST_CASE(nulInPlaceOfTheLastLineEndIsDamage)
{
    std::string journal = sampleJournal();
    journal.back() = '\0';
    BOOST_TEST(isRefused(journal));
}

BOOST_AUTO_TEST_CASE(everyChangedByteIsRefused)
{
    const std::string journal = sampleJournal();
    for (std::size_t at = 0; at < journal.size(); ++at) {
        for (const char value : damageOf(journal[at])) {
            std::string damaged = journal;
            damaged[at] = value;
            BOOST_REQUIRE_MESSAGE(isRefused(damaged),
                                  "byte " << at << " as " << static_cast<int>(value));
        }
    }
}

BOOST_AUTO_TEST_CASE(changedByteInATornTailIsCutOrRefusedAndNothingIsInvented)
{
    const std::string whole = sampleJournal();
    const auto lines = linesOf(whole);
    JournalTrace expected;
    const std::string torn = whole.substr(0, whole.size() - 1);
    const std::size_t lastStart = whole.size() - lines.back().size();
    scan(whole.substr(0, lastStart), expected);
    for (std::size_t cut = lastStart + 1; cut <= torn.size(); ++cut)
        for (std::size_t at = lastStart; at < cut; ++at)
            for (const char value : damageOf(torn[at])) {
                std::string damaged = torn.substr(0, cut);
                damaged[at] = value;
                if (isRefused(damaged)) continue;
                JournalTrace trace;
                BOOST_REQUIRE_EQUAL(scan(damaged, trace).end, lastStart);
                BOOST_REQUIRE(trace.records == expected.records);
            }
}

BOOST_AUTO_TEST_CASE(missingDoubledOrMovedRecordIsRefused)
{
    const auto lines = linesOf(sampleJournal());
    for (std::size_t at = 0; at + 1 < lines.size(); ++at) {
        std::string missing;
        std::string doubled;
        std::string moved;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (i != at) missing += lines[i];
            doubled += i == at ? lines[i] + lines[i] : lines[i];
            moved += lines[i == at ? at + 1 : (i == at + 1 ? at : i)];
        }
        BOOST_TEST_CONTEXT("record " << at)
        {
            BOOST_TEST(isRefused(missing));
            BOOST_TEST(isRefused(doubled));
            BOOST_TEST(isRefused(moved));
        }
    }
}

BOOST_AUTO_TEST_CASE(emptyFileAndTornHeaderAreAsIfThereWereNone)
{
    const std::string header = linesOf(sampleJournal()).front();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, header.size() - 1}) {
        JournalTrace trace;
        const JournalExtent extent = scan(header.substr(0, size), trace);
        BOOST_TEST(extent.records == 0U);
        BOOST_TEST(extent.end == 0U);
        BOOST_TEST(trace.records.empty());
    }
}

const std::array<std::string, 5> kForeign = {
    "hello",
    "hello\n",
    "operation,managed_user_id\nassign,1\n",
    std::string("a\0b", 3),
    std::string(200'000, 'x'),
};

BOOST_DATA_TEST_CASE(whatIsNoJournalIsRefused, data::make(kForeign), content)
{
    BOOST_TEST(isRefused(content));
    BOOST_TEST(isRefused(sampleJournal() + content));
}

BOOST_AUTO_TEST_CASE(unfinishedFirstRecordMustBeTheHeaders)
{
    BOOST_TEST(isRefused("deadbeef 10 something"));
    BOOST_TEST(isRefused("deadbeef 10 journey"));
    BOOST_TEST(!isRefused("deadbeef 10 jour"));
    BOOST_TEST(!isRefused(sampleJournal() + "deadbeef 10 something"));
}

BOOST_AUTO_TEST_CASE(refusalNamesFilePlaceAndWayOut)
{
    std::string journal = sampleJournal();
    const std::string second = linesOf(journal)[1];
    const std::size_t at = journal.find(second);
    journal[at + 12] = 'X';
    JournalVisitor nobody;
    BOOST_CHECK_EXCEPTION(scan(journal, nobody), DataError, [&](const DataError& error) {
        const std::string message = error.what();
        BOOST_TEST_MESSAGE(message);
        return message.starts_with("test.journal: damaged at byte " + std::to_string(at)) &&
               message.find("--restart") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(anotherVersionIsRefusedByItsNumber)
{
    // "journal 2", with the checksum that belongs to it at offset 0.
    JournalVisitor nobody;
    BOOST_CHECK_EXCEPTION(scan("8d7cf25b 9 journal 2\n", nobody), DataError,
                          [](const DataError& error) {
                              const std::string message = error.what();
                              return message.find("version 2") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(rowBeyondTheInputIsRefused)
{
    const FakeClock clock;
    for (const RowNumber row : {RowNumber{0}, RowNumber{10}}) {
        MemoryAppendFile file;
        JournalWriter writer(file, clock, SyncPolicy::always);
        writer.start(sampleHeader(9));
        writer.intend(row, 1);
        writer.commit();
        BOOST_TEST(isRefused(file.afterKill()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(JournalRecordTest)

using Settings = std::vector<JournalSetting>;

BOOST_AUTO_TEST_CASE(equalSettingsDoNotDifferInAnyOrder)
{
    const Settings one = {{"origin", "https://a"}, {"workspace", "x"}};
    const Settings two = {{"workspace", "x"}, {"origin", "https://a"}};
    BOOST_TEST(describeDifference(one, two).empty());
}

BOOST_AUTO_TEST_CASE(differenceNamesEachSettingWithBothValues)
{
    const Settings was = {{"origin", "https://a"}, {"profile-id", "7"}, {"workspace", "x"}};
    const Settings now = {{"origin", "https://b"}, {"operation", "assign"}, {"workspace", "x"}};
    BOOST_TEST(describeDifference(was, now) ==
               "origin is \"https://b\" and was \"https://a\"; "
               "operation is \"assign\" and was not set; profile-id is not set and was \"7\"");
}

BOOST_AUTO_TEST_SUITE_END()
