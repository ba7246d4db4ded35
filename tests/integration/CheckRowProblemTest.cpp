#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;

namespace {

struct RowCase
{
    std::string name;
    std::string record; ///< operation,managed_user_id,external_id,profile_id,force
    std::string code;
    std::string message; ///< a pattern
};

std::ostream& operator<<(std::ostream& out, const RowCase& row)
{
    return out << row.name;
}

const std::string kHeader = "operation,managed_user_id,external_id,profile_id,force\n";

const std::vector<RowCase> kRowCases = {
    {"unknown operation", "asign,1,,322,", "bad_operation", "asign.*assign"},
    {"empty operation", ",1,,322,", "bad_operation", "operation.*assign"},
    {"both IDs", "assign,1,A,322,", "bad_id", "managed_user_id.*external_id|both"},
    {"neither ID", "assign,,,322,", "bad_id", "managed_user_id.*external_id|neither"},
    {"letters", "assign,12a,,322,", "bad_id", "managed_user_id.*12a.*E"},
    {"lower case e", "assign,e12,,322,", "bad_id", "managed_user_id.*e12"},
    {"E alone", "assign,E,,322,", "bad_id", "managed_user_id"},
    {"negative", "assign,-5,,322,", "bad_id", "managed_user_id.*-5"},
    {"decimal", "assign,204817.0,,322,", "bad_id", "managed_user_id.*204817\\.0"},
    {"spreadsheet notation", "assign,1E+05,,322,", "bad_id",
     "managed_user_id.*1E\\+05.*(spreadsheet|scientific)"},
    {"spreadsheet notation with a comma", "assign,\"1,23457E+11\",,322,", "bad_id",
     "managed_user_id.*E\\+11"},
    {"blank before", "assign, 1,,322,", "bad_id", "managed_user_id.*(blank|space)"},
    {"blank after", "assign,,A ,322,", "bad_id", "external_id.*(blank|space)"},
    {"no-break space after", "assign,,A\xC2\xA0,322,", "bad_id", "external_id.*(blank|space)"},
    {"control character",
     "assign,,A\x01"
     "B,322,",
     "bad_id", "external_id.*control"},
    {"newline inside", "assign,,\"A\nB\",322,", "bad_id", "external_id.*control"},
    {"bad UTF-8",
     "assign,,A\xFF"
     "B,322,",
     "bad_id", "external_id.*UTF-8"},
    {"overlong UTF-8", "assign,,A\xC0\xAF,322,", "bad_id", "external_id.*UTF-8"},
    {"profile 0", "assign,1,,0,", "bad_profile", "profile_id.*0.*positive"},
    {"negative profile", "assign,1,,-1,", "bad_profile", "profile_id.*-1.*positive"},
    {"profile in spreadsheet notation", "assign,1,,3.2e2,", "bad_profile",
     "profile_id.*3\\.2e2.*(spreadsheet|scientific)"},
    {"decimal profile", "assign,1,,322.0,", "bad_profile", "profile_id.*322\\.0"},
    {"no profile", "assign,1,,,", "bad_profile", "profile_id"},
    {"profile name", "assign,1,,HubSpot,", "bad_profile", "profile_id.*HubSpot"},
    {"unknown force", "unassign,1,,322,maybe", "bad_force", "force.*maybe"},
    {"force on assign", "assign,1,,322,true", "bad_force", "force.*(assign)"},
    {"too few fields", "assign,1,,322", "field_count", "4.*5|5.*4"},
    {"too many fields", "assign,1,,322,,x,y", "field_count", "7.*5|5.*7"},
};

struct GoodCase
{
    std::string record;
    std::string request;
};

std::ostream& operator<<(std::ostream& out, const GoodCase& row)
{
    return out << row.record;
}

const std::vector<GoodCase> kGoodCases = {
    {"assign,1,,322,", "POST /api/managed_users/1/custom_oauth_profiles/322/assign"},
    {" Assign ,1,, 322 , No ", "POST /api/managed_users/1/custom_oauth_profiles/322/assign"},
    {"UNASSIGN,1,,322,YES", "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign?"
                            "force=true"},
    {"unassign,1,,322,1", "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign?"
                          "force=true"},
    {"unassign,1,,322,0", "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign"},
    {"unassign,1,,322,", "DELETE /api/managed_users/1/custom_oauth_profiles/322/unassign"},
    {"assign,1,,322,FALSE", "POST /api/managed_users/1/custom_oauth_profiles/322/assign"},
    {"assign,007,,0322,", "POST /api/managed_users/007/custom_oauth_profiles/0322/assign"},
    {"assign,98765432109876543210987654321,,322,",
     "POST /api/managed_users/98765432109876543210987654321/custom_oauth_profiles/322/assign"},
    {"assign,EA2300,,322,", "POST /api/managed_users/EA2300/custom_oauth_profiles/322/assign"},
    {"assign,,A2300,322,", "POST /api/managed_users/EA2300/custom_oauth_profiles/322/assign"},
    {"assign,,E1,322,", "POST /api/managed_users/EE1/custom_oauth_profiles/322/assign"},
    {"assign,,007,322,", "POST /api/managed_users/E007/custom_oauth_profiles/322/assign"},
    {"assign,,..,322,", "POST /api/managed_users/E../custom_oauth_profiles/322/assign"},
    {"assign,,A/B C+D%,322,",
     "POST /api/managed_users/EA%2FB%20C%2BD%25/custom_oauth_profiles/322/assign"},
    {"assign,,a%20b,322,", "POST /api/managed_users/Ea%2520b/custom_oauth_profiles/322/assign"},
    {"assign,,\"Zürich, 東京\",322,", "POST /api/managed_users/EZ%C3%BCrich%2C%20%E6%9D%B1%E4%BA%AC"
                                      "/custom_oauth_profiles/322/assign"},
    {"assign,,a-b.c_d~e,322,", "POST /api/managed_users/Ea-b.c_d~e/custom_oauth_profiles/322/"
                               "assign"},
    {"assign,,\"q\"\"?#&=;:@!$'()*[]\",322,",
     "POST /api/managed_users/Eq%22%3F%23%26%3D%3B%3A%40%21%24%27%28%29%2A%5B%5D/"
     "custom_oauth_profiles/322/assign"},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CheckRowProblem, Rig)

BOOST_DATA_TEST_CASE(isReportedWithPlaceValueAndWayOut, boost::unit_test::data::make(kRowCases),
                     row)
{
    write("in.csv", kHeader + "assign,99,,322,\n" + row.record + "\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 1);
    BOOST_TEST(contains(ended.all(), "in.csv:3"), describe(ended));
    CHECK_SAYS(ended.all(), "in\\.csv:3.*(" + row.message + ")");
}

BOOST_DATA_TEST_CASE(makesTheRowInvalidAndLetsTheOthersProceed,
                     boost::unit_test::data::make(kRowCases), row)
{
    const StubApi api;
    write("in.csv", kHeader + row.record + "\nassign,99,,322,\n");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), 2U);
    BOOST_TEST(results.at(0, "result_status") == "invalid");
    BOOST_TEST(results.at(0, "result_error_code") == row.code);
    CHECK_SAYS(results.at(0, "result_message"), row.message);
    BOOST_TEST(results.at(0, "result_request").empty());
    BOOST_TEST(results.at(0, "result_http_status").empty());
    BOOST_TEST(results.at(0, "result_attempts") == "0");
    BOOST_TEST(results.at(1, "result_status") == "succeeded");
    BOOST_TEST(requestLines(api.requests()) ==
                   std::vector<std::string>{"POST " + assignTarget("99")},
               boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(goodRowIsPlannedAsTheApiWantsIt, boost::unit_test::data::make(kGoodCases), row)
{
    write("in.csv", kHeader + row.record + "\n");
    const Ended ended = run({"check", "in.csv", "--plan"});
    CHECK_EXIT(ended, 0);
    const std::string planned = "1\t" + row.request.substr(0, row.request.find(' ')) + '\t' +
                                row.request.substr(row.request.find(' ') + 1);
    BOOST_TEST(contains("\n" + ended.out, "\n" + planned + "\n"), planned << describe(ended));
}

BOOST_AUTO_TEST_CASE(strictRefusesTheRunBeforeTheFirstConnection)
{
    const StubApi api;
    write("in.csv", kHeader + "assign,1,,322,\nassign,2,,x,\n");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--strict"});
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.all(), "in.csv:3"), describe(ended));
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(!exists("in.results.csv"));
    CHECK_EXIT(run({"check", "in.csv", "--strict"}), 65);
}

BOOST_AUTO_TEST_CASE(lineNumbersCountQuotedNewlines)
{
    write("in.csv", "note,operation,managed_user_id,profile_id\n"
                    "\"a\nb\r\nc\",assign,1,322\nx,assign,2,zero\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 1);
    BOOST_TEST(contains(ended.all(), "in.csv:5"), describe(ended));
}

BOOST_AUTO_TEST_CASE(wrongNumberOfFieldsIsWrittenBackWithTheHeadersCount)
{
    const StubApi api;
    write("in.csv", "operation,managed_user_id,profile_id,note\nassign,1\n"
                    "assign,2,322,a,b,\"c,d\"\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), 2U);
    for (std::size_t row = 0; row < 2; ++row) {
        BOOST_TEST(results.record(row).fields.size() == results.header().fields.size());
        BOOST_TEST(results.at(row, "result_error_code") == "field_count");
    }
    BOOST_TEST(results.at(0, "note").empty());
    BOOST_TEST(results.at(0, "result_status") == "invalid");
    BOOST_TEST(results.at(1, "note") == "a,b,c,d");
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
