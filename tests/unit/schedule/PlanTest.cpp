#include "oauth_batch/schedule/Plan.h"

#include <boost/test/unit_test.hpp>

namespace oauth_batch {
namespace {

Operation assign(const char* customer, const char* profile = "1")
{
    return {Verb::assign, customer, profile, false};
}

Operation unassign(const char* customer, const char* profile = "1", bool force = false)
{
    return {Verb::unassign, customer, profile, force};
}

BOOST_AUTO_TEST_SUITE(PlanTest)

BOOST_AUTO_TEST_CASE(rowsKeepTheirOperations)
{
    Plan plan;
    const Operation first{Verb::assign, "007", "0322", false};
    const Operation second{Verb::unassign, "EA/1", "322", true};
    BOOST_TEST(plan.addOperation(first) == 0U);
    BOOST_TEST(plan.addOperation(second) == 1U);
    BOOST_TEST((plan.operation(0) == first));
    BOOST_TEST((plan.operation(1) == second));
    BOOST_TEST(plan.requestTarget(1) == requestTarget(second));
    BOOST_TEST(plan.isRunnable(0));
    BOOST_TEST(plan.hasOperation(0));
}

BOOST_AUTO_TEST_CASE(aRepeatedRowIsADuplicateOfTheFirst)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addOperation(assign("2"));
    plan.addOperation(assign("1"));
    plan.addOperation(assign("1"));
    BOOST_TEST((plan.status(1) == RowStatus::pending));
    for (const RowIndex row : {2U, 3U}) {
        BOOST_TEST((plan.status(row) == RowStatus::duplicate));
        BOOST_TEST((plan.code(row) == ErrorCode::duplicate));
        BOOST_TEST(plan.related(row) == 0U);
        BOOST_TEST(!plan.isRunnable(row));
    }
    BOOST_TEST(plan.count(RowStatus::pending) == 2U);
    BOOST_TEST(plan.count(RowStatus::duplicate) == 2U);
    BOOST_TEST(plan.countsAddUp());
}

BOOST_AUTO_TEST_CASE(anotherOperationOnTheCustomerBetweenMakesItNoDuplicate)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addOperation(unassign("1"));
    plan.addOperation(assign("1"));
    plan.addOperation(assign("1", "2")); // another profile separates as well
    plan.addOperation(assign("1"));
    BOOST_TEST(plan.count(RowStatus::duplicate) == 0U);
}

BOOST_AUTO_TEST_CASE(rowsThatDifferInOneFieldAreNoDuplicates)
{
    Plan plan;
    plan.addOperation(unassign("1", "1", false));
    plan.addOperation(unassign("1", "1", true));
    plan.addOperation(unassign("01", "1", true));
    plan.addOperation(unassign("01", "01", true));
    BOOST_TEST(plan.count(RowStatus::duplicate) == 0U);
}

BOOST_AUTO_TEST_CASE(anInvalidRowOfTheCustomerSeparatesEqualRows)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addInvalid(ErrorCode::badProfile, Verb::assign, "1");
    plan.addOperation(assign("1"));
    plan.addInvalid(ErrorCode::badOperation, std::nullopt, "1");
    plan.addOperation(assign("1"));
    plan.addInvalid(ErrorCode::badId, Verb::assign, "");
    plan.addInvalid(ErrorCode::badProfile, Verb::assign, "2");
    plan.addOperation(assign("1"));
    BOOST_TEST((plan.status(2) == RowStatus::pending));
    BOOST_TEST((plan.status(4) == RowStatus::pending));
    BOOST_TEST((plan.status(7) == RowStatus::duplicate));
    BOOST_TEST(plan.related(7) == 4U);
}

BOOST_AUTO_TEST_CASE(invalidRowsKnowWhatIsKnown)
{
    Plan plan;
    plan.addInvalid(ErrorCode::badProfile, Verb::unassign, "1");
    plan.addInvalid(ErrorCode::badOperation, std::nullopt, "1");
    plan.addInvalid(ErrorCode::badId, Verb::assign, "");
    BOOST_TEST(plan.hasVerb(0));
    BOOST_TEST((plan.verb(0) == Verb::unassign));
    BOOST_TEST(plan.nextOfCustomer(0) == 1U);
    BOOST_TEST(!plan.hasVerb(1));
    BOOST_TEST(!plan.hasVerb(2));
    BOOST_TEST(!plan.customer(2).has_value());
    for (RowIndex row = 0; row < 3; ++row) {
        BOOST_TEST(!plan.hasOperation(row));
        BOOST_TEST(!plan.isSelected(row));
        BOOST_TEST((plan.status(row) == RowStatus::invalid));
    }
    BOOST_TEST((plan.code(2) == ErrorCode::badId));
}

BOOST_AUTO_TEST_CASE(duplicatesOfSettledRowsAreFoundWhateverTheirStatus)
{
    for (const RowStatus status : {RowStatus::succeeded, RowStatus::failed, RowStatus::pending}) {
        Plan plan;
        plan.addSettled(assign("1"), status, ErrorCode::none);
        plan.addOperation(assign("1"));
        BOOST_TEST((plan.status(1) == RowStatus::duplicate));
        BOOST_TEST(plan.related(1) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(settledRowsKeepTheirStatusEvenIfTheyRepeat)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addSettled(assign("1"), RowStatus::succeeded, ErrorCode::none);
    plan.addOperation(assign("1"));
    BOOST_TEST((plan.status(1) == RowStatus::succeeded));
    BOOST_TEST(!plan.isSelected(1));
    BOOST_TEST(plan.related(2) == 0U);
}

BOOST_AUTO_TEST_CASE(settlingMovesTheCounts)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addOperation(assign("2"));
    plan.settle(1, RowStatus::failed, ErrorCode::http);
    BOOST_TEST(plan.count(RowStatus::pending) == 1U);
    BOOST_TEST(plan.count(RowStatus::failed) == 1U);
    BOOST_TEST((plan.code(1) == ErrorCode::http));
    BOOST_TEST(!plan.isRunnable(1));
    BOOST_TEST(plan.countsAddUp());
}

BOOST_AUTO_TEST_CASE(memoryOfEarlierAttemptsIsRestored)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addOperation(assign("2"));
    plan.restore(0, {7, 3, 503, true, false});
    BOOST_TEST(plan.attempts(0) == 7U);
    BOOST_TEST(plan.runAttempts(0) == 3U);
    BOOST_TEST(plan.httpStatus(0) == 503);
    BOOST_TEST(plan.mayBeApplied(0));
    BOOST_TEST(!plan.wasInFlight(0));
    plan.restore(1, {1, 1, 0, false, true});
    BOOST_TEST(plan.wasInFlight(1));
    BOOST_TEST(plan.mayBeApplied(1)); // nobody knows what became of it
}

BOOST_AUTO_TEST_CASE(attemptCountersSaturate)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.restore(0, {4'000'000'000U, 4'000'000'000U, 5000, false, false});
    const std::uint32_t attempts = plan.attempts(0);
    const std::uint32_t runAttempts = plan.runAttempts(0);
    plan.addRequest(0);
    plan.addAttempt(0);
    BOOST_TEST(plan.attempts(0) == attempts);
    BOOST_TEST(plan.runAttempts(0) == runAttempts);
    BOOST_TEST(attempts > 4'000'000U);
    BOOST_TEST(runAttempts == 65535U);
    BOOST_TEST(plan.httpStatus(0) == 999);
    BOOST_TEST((plan.status(0) == RowStatus::pending));
}

BOOST_AUTO_TEST_CASE(aServerFailureIsTakenOncePerRow)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addOperation(assign("2"));
    BOOST_TEST(plan.takeServerFailure(0));
    BOOST_TEST(!plan.takeServerFailure(0));
    BOOST_TEST(plan.takeServerFailure(1));
}

BOOST_AUTO_TEST_CASE(aLaterSuccessOfTheOppositeOnThePairSupersedes)
{
    Plan plan;
    plan.addOperation(assign("1", "1")); // 0: superseded by 3
    plan.addOperation(assign("1", "2")); // 1: other profile
    plan.addOperation(assign("2", "1")); // 2: other customer
    plan.addSettled(unassign("1", "1"), RowStatus::succeeded, ErrorCode::none); // 3
    plan.addOperation(assign("1", "1"));                                        // 4: later
    plan.addOperation(unassign("1", "2"));                                      // 5
    plan.addSettled(unassign("1", "2"), RowStatus::failed, ErrorCode::http);    // 6: failed
    plan.addSettled(assign("3", "1"), RowStatus::succeeded, ErrorCode::none);   // 7
    plan.markSuperseded();
    BOOST_TEST(plan.isSuperseded(0));
    BOOST_TEST(plan.related(0) == 3U);
    for (RowIndex row = 1; row < plan.size(); ++row)
        BOOST_TEST(!plan.isSuperseded(row));
}

BOOST_AUTO_TEST_CASE(theSameVerbLaterDoesNotSupersede)
{
    Plan plan;
    plan.addOperation(unassign("1"));
    plan.addOperation(assign("1", "2"));
    plan.addSettled(unassign("1", "1"), RowStatus::succeeded, ErrorCode::none);
    plan.markSuperseded();
    BOOST_TEST(!plan.isSuperseded(0));
}

BOOST_AUTO_TEST_CASE(theNextLaterSuccessIsNamed)
{
    Plan plan;
    plan.addOperation(assign("1"));
    plan.addSettled(unassign("1"), RowStatus::succeeded, ErrorCode::none);
    plan.addSettled(assign("1"), RowStatus::succeeded, ErrorCode::none);
    plan.addSettled(unassign("1"), RowStatus::succeeded, ErrorCode::none);
    plan.addOperation(assign("1"));
    plan.markSuperseded();
    BOOST_TEST(plan.related(0) == 1U);
    BOOST_TEST(!plan.isSuperseded(4));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
