#include "Rig.h"
#include "SandboxProcess.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <ostream>
#include <regex>

using namespace oauth_batch::test;

namespace {

const std::vector<std::string> kResultColumns = {
    "result_row",        "result_status",      "result_http_status",
    "result_error_code", "result_message",     "result_request",
    "result_attempts",   "result_finished_at", "result_duration_ms"};

struct Dialect
{
    std::string name;
    std::string mark;
    std::string lineEnd;
    char delimiter;
};

std::ostream& operator<<(std::ostream& out, const Dialect& dialect)
{
    return out << dialect.name;
}

const std::vector<Dialect> kDialects = {
    {"Excel", "\xEF\xBB\xBF", "\r\n", ','},
    {"Unix", "", "\n", ','},
    {"European", "", "\r\n", ';'},
    {"mark and LF", "\xEF\xBB\xBF", "\n", '|'},
    {"tabs", "", "\n", '\t'},
};

/// Records whose bytes must come back: needless quotes, doubled quotes, newlines of both kinds
/// inside quotes, blanks at the ends, formulas, other alphabets.
std::string awkwardInput(const Dialect& dialect)
{
    const std::vector<std::string> records = {
        "note,\"operation\",managed_user_id,profile_id, Empty ",
        "plain,assign,1,322,",
        "\"needless\",\"assign\",\"2\",\"322\",\"\"",
        "\"a \"\"quoted\"\" word\",assign,3,322,  blanks  ",
        "\"two\nlines\r\nor three\",ASSIGN,4,322,",
        "=1+1,assign,5,322,@SUM(A1)",
        "M\xC3\xBCnchen \xE6\x9D\xB1\xE4\xBA\xAC,assign,6,322,'",
        "\"the delimiter ,;|\t\",assign,7,322,0010",
        "wrong,assign,8x,322,1E+05",
    };
    std::string text = dialect.mark;
    for (std::string record : records) {
        bool quoted = false;
        for (char& c : record) {
            if (c == '"') quoted = !quoted;
            if (c == ',' && !quoted) c = dialect.delimiter;
        }
        text += record + dialect.lineEnd;
    }
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Results, Rig)

BOOST_DATA_TEST_CASE(inputColumnsComeBackByteForByte, boost::unit_test::data::make(kDialects),
                     dialect)
{
    const StubApi api;
    write("in.csv", awkwardInput(dialect));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const CsvTable input = table("in.csv", dialect.delimiter);
    const CsvTable results = table("in.results.csv", dialect.delimiter);
    BOOST_TEST(results.hasMark() == !dialect.mark.empty());
    BOOST_REQUIRE_EQUAL(results.size(), input.size());
    const auto startsWith = [&dialect](const CsvTable::Record& result,
                                       const CsvTable::Record& record) {
        return result.raw.rfind(record.raw + dialect.delimiter, 0) == 0;
    };
    BOOST_TEST(startsWith(results.header(), input.header()), results.header().raw);
    for (std::size_t row = 0; row < input.size(); ++row) {
        BOOST_TEST(startsWith(results.record(row), input.record(row)), results.record(row).raw);
        BOOST_TEST(results.record(row).end == dialect.lineEnd);
    }
}

BOOST_AUTO_TEST_CASE(lastLineWithoutNewlineIsARow)
{
    const StubApi api;
    std::string text = assignments(2);
    text.pop_back();
    write("in.csv", text);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(table("in.results.csv").size() == 2U);
    BOOST_TEST(table("in.results.csv").record(1).raw.rfind("assign,2,322,2,succeeded,", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(resultColumnsFollowInTheirOrder)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const CsvTable results = table("in.results.csv");
    const std::vector<std::string> columns(results.header().fields.begin() + 3,
                                           results.header().fields.end());
    BOOST_TEST(columns == kResultColumns, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(succeededRowHasAllItsColumns)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_row") == "1");
    BOOST_TEST(results.at(0, "result_status") == "succeeded");
    BOOST_TEST(results.at(0, "result_http_status") == "200");
    BOOST_TEST(results.at(0, "result_error_code").empty());
    BOOST_TEST(results.at(0, "result_request") == "POST " + assignTarget("1"));
    BOOST_TEST(results.at(0, "result_attempts") == "1");
    CHECK_SAYS(results.at(0, "result_finished_at"),
               "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$");
    CHECK_SAYS(results.at(0, "result_duration_ms"), "^\\d+$");
}

BOOST_AUTO_TEST_CASE(requestHasTheDocumentedHeadersAndNoBody)
{
    const StubApi api;
    write("in.csv", "operation,managed_user_id,profile_id,force\nassign,1,322,\n"
                    "unassign,2,322,yes\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_REQUIRE_EQUAL(api.requests().size(), 2U);
    for (const StubRequest& request : api.requests()) {
        BOOST_TEST(request.headers.at("authorization") == "Bearer " + std::string(kToken));
        BOOST_TEST(request.headers.at("content-type") == "application/json");
        BOOST_TEST(request.headers.at("host") == "127.0.0.1:" + std::to_string(api.port()));
        BOOST_TEST(request.raw.substr(request.raw.size() - 4) == "\r\n\r\n");
        if (request.method == "POST") {
            BOOST_REQUIRE(request.headers.count("content-length") == 1);
            BOOST_TEST(request.headers.at("content-length") == "0");
        }
    }
}

BOOST_AUTO_TEST_CASE(basePathOfAPrivateInstanceIsKept)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(run({"run", "in.csv", "--rate=off", "--base-url=" + api.url() + "/gateway/"}), 0);
    BOOST_TEST(api.requests().at(0).target == "/gateway" + assignTarget("1"));
}

BOOST_AUTO_TEST_CASE(rowsStandInInputOrderWhateverTheOrderOfTheAnswers)
{
    SandboxProcess sandbox({"--latency=1ms..20ms"});
    write("in.csv", assignments(100));
    CHECK_EXIT(runAgainst(sandbox.url(), {"run", "in.csv", "--workers=16"}), 0);
    std::vector<std::string> expected;
    for (int row = 1; row <= 100; ++row)
        expected.push_back(std::to_string(row));
    BOOST_TEST(table("in.results.csv").column("result_row") == expected,
               boost::test_tools::per_element());
    BOOST_TEST(table("in.results.csv").column("managed_user_id") == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(resultColumnsOfTheInputAreReplacedNotDoubled)
{
    const StubApi api;
    write("in.csv", "operation,result_status,managed_user_id,Result_Message,profile_id\n"
                    "assign,old,1,old,322\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const CsvTable results = table("in.results.csv");
    const auto& header = results.header().fields;
    BOOST_TEST(std::count(header.begin(), header.end(), "result_status") == 1);
    BOOST_TEST(header.size() == 3 + kResultColumns.size());
    BOOST_TEST(results.at(0, "result_status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(resultsFileIsAValidInput)
{
    const StubApi api;
    write("in.csv", assignments(2));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    CHECK_EXIT(run({"check", "in.results.csv"}), 0);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.results.csv", "--output=again.csv"}), 0);
    BOOST_TEST(api.requests().size() == 4U);
    BOOST_TEST(table("again.csv").header().raw == table("in.results.csv").header().raw);
}

BOOST_AUTO_TEST_CASE(filesAreForTheOwnerOnlyAndNoneIsLeftOver)
{
    const StubApi api;
    write("in.csv", assignments(2));
    CHECK_EXIT(
        runAgainst(api.url(), {"run", "in.csv", "--summary=s.json", "--metrics-file=m.prom"}), 0);
    BOOST_TEST(modeOf(path("in.results.csv")) == 0600U);
    BOOST_TEST(modeOf(path("s.json")) == 0600U);
    BOOST_TEST(modeOf(path("m.prom")) == 0644U);
    BOOST_TEST(!exists("in.results.csv.journal"));
    BOOST_TEST(!exists("in.results.csv.tmp"));
}

BOOST_AUTO_TEST_CASE(symlinkAtAPlaceOfOursIsRefusedBeforeTheFirstConnection)
{
    for (const char* name : {"in.results.csv", "in.results.csv.journal", "in.results.csv.tmp"}) {
        const StubApi api;
        const Rig rig;
        rig.write("in.csv", assignments(1));
        rig.write("precious", "keep me");
        std::filesystem::create_symlink("precious", rig.path(name));
        const Ended ended = rig.runAgainst(api.url(), {"run", "in.csv"});
        BOOST_TEST_CONTEXT(name)
        {
            CHECK_EXIT(ended, 73);
            BOOST_TEST(contains(ended.err, name), describe(ended));
            BOOST_TEST(api.connections() == 0U);
            BOOST_TEST(rig.read("precious") == "keep me");
        }
    }
}

BOOST_AUTO_TEST_CASE(danglingSymlinkIsRefusedToo)
{
    const StubApi api;
    write("in.csv", assignments(1));
    std::filesystem::create_symlink("nowhere", path("in.results.csv"));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--overwrite"}), 73);
    BOOST_TEST(!exists("nowhere"));
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(existingResultsAreKeptUnlessOverwriteSaysOtherwise)
{
    const StubApi api;
    write("in.csv", assignments(1));
    write("in.results.csv", "somebody else's\n");
    const Ended refused = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(refused, 73);
    CHECK_SAYS(refused.err, "in\\.results\\.csv(.|\n)*--overwrite");
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(read("in.results.csv") == "somebody else's\n");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--overwrite"}), 0);
    BOOST_TEST(table("in.results.csv").at(0, "result_status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(finishedRunIsNotRunAgainByTheSameCommand)
{
    const StubApi api;
    write("in.csv", assignments(2));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    const std::string before = read("in.results.csv");
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 73);
    BOOST_TEST(api.requests().size() == 2U);
    BOOST_TEST(read("in.results.csv") == before);
}

BOOST_AUTO_TEST_CASE(outputOptionNamesThePlace)
{
    const StubApi api;
    write("in.csv", assignments(1));
    std::filesystem::create_directory(path("out"));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--output=out/done.csv"}), 0);
    BOOST_TEST(table("out/done.csv").at(0, "result_status") == "succeeded");
    BOOST_TEST(!exists("in.results.csv"));
}

BOOST_AUTO_TEST_CASE(missingOutputFolderIsRefusedBeforeTheFirstConnection)
{
    const StubApi api;
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--output=none/done.csv"}), 73);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(standardInputNeedsAnOutput)
{
    const StubApi api;
    const Ended refused = run(against(api.url(), {"run", "-"}), assignments(2));
    CHECK_EXIT(refused, 64);
    CHECK_SAYS(refused.err, "--output");
    BOOST_TEST(api.connections() == 0U);
    CHECK_EXIT(run(against(api.url(), {"run", "-", "--output=out.csv"}), assignments(2)), 0);
    BOOST_TEST(table("out.csv").size() == 2U);
    for (const auto& entry : std::filesystem::directory_iterator(path(""))) {
        BOOST_TEST(!contains(entry.path().filename().string(), "out.csv."), entry.path());
    }
}

BOOST_AUTO_TEST_CASE(mixedFateIsCountedAndAddsUp)
{
    StubApi api([](const StubRequest& request) {
        if (contains(request.target, "/2/"))
            return Reply::status(404, R"({"message":"Not found"})");
        if (contains(request.target, "/3/")) {
            return Reply::status(200, R"({"result":{"success":false}})");
        }
        return Reply::success();
    });
    write("in.csv", assignments(4) + "assign,1,322\nassign,zz,322\n");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    const std::vector<std::string> expected = {"succeeded", "failed",    "failed",
                                               "succeeded", "duplicate", "invalid"};
    BOOST_TEST(results.column("result_status") == expected, boost::test_tools::per_element());
    CHECK_SAYS(ended.out, "succeeded\\D*2\\b");
    CHECK_SAYS(ended.out, "failed\\D*2\\b");
    CHECK_SAYS(ended.out, "duplicate\\D*1\\b");
    CHECK_SAYS(ended.out, "invalid\\D*1\\b");
    CHECK_SAYS(ended.out, "rows\\D*6\\b");
}

BOOST_AUTO_TEST_CASE(headerOnlyRunEndsWellWithoutAConnection)
{
    const StubApi api;
    write("in.csv", assignments(0));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(table("in.results.csv").size() == 0U);
    BOOST_TEST(api.requests().empty());
}

BOOST_AUTO_TEST_CASE(serverTextIsMadeSafe)
{
    StubApi api([](const StubRequest& request) {
        const bool second = contains(request.target, "/2/");
        return Reply::status(400, second ? R"json({"message":"=HYPERLINK(\"http://x\")"})json"
                                         : "{\"message\":\"a\\u001b[31mb\\nc\\u202ed " +
                                               std::string(5000, 'x') + "\"}");
    });
    write("in.csv", assignments(2));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 1);
    const CsvTable results = table("in.results.csv");
    for (const std::string& message : results.column("result_message")) {
        BOOST_TEST(message.size() <= 800U); // 200 characters of at most four bytes
        BOOST_TEST(!message.empty());
        BOOST_TEST(!contains("=+-@\t\r", message.substr(0, 1)), message);
        BOOST_TEST(std::none_of(message.begin(), message.end(),
                                [](unsigned char c) { return c < 0x20 || c == 0x7F; }));
        BOOST_TEST(!contains(message, "\xE2\x80\xAE"));
    }
}

BOOST_AUTO_TEST_CASE(serverErrorsIdIsKept)
{
    StubApi api([](const StubRequest&) {
        return Reply::status(500, R"({"message":"Server error","id":"0b9e-support-7"})");
    });
    write("in.csv", assignments(1));
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"}), 1);
    CHECK_SAYS(table("in.results.csv").at(0, "result_message"), "0b9e-support-7");
}

BOOST_AUTO_TEST_SUITE_END()
