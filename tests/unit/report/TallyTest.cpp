#include "oauth_batch/report/Tally.h"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace oauth_batch;

namespace {

/// 3 succeeded, 1 duplicate, 2 http_404, 1 http_422, 2 timeout.
Tally sampleTally()
{
    Tally tally;
    for (int i = 0; i < 3; ++i)
        tally.add(RowStatus::succeeded);
    tally.add(RowStatus::duplicate, ErrorCode::duplicate);
    tally.add(RowStatus::failed, ErrorCode::http, 404);
    tally.add(RowStatus::failed, ErrorCode::http, 404);
    tally.add(RowStatus::failed, ErrorCode::http, 422);
    tally.add(RowStatus::unknown, ErrorCode::timeout);
    tally.add(RowStatus::unknown, ErrorCode::timeout, 200);
    return tally;
}

} // namespace

BOOST_AUTO_TEST_SUITE(TallyTest)

BOOST_AUTO_TEST_CASE(emptyTallyAddsUpToNothing)
{
    const Tally tally;
    BOOST_TEST(tally.total() == 0U);
    BOOST_TEST(tally.requests() == 0U);
    BOOST_TEST(tally.codes().empty());
    BOOST_TEST(tally.addsUpTo(0));
    BOOST_TEST(!tally.addsUpTo(1));
}

BOOST_AUTO_TEST_CASE(rowsAreCountedByStatus)
{
    const Tally tally = sampleTally();
    BOOST_TEST(tally.count(RowStatus::succeeded) == 3U);
    BOOST_TEST(tally.count(RowStatus::failed) == 3U);
    BOOST_TEST(tally.count(RowStatus::unknown) == 2U);
    BOOST_TEST(tally.count(RowStatus::duplicate) == 1U);
    BOOST_TEST(tally.count(RowStatus::pending) == 0U);
    BOOST_TEST(tally.total() == 9U);
    BOOST_TEST(tally.notSucceeded() == 5U);
    BOOST_TEST(tally.addsUpTo(9));
    BOOST_TEST(!tally.addsUpTo(8));
    BOOST_TEST(!tally.addsUpTo(10));
}

BOOST_AUTO_TEST_CASE(codesAreTheMostFrequentFirstThenByName)
{
    const std::vector<CodeCount> expected = {
        {"http_404", 2}, {"timeout", 2}, {"duplicate", 1}, {"http_422", 1}};
    BOOST_TEST((sampleTally().codes() == expected));
}

BOOST_AUTO_TEST_CASE(removedRowLeavesNoTrace)
{
    Tally tally = sampleTally();
    tally.remove(RowStatus::failed, ErrorCode::http, 422);
    tally.add(RowStatus::succeeded, ErrorCode::none, 200);
    const std::vector<CodeCount> expected = {{"http_404", 2}, {"timeout", 2}, {"duplicate", 1}};
    BOOST_TEST((tally.codes() == expected));
    BOOST_TEST(tally.count(RowStatus::succeeded) == 4U);
    BOOST_TEST(tally.addsUpTo(9));
}

BOOST_AUTO_TEST_CASE(outcomeIsCountedByItsColumns)
{
    Outcome outcome;
    outcome.status = RowStatus::unknown;
    outcome.code = ErrorCode::http;
    outcome.httpStatus = 503;
    Tally tally;
    tally.add(outcome);
    BOOST_TEST(tally.count(RowStatus::unknown) == 1U);
    BOOST_TEST((tally.codes() == std::vector<CodeCount>{{"http_503", 1}}));
    tally.remove(outcome);
    BOOST_TEST(tally.codes().empty());
    BOOST_TEST(tally.addsUpTo(0));
}

BOOST_AUTO_TEST_CASE(removingWhatWasNotAddedShowsForGood)
{
    Tally tally = sampleTally();
    tally.remove(RowStatus::blocked, ErrorCode::blocked);
    BOOST_TEST(tally.total() == 9U);
    BOOST_TEST(!tally.addsUpTo(9));
    BOOST_TEST(!tally.addsUpTo(8));

    Tally other = sampleTally();
    other.remove(RowStatus::failed, ErrorCode::http, 500);
    BOOST_TEST(!other.addsUpTo(9));
    BOOST_TEST(!other.addsUpTo(8));
}

BOOST_AUTO_TEST_CASE(mergedTallyHasTheCountsOfBoth)
{
    Tally tally = sampleTally();
    tally.addRequests(10);
    Tally other;
    other.add(RowStatus::unknown, ErrorCode::timeout);
    other.addRequests(5);
    tally.merge(other);
    BOOST_TEST(tally.count(RowStatus::unknown) == 3U);
    BOOST_TEST((tally.codes().front() == CodeCount{"timeout", 3}));
    BOOST_TEST(tally.requests() == 15U);
    BOOST_TEST(tally.addsUpTo(10));

    Tally wrong;
    wrong.remove(RowStatus::failed);
    tally.merge(wrong);
    BOOST_TEST(!tally.addsUpTo(10));
}

BOOST_AUTO_TEST_SUITE_END()
