#include "oauth_batch/journal/OutcomeReader.h"

#include "SampleJournal.h"
#include "TempDir.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/UniqueFd.h"
#include "oauth_batch/journal/OutcomeIndex.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include <fcntl.h>

using namespace oauth_batch;
using namespace oauth_batch::test;

namespace {

constexpr RowNumber kRows = 5000;

Outcome outcomeOf(RowNumber row)
{
    return row % 3 == 0 ? succeeded(row)
                        : unknown(row, 503, std::string(row % 200, 'm') + std::to_string(row));
}

struct Fixture
{
    TempDir dir;
    OutcomeIndex index{kRows};
    std::uint64_t intentOffset = 0;
    UniqueFd fd;

    Fixture()
    {
        const FakeClock clock;
        auto file = PosixAppendFile::create((dir / "journal").string());
        JournalWriter writer(file, clock, SyncPolicy::auto_);
        writer.start(sampleHeader(kRows));
        // Nearly in order, as workers do it, and each 100th row at the very end.
        for (RowNumber row = 1; row < kRows; row += 2) {
            intentOffset = writer.size();
            writer.intend(row, 1);
            add(writer, row + 1);
            add(writer, row);
        }
        for (RowNumber row = 100; row <= kRows; row += 100)
            index.set(row, writer.conclude(row, outcomeOf(row)));
        writer.commit();
        fd = UniqueFd(::open((dir / "journal").c_str(), O_RDWR | O_CLOEXEC));
    }

    void add(JournalWriter& writer, RowNumber row)
    {
        if (row % 100 != 0) index.set(row, writer.conclude(row, outcomeOf(row)));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(OutcomeReaderTest, Fixture)

BOOST_AUTO_TEST_CASE(everyOutcomeComesBackInRowOrder)
{
    OutcomeReader reader(fd.get(), "journal");
    for (RowNumber row = 1; row <= kRows; ++row)
        BOOST_REQUIRE(reader.read(row, index.offset(row)) == outcomeOf(row));
}

BOOST_AUTO_TEST_CASE(everyOutcomeComesBackInAnyOrder)
{
    OutcomeReader reader(fd.get(), "journal");
    for (RowNumber i = 0, row = 1; i < kRows; ++i, row = (row + 3333) % kRows + 1)
        BOOST_REQUIRE(reader.read(row, index.offset(row)) == outcomeOf(row));
}

BOOST_AUTO_TEST_CASE(outcomeOfAnAttemptIsReadToo)
{
    auto file = PosixAppendFile::openExisting((dir / "journal").string());
    const FakeClock clock;
    JournalWriter writer(file, clock, SyncPolicy::auto_);
    const auto offset = writer.endAttempt(7, {true, true, pendingAfter(4, ErrorCode::reset)});
    writer.commit();
    OutcomeReader reader(fd.get(), "journal");
    BOOST_TEST((reader.read(7, offset) == pendingAfter(4, ErrorCode::reset)));
}

BOOST_AUTO_TEST_CASE(recordAppendedAfterAReadIsFound)
{
    OutcomeReader reader(fd.get(), "journal");
    reader.read(100, index.offset(100));
    auto file = PosixAppendFile::openExisting((dir / "journal").string());
    const FakeClock clock;
    JournalWriter writer(file, clock, SyncPolicy::auto_);
    const auto offset = writer.conclude(8, succeeded(99));
    writer.commit();
    BOOST_TEST(reader.read(8, offset).attempts == 99U);
}

BOOST_AUTO_TEST_CASE(anythingButAnOutcomeOfTheRowIsRefused)
{
    OutcomeReader reader(fd.get(), "journal");
    BOOST_CHECK_THROW(reader.read(2, index.offset(1)), DataError);
    BOOST_CHECK_THROW(reader.read(1, index.offset(1) + 1), DataError);
    BOOST_CHECK_THROW(reader.read(kRows - 1, intentOffset), DataError);
    BOOST_CHECK_THROW(reader.read(1, 0), DataError);
    BOOST_CHECK_THROW(reader.read(1, 1'000'000'000), DataError);
}

BOOST_AUTO_TEST_CASE(damageUnderTheReadersHandsIsFound)
{
    const std::uint64_t offset = index.offset(42);
    BOOST_REQUIRE(::pwrite(fd.get(), "X", 1, static_cast<off_t>(offset) + 20) == 1);
    OutcomeReader reader(fd.get(), "journal");
    BOOST_CHECK_EXCEPTION(reader.read(42, offset), DataError, [&](const DataError& error) {
        return std::string(error.what()).find(std::to_string(offset)) != std::string::npos;
    });
    BOOST_TEST((reader.read(43, index.offset(43)) == outcomeOf(43)));
}

BOOST_AUTO_TEST_SUITE_END()
