#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;

namespace {

struct FileCase
{
    std::string name;
    std::string content;
    std::string place;   ///< file and line
    std::string problem; ///< a pattern
};

std::ostream& operator<<(std::ostream& out, const FileCase& file)
{
    return out << file.name;
}

const std::string kHeader = "operation,managed_user_id,profile_id,note\n";

std::string utf16(bool bigEndian)
{
    std::string text = bigEndian ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : kHeader + "assign,1,322,\n") {
        if (bigEndian) text += '\0';
        text += c;
        if (!bigEndian) text += '\0';
    }
    return text;
}

// Each kind of SPEC "Input CSV", with the pattern of what its message must say.
const std::vector<FileCase> kFileCases = {
    {"empty", "", "in.csv", "empty"},
    {"byte order mark only", "\xEF\xBB\xBF", "in.csv", "empty"},
    {"blank lines only", "\n\r\n,,\n", "in.csv", "empty|header"},
    {"no header", "assign,1,322\nassign,2,322\n", "in.csv:1", "header|column"},
    {"no operation column", "managed_user_id,profile_id\n1,322\n", "in.csv:1",
     "operation(.|\n)*--operation="},
    {"no profile column", "operation,managed_user_id\nassign,1\n", "in.csv:1",
     "profile_id(.|\n)*--profile-id="},
    {"no customer column", "operation,profile_id\nassign,322\n", "in.csv:1",
     "managed_user_id(.|\n)*external_id"},
    {"column twice", "operation,managed_user_id,profile_id,Managed User-ID\nassign,1,322,2\n",
     "in.csv:1", "managed.user.id(.|\n)*(twice|two|both|more than once|ambiguous)"},
    {"ambiguous column",
     "operation,managed_user_id,profile_id,custom_oauth_profile_id\nassign,1,322,323\n", "in.csv:1",
     "profile_id"},
    {"UTF-16 little endian", utf16(false), "in.csv", "UTF-16"},
    {"UTF-16 big endian", utf16(true), "in.csv", "UTF-16"},
    {"NUL", kHeader + "assign,1,322,\nassign,2,322,a" + std::string(1, '\0') + "b\n", "in.csv:3",
     "NUL"},
    {"unclosed quote", kHeader + "assign,1,322,\nassign,2,322,\"open\nassign,3,322,\n", "in.csv:3",
     "quote"},
    {"text after a closing quote", kHeader + "assign,1,322,\"a\"b\n", "in.csv:2", "quote"},
    {"quote inside an unquoted field", kHeader + "assign,1,322,5\" pipe\n", "in.csv:2", "quote"},
    {"quote after a quoted newline", kHeader + "assign,1,322,\"a\nb\"\nassign,2,322,x\"y\n",
     "in.csv:4", "quote"},
    {"record over 1 MiB", kHeader + "assign,1,322," + std::string((1U << 20U) + 1, 'x') + "\n",
     "in.csv:2", "1 MiB|1,?048,?576"},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CheckFileProblem, Rig)

BOOST_DATA_TEST_CASE(isReportedByCheckWithItsPlace, boost::unit_test::data::make(kFileCases), file)
{
    write("in.csv", file.content);
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.all(), file.place), "no " << file.place << describe(ended));
    CHECK_SAYS(ended.all(), file.problem);
}

BOOST_DATA_TEST_CASE(refusesTheRunBeforeTheFirstConnection,
                     boost::unit_test::data::make(kFileCases), file)
{
    const StubApi api;
    write("in.csv", file.content);
    const Ended ended = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.err, file.place), "no " << file.place << describe(ended));
    CHECK_SAYS(ended.err, file.problem);
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(!exists("in.results.csv"));
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(missingFileIsNoInput)
{
    for (const char* command : {"check", "run"}) {
        const Ended ended =
            run({command, "none.csv",
                 std::string(command) == "run" ? "--base-url=http://127.0.0.1:9" : "--rate=off"});
        CHECK_EXIT(ended, 66);
        BOOST_TEST(contains(ended.all(), "none.csv"));
    }
}

BOOST_AUTO_TEST_CASE(directoryIsRefused)
{
    std::filesystem::create_directory(path("in.csv"));
    const Ended ended = run({"check", "in.csv"});
    BOOST_TEST((ended.exitCode == 65 || ended.exitCode == 66), describe(ended));
    CHECK_SAYS(ended.all(), "in\\.csv.*director");
}

BOOST_AUTO_TEST_CASE(allProblemsAreListedAtOnce)
{
    write("in.csv", kHeader + "assign,1,322,a\"b\nassign,2,322,\nassign,3,322,\"c\"d\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.all(), "in.csv:2"));
    BOOST_TEST(contains(ended.all(), "in.csv:4"));
}

BOOST_AUTO_TEST_CASE(onlyTheFirstHundredAreListedThenCounted)
{
    std::string content = kHeader;
    for (int row = 0; row < 150; ++row)
        content += "assign,1,322,a\"b\n";
    write("in.csv", content);
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.all(), "in.csv:101"), describe(ended));
    BOOST_TEST(!contains(ended.all(), "in.csv:102"), describe(ended));
    CHECK_SAYS(ended.all(), "\\b(50 more|150)\\b");
}

BOOST_AUTO_TEST_CASE(problemsOfColumnsAndBytesAreListedTogether)
{
    write("in.csv", "managed_user_id,note\n1,a\"b\n");
    const Ended ended = run({"check", "in.csv"});
    CHECK_EXIT(ended, 65);
    CHECK_SAYS(ended.all(), "operation");
    CHECK_SAYS(ended.all(), "profile_id");
}

BOOST_AUTO_TEST_SUITE_END()
