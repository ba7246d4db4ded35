#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>
#include <regex>

using namespace oauth_batch::test;

namespace {

struct WarningCase
{
    std::string name;
    std::string records; ///< operation,managed_user_id,external_id,profile_id,force
    std::string warning; ///< a pattern
};

std::ostream& operator<<(std::ostream& out, const WarningCase& one)
{
    return out << one.name;
}

const std::string kHeader = "operation,managed_user_id,external_id,profile_id,force\n";

const std::vector<WarningCase> kWarnings = {
    {"duplicate", "assign,1,,322,\nassign,1,,322,\n", "duplicate"},
    {"opposite operations", "unassign,1,,322,\nassign,1,,322,\n", "opposite"},
    {"URL-encoded", "assign,,A%20B,322,\n", "encoded"},
    {"external ID with E", "assign,,E100,322,\n", "external_id.*(E)"},
    {"numeric and external IDs", "assign,1,,322,\nassign,,A,322,\n",
     "numer.*external|number.*external"},
    {"forced", "unassign,1,,322,true\nunassign,2,,322,true\n", "\\b2\\b.*forced|forced.*\\b2\\b"},
    {"empty record", "assign,1,,322,\n\n,,,,\n", "empty|skipped"},
};

struct TimeCase
{
    std::string rate;
    std::string time;
};

std::ostream& operator<<(std::ostream& out, const TimeCase& one)
{
    return out << one.rate;
}

const std::vector<TimeCase> kTimes = {
    {"60/min", "\\b2 ?h ?(48|49)"}, // 10,000 rows at 99 %
    {"10/s", "\\b1[67] ?min"},
    {"3600/h", "\\b2 ?h ?(48|49)"},
};

const std::vector<char> kDelimiters = {',', ';', '\t', '|'};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Check, Rig)

BOOST_DATA_TEST_CASE(warningsAreSaidAndTheExitCodeStaysZero,
                     boost::unit_test::data::make(kWarnings), one)
{
    write("in.csv", kHeader + one.records);
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 0);
    CHECK_SAYS(ended.all(), one.warning);
}

BOOST_AUTO_TEST_CASE(cleanFileHasNoWarnings)
{
    write("in.csv", kHeader + "assign,1,,322,\nassign,2,,322,no\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 0);
    CHECK_SILENT(ended.all(), "warning:|in\\.csv:\\d");
}

BOOST_DATA_TEST_CASE(saysHowLongTheRunWillTake, boost::unit_test::data::make(kTimes), one)
{
    write("in.csv", assignments(10'000));
    const Ended ended = run({"check", "in.csv", "--rate=" + one.rate});
    CHECK_EXIT(ended, 0);
    CHECK_SAYS(ended.all(), one.time);
    CHECK_SAYS(ended.all(), "10,?000");
}

BOOST_AUTO_TEST_CASE(countsAddUp)
{
    write("in.csv", kHeader + "assign,1,,322,\nassign,1,,322,\nassign,x,,322,\nunassign,2,,322,\n"
                              "unassign,3,,322,true\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 1);
    CHECK_SAYS(ended.all(), "rows\\D*5\\b|\\b5 rows");
    CHECK_SAYS(ended.all(), "invalid\\D*1\\b|\\b1 invalid");
    CHECK_SAYS(ended.all(), "duplicates?\\D*1\\b|\\b1 duplicate");
    CHECK_SAYS(ended.all(), "\\bassign\\D*1\\b|\\b1 assign");
    CHECK_SAYS(ended.all(), "unassign\\D*2\\b|\\b2 unassign");
}

BOOST_AUTO_TEST_CASE(planHasOneLineForEachRowThatWouldBeSent)
{
    write("in.csv",
          kHeader + "assign,1,,322,\nassign,1,,322,\nassign,x,,322,\nunassign,2,,322,1\n");
    const Ended ended = run({"check", "in.csv", "--plan"});
    CHECK_EXIT(ended, 1);
    std::vector<std::string> plan;
    for (const std::string& line : lines(ended.out)) {
        if (std::regex_match(line, std::regex("\\d+\t(POST|DELETE)\t/.*"))) plan.push_back(line);
    }
    const std::vector<std::string> expected = {
        "1\tPOST\t/api/managed_users/1/custom_oauth_profiles/322/assign",
        "4\tDELETE\t/api/managed_users/2/custom_oauth_profiles/322/unassign?force=true"};
    BOOST_TEST(plan == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(standardInputIsRead)
{
    const Ended ended = run({"check", "-", "--plan"}, assignments(3));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(count(ended.out, "\tPOST\t") == 3U);
}

BOOST_AUTO_TEST_CASE(headerOnlyIsClean)
{
    write("in.csv", kHeader);
    CHECK_EXIT(run({"check", "in.csv"}), 0);
}

BOOST_AUTO_TEST_CASE(sendsNothingAndWritesNothing)
{
    write("in.csv", assignments(3));
    CHECK_EXIT(run({"check", "in.csv"}), 0);
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path(""))) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    const std::vector<std::string> expected = {"home", "in.csv", "state"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    BOOST_TEST(std::filesystem::is_empty(path("state")));
}

BOOST_DATA_TEST_CASE(delimiterIsDetectedFromTheHeader, boost::unit_test::data::make(kDelimiters),
                     delimiter)
{
    std::string content = "operation,managed_user_id,external_id,profile_id,note\n"
                          "assign,1,,322,x\nassign,,A B,322,y\n";
    std::replace(content.begin(), content.end(), ',', delimiter);
    write("in.csv", content);
    const Ended detected = run({"check", "in.csv", "--plan"});
    CHECK_EXIT(detected, 0);
    BOOST_TEST(contains(detected.out, "2\tPOST\t" + assignTarget("EA%20B") + "\n"));
    const Ended given = run({"check", "in.csv", "--plan", std::string("--delimiter=") + delimiter});
    CHECK_EXIT(given, 0);
    BOOST_TEST(given.out == detected.out);
}

BOOST_AUTO_TEST_CASE(columnNamesMatchWithoutRegardToCaseBlanksAndDashes)
{
    write("in.csv", "OPERATION;Managed-User ID; Custom OAuth_Profile-Id\nassign;1;322\n");
    const Ended ended = run({"check", "in.csv", "--plan"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(contains(ended.out, "1\tPOST\t" + assignTarget("1") + "\n"), describe(ended));
}

BOOST_AUTO_TEST_CASE(columnOptionMapsAnotherName)
{
    write("in.csv", "Action,Kunde,profile_id\nassign,1,322\n");
    CHECK_EXIT(run({"check", "in.csv"}), 65);
    const Ended ended = run({"check", "in.csv", "--plan", "--column=operation:Action",
                             "--column=managed_user_id:Kunde"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(contains(ended.out, "1\tPOST\t" + assignTarget("1") + "\n"), describe(ended));
}

BOOST_AUTO_TEST_CASE(optionsReplaceMissingColumns)
{
    write("in.csv", "managed_user_id\n1\n");
    const Ended ended =
        run({"check", "in.csv", "--plan", "--operation=unassign", "--profile-id=321"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(contains(ended.out, "/1/custom_oauth_profiles/321/unassign\n"), describe(ended));
}

BOOST_AUTO_TEST_CASE(optionForWhichTheFileHasAColumnIsAUsageError)
{
    write("in.csv", assignments(1));
    for (const char* option : {"--operation=assign", "--profile-id=322"}) {
        const Ended ended = run({"check", "in.csv", option});
        CHECK_EXIT(ended, 64);
        CHECK_SAYS(ended.err, std::string(option).substr(2, 7));
    }
}

BOOST_AUTO_TEST_SUITE_END()
