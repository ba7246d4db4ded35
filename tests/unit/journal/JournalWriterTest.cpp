#include "oauth_batch/journal/JournalWriter.h"

#include "FakeClock.h"
#include "JournalTrace.h"
#include "MemoryAppendFile.h"
#include "SampleJournal.h"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <latch>
#include <string>
#include <thread>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::vector<std::string> recordsIn(const std::string& bytes)
{
    JournalTrace trace;
    scan(bytes, trace);
    return trace.records;
}

bool isFull(const IoError& error)
{
    return error.errnoValue() == ENOSPC && error.exitCode() == ExitCode::ioError;
}

struct Fixture
{
    FakeClock clock;
    MemoryAppendFile file;
    JournalWriter writer{file, clock, SyncPolicy::auto_};

    Fixture() { writer.start(sampleHeader(1'000'000)); }

    std::size_t recordsAfterKill() const { return recordsIn(file.afterKill()).size(); }
    std::size_t recordsAfterPowerCut() const { return recordsIn(file.afterPowerCut()).size(); }

    /// One row, intended, sent and concluded, with the two commits that belong to it.
    void runRow(RowNumber row)
    {
        writer.intend(row, 1);
        writer.commit();
        writer.conclude(row, succeeded());
        writer.commit();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(JournalWriterTest, Fixture)

BOOST_AUTO_TEST_CASE(startedJournalIsOnTheDisk)
{
    BOOST_TEST(recordsAfterPowerCut() == 1U);
}

BOOST_AUTO_TEST_CASE(nothingLeavesTheProcessBeforeCommit)
{
    writer.intend(1, 1);
    BOOST_TEST(recordsAfterKill() == 1U);
    writer.commit();
    BOOST_TEST(recordsAfterKill() == 2U);
}

BOOST_AUTO_TEST_CASE(oneCommitWritesEverythingAtOnce)
{
    const int flushesBefore = file.flushes;
    for (RowNumber row = 1; row <= 100; ++row)
        writer.intend(row, 1);
    writer.commit();
    writer.commit();
    BOOST_TEST(file.flushes == flushesBefore + 1);
    BOOST_TEST(recordsAfterKill() == 101U);
}

BOOST_AUTO_TEST_CASE(returnedOffsetIsWhereTheRecordStands)
{
    writer.intend(1, 1);
    const std::uint64_t ended = writer.endAttempt(1, {true, true, succeeded()});
    const std::uint64_t concluded = writer.conclude(1, succeeded(2));
    writer.commit();
    JournalTrace trace;
    BOOST_TEST(scan(file.afterKill(), trace).end == writer.size());
    BOOST_TEST(trace.offsets == (std::vector<std::uint64_t>{ended, concluded}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(continuedJournalGoesOnAtItsEnd)
{
    const std::string before = file.afterKill();
    MemoryAppendFile again(before);
    JournalWriter second(again, clock, SyncPolicy::auto_);
    second.resume({5, clock.wallTime()});
    second.intend(7, 1);
    second.commit();
    BOOST_TEST(again.afterKill().starts_with(before));
    BOOST_TEST(recordsIn(again.afterPowerCut()).size() == 3U);
}

BOOST_AUTO_TEST_CASE(everyRecordIsSyncedUpTo20RequestsASecond)
{
    for (RowNumber row = 1; row <= 100; ++row) {
        runRow(row);
        BOOST_REQUIRE_EQUAL(recordsAfterPowerCut(), 1 + 2 * row);
        clock.advance(milliseconds(50));
    }
}

BOOST_AUTO_TEST_CASE(aboveThatItIsSyncedOnceASecond)
{
    const int before = file.syncs;
    RowNumber row = 0;
    for (int i = 0; i < 1000; ++i) { // 100 a second for 10 seconds
        runRow(++row);
        clock.advance(milliseconds(10));
    }
    BOOST_TEST(recordsAfterKill() == 1U + 2U * row);
    // The first 20 rows do not look busy yet: two syncs each.
    BOOST_TEST(file.syncs - before - 40 >= 8);
    BOOST_TEST(file.syncs - before - 40 <= 11);
}

BOOST_AUTO_TEST_CASE(powerCutCostsAtMostTheLastSecondOfABusyRun)
{
    std::vector<std::size_t> recordedAt;
    for (RowNumber row = 1; row <= 500; ++row) {
        runRow(row);
        recordedAt.push_back(recordsAfterKill());
        if (recordedAt.size() > 100)
            BOOST_REQUIRE_GE(recordsAfterPowerCut(), recordedAt[recordedAt.size() - 101]);
        clock.advance(milliseconds(10));
    }
}

BOOST_AUTO_TEST_CASE(policyAlwaysSyncsEachCommitAtAnyRate)
{
    MemoryAppendFile own;
    JournalWriter always(own, clock, SyncPolicy::always);
    always.start(sampleHeader(1000));
    for (RowNumber row = 1; row <= 200; ++row) {
        always.intend(row, 1);
        always.commit();
        BOOST_REQUIRE_EQUAL(own.afterPowerCut().size(), always.size());
        BOOST_REQUIRE(!always.syncIfDue());
    }
}

BOOST_AUTO_TEST_CASE(restOfABusyTimeIsSyncedWhenAMomentOfRestComes)
{
    for (RowNumber row = 1; row <= 50; ++row)
        runRow(row);
    BOOST_TEST(recordsAfterPowerCut() < recordsAfterKill());
    BOOST_TEST(!writer.syncIfDue());
    clock.advance(seconds(1));
    BOOST_TEST(writer.syncIfDue());
    BOOST_TEST(recordsAfterPowerCut() == recordsAfterKill());
    clock.advance(seconds(5));
    BOOST_TEST(!writer.syncIfDue());
}

BOOST_AUTO_TEST_CASE(nextCommitAfterABusyTimeSyncsTheRest)
{
    for (RowNumber row = 1; row <= 50; ++row)
        runRow(row);
    clock.advance(seconds(2));
    writer.intend(51, 1);
    writer.commit();
    BOOST_TEST(recordsAfterPowerCut() == 102U);
}

BOOST_AUTO_TEST_CASE(syncPutsEverythingOnTheDisk)
{
    for (RowNumber row = 1; row <= 50; ++row)
        runRow(row);
    writer.intend(51, 1);
    writer.sync();
    BOOST_TEST(recordsAfterPowerCut() == 102U);
    const int before = file.syncs;
    writer.sync();
    BOOST_TEST(file.syncs == before);
}

BOOST_AUTO_TEST_CASE(digestOfTheResultsIsOnTheDiskBeforeTheRename)
{
    for (RowNumber row = 1; row <= 50; ++row)
        runRow(row);
    writer.recordResults(std::string(64, 'c'));
    BOOST_TEST(recordsIn(file.afterPowerCut()).back() == "results " + std::string(64, 'c'));
}

BOOST_AUTO_TEST_CASE(powerCutInTheMiddleOfRecordsLeavesTheCompleteOnes)
{
    for (RowNumber row = 1; row <= 50; ++row)
        runRow(row);
    const auto whole = recordsIn(file.afterKill());
    const std::size_t unsynced = file.afterKill().size() - file.afterPowerCut().size();
    BOOST_REQUIRE_GT(unsynced, 0U);
    for (std::size_t luck = 0; luck <= unsynced; ++luck) {
        const auto left = recordsIn(file.afterPowerCut(luck));
        BOOST_REQUIRE(std::equal(left.begin(), left.end(), whole.begin()));
    }
}

BOOST_AUTO_TEST_CASE(failedWriteIsToldToEveryLaterCall)
{
    const std::size_t before = recordsAfterKill();
    file.failFlush(1, ENOSPC, 5);
    writer.intend(1, 1);
    BOOST_CHECK_EXCEPTION(writer.commit(), IoError, isFull);
    const int flushes = file.flushes;
    BOOST_CHECK_EXCEPTION(writer.intend(2, 1), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.withdraw(2, 1), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.conclude(1, succeeded()), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.endAttempt(1, {}), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.commit(), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.sync(), IoError, isFull);
    BOOST_CHECK_EXCEPTION(writer.syncIfDue(), IoError, isFull);
    BOOST_TEST(file.flushes == flushes);
    BOOST_TEST(recordsAfterKill() == before);
}

BOOST_AUTO_TEST_CASE(failedSyncIsNotTriedAgain)
{
    file.failSync(1, EIO);
    writer.intend(1, 1);
    BOOST_CHECK_THROW(writer.commit(), IoError);
    const int syncs = file.syncs;
    BOOST_CHECK_THROW(writer.commit(), IoError);
    BOOST_CHECK_THROW(writer.sync(), IoError);
    BOOST_TEST(file.syncs == syncs);
}

BOOST_AUTO_TEST_CASE(failureNamesTheFileAndTheReason)
{
    file.failSync(1, EIO);
    writer.intend(1, 1);
    BOOST_CHECK_EXCEPTION(writer.commit(), IoError, [](const IoError& error) {
        return std::string(error.what()) == "cannot sync memory.journal: Input/output error";
    });
}

BOOST_AUTO_TEST_CASE(tornRecordOfAFailedWriteIsCutByTheNextStart)
{
    file.failFlush(1, ENOSPC, 20);
    writer.intend(1, 1);
    writer.conclude(1, succeeded());
    BOOST_CHECK_THROW(writer.commit(), IoError);
    JournalTrace trace;
    const JournalExtent extent = scan(file.afterKill(), trace);
    BOOST_TEST(extent.hasTornTail);
    BOOST_TEST(extent.records == 1U);
}

BOOST_AUTO_TEST_CASE(recordThatTheReaderWouldRefuseIsNotWritten)
{
    Outcome outcome = succeeded();
    outcome.code = ErrorCode::http;
    outcome.httpStatus = 0;
    BOOST_CHECK_THROW(writer.conclude(1, outcome), Error);
    BOOST_CHECK_THROW(writer.recordResults("no digest"), Error);
    outcome = succeeded();
    outcome.message.assign(kMaxPayload, 'x');
    BOOST_CHECK_THROW(writer.conclude(1, outcome), Error);
    writer.conclude(2, succeeded());
    writer.commit();
    BOOST_TEST(recordsAfterKill() == 2U);
}

BOOST_AUTO_TEST_CASE(threadsThatCommitTogetherShareOneWrite)
{
    constexpr int kFollowers = 3;
    std::latch recorded(kFollowers);
    std::latch leaderWrites(1);
    const int before = file.flushes;
    file.onFlush = [&] {
        if (file.flushes != before + 1) return;
        leaderWrites.count_down();
        recorded.wait();
    };
    writer.intend(1, 1);
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { writer.commit(); });
    leaderWrites.wait();
    for (RowNumber row = 2; row < 2 + kFollowers; ++row)
        threads.emplace_back([&, row] {
            writer.intend(row, 1);
            recorded.count_down();
            writer.commit();
        });
    threads.clear();
    BOOST_TEST(file.flushes == before + 2);
    BOOST_TEST(recordsAfterKill() == 2U + kFollowers);
}

BOOST_AUTO_TEST_CASE(everyThreadHearsOfAFailure)
{
    file.failFlush(1, ENOSPC);
    std::vector<int> failures(8);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < failures.size(); ++i)
        threads.emplace_back([&, i] {
            try {
                writer.intend(static_cast<RowNumber>(i + 1), 1);
                writer.commit();
            } catch (const IoError& error) {
                failures[i] = error.errnoValue();
            }
        });
    threads.clear();
    BOOST_TEST(failures == std::vector<int>(8, ENOSPC), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(recordsOfManyThreadsAllArriveWhole)
{
    constexpr RowNumber kThreads = 8;
    constexpr RowNumber kRowsEach = 200;
    std::vector<std::jthread> threads;
    for (RowNumber t = 0; t < kThreads; ++t)
        threads.emplace_back([this, t] {
            for (RowNumber i = 0; i < kRowsEach; ++i)
                runRow(t * kRowsEach + i + 1);
        });
    threads.clear();
    BOOST_TEST(recordsAfterKill() == 1U + 2U * kThreads * kRowsEach);
}

BOOST_AUTO_TEST_SUITE_END()
