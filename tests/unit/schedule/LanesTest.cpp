#include "oauth_batch/schedule/Lanes.h"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace oauth_batch {
namespace {

Operation op(Verb verb, const char* customer, const char* profile = "1")
{
    return {verb, customer, profile, false};
}

void succeed(Plan& plan, Lanes& lanes, RowIndex row)
{
    plan.settle(row, RowStatus::succeeded, ErrorCode::none);
    lanes.concluded(row);
}

/// Takes what is offered and expects it to be `row`.
void takes(Lanes& lanes, RowIndex row)
{
    BOOST_REQUIRE(lanes.peek().has_value());
    BOOST_TEST(*lanes.peek() == row);
    BOOST_TEST(lanes.take() == row);
}

BOOST_AUTO_TEST_SUITE(LanesTest)

BOOST_AUTO_TEST_CASE(customersRunSideBySideAndTheirRowsOneAfterTheOther)
{
    Plan plan;
    plan.addOperation(op(Verb::assign, "1", "1"));
    plan.addOperation(op(Verb::assign, "1", "2"));
    plan.addOperation(op(Verb::assign, "2", "1"));
    plan.addOperation(op(Verb::assign, "1", "3"));
    plan.addOperation(op(Verb::assign, "3", "1"));
    Lanes lanes(plan);
    takes(lanes, 0);
    takes(lanes, 2);
    BOOST_TEST(*lanes.peek() == 4U);
    succeed(plan, lanes, 0);
    takes(lanes, 1); // comes back before the cursor's row
    takes(lanes, 4);
    BOOST_TEST(!lanes.peek().has_value());
    succeed(plan, lanes, 1);
    takes(lanes, 3);
    succeed(plan, lanes, 3);
    BOOST_TEST(!lanes.peek().has_value());
}

BOOST_AUTO_TEST_CASE(whatTheCursorHasNotReachedIsLeftToIt)
{
    Plan plan;
    plan.addOperation(op(Verb::assign, "1", "1"));
    plan.addOperation(op(Verb::assign, "2", "1"));
    plan.addOperation(op(Verb::assign, "1", "2"));
    Lanes lanes(plan);
    takes(lanes, 0);
    succeed(plan, lanes, 0);
    takes(lanes, 1);
    takes(lanes, 2);
    BOOST_TEST(!lanes.peek().has_value());
}

BOOST_AUTO_TEST_CASE(aRowGivenBackIsOfferedAgainAndItsCustomerStaysBusy)
{
    Plan plan;
    plan.addOperation(op(Verb::assign, "1", "1"));
    plan.addOperation(op(Verb::assign, "1", "2"));
    plan.addOperation(op(Verb::assign, "2", "1"));
    Lanes lanes(plan);
    takes(lanes, 0);
    lanes.giveBack(0);
    takes(lanes, 0);
    takes(lanes, 2);
    BOOST_TEST(!lanes.peek().has_value());
}

BOOST_AUTO_TEST_CASE(settledUnselectedAndInvalidRowsAreLeftOut)
{
    Plan plan;
    plan.addInvalid(ErrorCode::badId, Verb::assign, "");
    plan.addOperation(op(Verb::assign, "1", "1"));
    plan.addSettled(op(Verb::assign, "1", "2"), RowStatus::failed, ErrorCode::http);
    plan.addInvalid(ErrorCode::badProfile, Verb::assign, "1");
    plan.addOperation(op(Verb::assign, "1", "3"));
    plan.addOperation(op(Verb::assign, "1", "3")); // duplicate
    plan.addOperation(op(Verb::assign, "1", "4"));
    plan.addSettled(op(Verb::assign, "2", "1"), RowStatus::pending, ErrorCode::stopped);
    plan.settle(4, RowStatus::succeeded, ErrorCode::none); // before the run continued
    Lanes lanes(plan);
    takes(lanes, 1);
    BOOST_TEST(!lanes.peek().has_value()); // the cursor has passed everything
    succeed(plan, lanes, 1);
    takes(lanes, 6);
    succeed(plan, lanes, 6);
    BOOST_TEST(!lanes.peek().has_value());
}

/// The row that blocks the last row of the plan, after all others have been passed.
RowIndex blockerOfLast(Plan& plan)
{
    Lanes lanes(plan);
    RowIndex row = kNoRow;
    while (lanes.peek()) {
        row = lanes.take();
        if (row + 1 == plan.size()) break;
        succeed(plan, lanes, row);
    }
    BOOST_REQUIRE_EQUAL(row + 1, plan.size());
    return lanes.blockerOf(row);
}

BOOST_AUTO_TEST_CASE(theLatestEarlierOppositeRowDecides)
{
    for (const RowStatus status : {RowStatus::failed, RowStatus::unknown, RowStatus::blocked,
                                   RowStatus::pending, RowStatus::invalid}) {
        Plan plan;
        plan.addSettled(op(Verb::assign, "1", "7"), status, ErrorCode::none);
        plan.addOperation(op(Verb::unassign, "1", "8")); // any profile
        BOOST_TEST(blockerOfLast(plan) == 0U);
    }
    Plan plan;
    plan.addSettled(op(Verb::assign, "1"), RowStatus::failed, ErrorCode::http);
    plan.addSettled(op(Verb::assign, "1", "2"), RowStatus::succeeded, ErrorCode::none);
    plan.addOperation(op(Verb::unassign, "1"));
    BOOST_TEST(blockerOfLast(plan) == kNoRow);
}

BOOST_AUTO_TEST_CASE(theSameVerbAndOtherCustomersDoNotBlock)
{
    Plan plan;
    plan.addSettled(op(Verb::assign, "1"), RowStatus::failed, ErrorCode::http);
    plan.addSettled(op(Verb::unassign, "2"), RowStatus::failed, ErrorCode::http);
    plan.addOperation(op(Verb::assign, "1", "2"));
    BOOST_TEST(blockerOfLast(plan) == kNoRow);
}

BOOST_AUTO_TEST_CASE(aSameVerbFailureBetweenDoesNotHideTheOppositeRow)
{
    Plan plan;
    plan.addSettled(op(Verb::unassign, "1"), RowStatus::succeeded, ErrorCode::none);
    plan.addSettled(op(Verb::assign, "1"), RowStatus::failed, ErrorCode::http);
    plan.addOperation(op(Verb::assign, "1", "2"));
    BOOST_TEST(blockerOfLast(plan) == kNoRow);
}

BOOST_AUTO_TEST_CASE(aDuplicateCountsAsItsFirstRow)
{
    for (const bool firstSucceeds : {true, false}) {
        Plan plan;
        plan.addOperation(op(Verb::assign, "1"));
        plan.addOperation(op(Verb::assign, "1"));
        plan.addOperation(op(Verb::unassign, "1"));
        BOOST_REQUIRE((plan.status(1) == RowStatus::duplicate));
        Lanes lanes(plan);
        takes(lanes, 0);
        plan.settle(0, firstSucceeds ? RowStatus::succeeded : RowStatus::failed, ErrorCode::none);
        lanes.concluded(0);
        takes(lanes, 2);
        BOOST_TEST(lanes.blockerOf(2) == (firstSucceeds ? kNoRow : 0U));
    }
}

BOOST_AUTO_TEST_CASE(anInvalidRowWithKnownCustomerAndVerbBlocks)
{
    Plan plan;
    plan.addInvalid(ErrorCode::badProfile, Verb::unassign, "1");
    plan.addOperation(op(Verb::assign, "1"));
    BOOST_TEST(blockerOfLast(plan) == 0U);

    Plan unknownVerb;
    unknownVerb.addInvalid(ErrorCode::badOperation, std::nullopt, "1");
    unknownVerb.addOperation(op(Verb::assign, "1"));
    BOOST_TEST(blockerOfLast(unknownVerb) == kNoRow);
}

BOOST_AUTO_TEST_CASE(rowsPassedWhileTheirCustomerWasBusyCountToo)
{
    Plan plan;
    plan.addOperation(op(Verb::assign, "1", "1"));
    plan.addSettled(op(Verb::unassign, "1"), RowStatus::failed, ErrorCode::http);
    plan.addOperation(op(Verb::assign, "1", "2"));
    Lanes lanes(plan);
    takes(lanes, 0);
    BOOST_TEST(!lanes.peek().has_value());
    succeed(plan, lanes, 0);
    takes(lanes, 2);
    BOOST_TEST(lanes.blockerOf(2) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
