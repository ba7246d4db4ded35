#include "oauth_batch/journal/ResumeState.h"

#include "JournalTrace.h"
#include "SampleJournal.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace oauth_batch;
using namespace oauth_batch::test;
using Binding = ResumeState::Binding;

namespace {

struct Fixture
{
    FakeClock clock;
    MemoryAppendFile file;
    JournalWriter writer{file, clock, SyncPolicy::auto_};
    ResumeState state;

    Fixture() { writer.start(sampleHeader(9)); }

    /// As the next process finds it.
    void restart()
    {
        writer.commit();
        scan(file.afterKill(), state);
        state.finish();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ResumeStateTest, Fixture)

BOOST_AUTO_TEST_CASE(emptyJournalHasNoHeader)
{
    BOOST_TEST(!state.header().has_value());
    BOOST_TEST((state.bindingOf(std::string(64, 'a')) == Binding::none));
}

BOOST_AUTO_TEST_CASE(rowsThatWereNeverBegunArePending)
{
    restart();
    BOOST_TEST((state.header() == sampleHeader(9)));
    for (RowNumber row = 1; row <= 9; ++row) {
        BOOST_TEST((state.status(row) == RowStatus::pending));
        BOOST_TEST(state.unfinished(row) == nullptr);
        BOOST_TEST(!state.index().has(row));
    }
}

BOOST_AUTO_TEST_CASE(concludedRowHasItsStatusAndPlace)
{
    writer.intend(3, 1);
    const std::uint64_t offset = writer.conclude(3, succeeded());
    restart();
    BOOST_TEST((state.status(3) == RowStatus::succeeded));
    BOOST_TEST(state.index().offset(3) == offset);
    BOOST_TEST(state.unfinished(3) == nullptr);
    BOOST_TEST(state.unfinishedCount() == 0U);
}

BOOST_AUTO_TEST_CASE(rowInFlightAtADeathIsKnownAsSuch)
{
    writer.intend(3, 1);
    restart();
    const auto* row = state.unfinished(3);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->wasCutShort);
    BOOST_TEST(row->mayBeApplied);
    BOOST_TEST(row->sent == 1U);
    BOOST_TEST(row->counted == 0U);
    BOOST_TEST((state.status(3) == RowStatus::pending));
}

BOOST_AUTO_TEST_CASE(rowInFlightAtAnEarlierDeathStaysKnown)
{
    writer.intend(3, 1);
    writer.resume({2, clock.wallTime()});
    writer.intend(3, 2);
    writer.endAttempt(3, {true, false, pendingAfter(2, ErrorCode::connectionRefused)});
    restart();
    const auto* row = state.unfinished(3);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->wasCutShort);
    BOOST_TEST(row->mayBeApplied);
    BOOST_TEST(row->sent == 2U);
    BOOST_TEST(row->counted == 1U);
    BOOST_TEST(state.lastSession().pid == 2);
}

BOOST_AUTO_TEST_CASE(withdrawnIntentWasNotSent)
{
    writer.intend(3, 1);
    writer.withdraw(3, 1);
    restart();
    const auto* row = state.unfinished(3);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->sent == 0U);
    BOOST_TEST(!row->wasCutShort);
    BOOST_TEST(!row->mayBeApplied);
}

BOOST_AUTO_TEST_CASE(attemptsThatCountAndThoseThatDoNotAreKeptApart)
{
    writer.intend(3, 1);
    writer.endAttempt(3, {false, false, pendingAfter(1, ErrorCode::none)}); // 429
    writer.intend(3, 2);
    const auto offset = writer.endAttempt(3, {true, true, pendingAfter(2, ErrorCode::timeout)});
    restart();
    const auto* row = state.unfinished(3);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->sent == 2U);
    BOOST_TEST(row->counted == 1U);
    BOOST_TEST(row->mayBeApplied);
    BOOST_TEST(!row->wasCutShort);
    BOOST_TEST(state.index().offset(3) == offset);
}

BOOST_AUTO_TEST_CASE(lastAnswerOfAnUnfinishedRowIsKept)
{
    Outcome answered = pendingAfter(1, ErrorCode::stopped);
    answered.httpStatus = 503;
    writer.intend(3, 1);
    writer.endAttempt(3, {true, true, answered});
    writer.intend(3, 2);
    writer.endAttempt(3, {true, false, pendingAfter(2, ErrorCode::connectionRefused)});
    restart();
    BOOST_REQUIRE(state.unfinished(3) != nullptr);
    BOOST_TEST(state.unfinished(3)->httpStatus == 503);
}

BOOST_AUTO_TEST_CASE(rowLeftPendingByTheRunsEndGoesOnWhereItWas)
{
    writer.intend(3, 1);
    writer.endAttempt(3, {true, true, pendingAfter(1, ErrorCode::timeout)});
    const auto offset = writer.conclude(3, pendingAfter(1, ErrorCode::stopped));
    restart();
    const auto* row = state.unfinished(3);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->sent == 1U);
    BOOST_TEST(row->counted == 1U);
    BOOST_TEST(row->mayBeApplied);
    BOOST_TEST(state.index().offset(3) == offset);
    BOOST_TEST((state.status(3) == RowStatus::pending));
}

BOOST_AUTO_TEST_CASE(rowLeftPendingWithoutAnAttemptIsNotUnfinished)
{
    writer.conclude(3, pendingAfter(0, ErrorCode::stopped));
    restart();
    BOOST_TEST((state.status(3) == RowStatus::pending));
    BOOST_TEST(state.unfinished(3) == nullptr);
    BOOST_TEST(state.index().has(3));
}

BOOST_AUTO_TEST_CASE(rowBegunAgainAfterItsOutcomeIsPending)
{
    writer.conclude(3, unknown(2, 503, "x"));
    writer.intend(3, 3);
    restart();
    BOOST_TEST((state.status(3) == RowStatus::pending));
    BOOST_TEST(state.unfinished(3)->sent == 3U);
    BOOST_TEST(state.unfinished(3)->wasCutShort);
}

BOOST_AUTO_TEST_CASE(lastOutcomeOfARowHolds)
{
    writer.conclude(3, unknown(2, 503, "x"));
    writer.intend(3, 3);
    const auto offset = writer.conclude(3, succeeded(3));
    restart();
    BOOST_TEST((state.status(3) == RowStatus::succeeded));
    BOOST_TEST(state.index().offset(3) == offset);
}

BOOST_AUTO_TEST_CASE(filesAreRecognisedByTheirDigests)
{
    writer.recordResults(std::string(64, 'b'));
    writer.recordResults(std::string(64, 'c'));
    restart();
    BOOST_TEST((state.bindingOf(std::string(64, 'a')) == Binding::input));
    BOOST_TEST((state.bindingOf(std::string(64, 'b')) == Binding::results));
    BOOST_TEST((state.bindingOf(std::string(64, 'c')) == Binding::results));
    BOOST_TEST((state.bindingOf(std::string(64, 'd')) == Binding::none));
}

BOOST_AUTO_TEST_CASE(aLookAtARunThatIsAliveLeavesItsRowsInFlight)
{
    writer.intend(3, 1);
    writer.commit();
    scan(file.afterKill(), state);
    BOOST_TEST(state.unfinished(3)->inFlight);
    BOOST_TEST(!state.unfinished(3)->wasCutShort);
}

BOOST_AUTO_TEST_SUITE_END()
