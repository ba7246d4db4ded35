#include "oauth_batch/input/FileProblem.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace oauth_batch;

BOOST_AUTO_TEST_SUITE(FileProblemTest)

BOOST_AUTO_TEST_CASE(placeIsAsExactAsItIsKnown)
{
    BOOST_TEST(describe("orders.csv", FileProblem{17, 5, "wrong"}) == "orders.csv:17:5: wrong");
    BOOST_TEST(describe("orders.csv", FileProblem{17, 0, "wrong"}) == "orders.csv:17: wrong");
    BOOST_TEST(describe("orders.csv", FileProblem{0, 0, "wrong"}) == "orders.csv: wrong");
}

BOOST_AUTO_TEST_CASE(hundredAreListedThenCounted)
{
    FileProblems problems;
    BOOST_TEST(problems.empty());
    BOOST_TEST(describe("f", problems).empty());
    for (std::uint64_t i = 1; i <= 100; ++i)
        problems.add(i, 0, "wrong");
    BOOST_TEST(describe("f", problems).size() == 100U);
    problems.add(101, 0, "wrong");
    BOOST_TEST(describe("f", problems).size() == 101U);
    BOOST_TEST(describe("f", problems).back() == "f: and 1 more problem");
    problems.add(102, 0, "wrong");
    BOOST_TEST(describe("f", problems).back() == "f: and 2 more problems");
    BOOST_TEST(problems.kept().size() == 100U);
    BOOST_TEST(problems.total() == 102U);
}

BOOST_AUTO_TEST_SUITE_END()
