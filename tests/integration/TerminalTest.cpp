#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

struct TerminalRig : Rig
{
    TerminalRig()
    {
        environment["TERM"] = "xterm";
        environment["LC_ALL"] = "C.UTF-8";
        write("in.csv", assignments(20));
    }

    Command onTerminal(const Arguments& arguments) const
    {
        Command command = this->command(arguments);
        command.standardError = StandardError::terminal;
        return command;
    }
};

/// Control characters but for the newline (and what a terminal makes of it) and the ones that the
/// progress line needs.
bool hasHostileControl(const std::string& text)
{
    std::string rest = text;
    for (const std::string& own : {std::string("\x1B[K"), std::string("\r"), std::string("\n")}) {
        for (std::size_t at = 0; (at = rest.find(own)) != std::string::npos;) {
            rest.erase(at, own.size());
        }
    }
    return std::any_of(rest.begin(), rest.end(),
                       [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

const std::string kHostile =
    R"({"message":"\u001b]0;owned\u0007\u001b[2J\r\n\u0008\u009b31m\u202eevil","id":"\u001b[1m"})";

} // namespace

BOOST_FIXTURE_TEST_SUITE(Terminal, TerminalRig)

BOOST_AUTO_TEST_CASE(progressLineIsRedrawnAndEndsWithANewline)
{
    const StubApi api([](const StubRequest&) { return Reply::success().after(50ms); });
    const Ended ended =
        Process::run(onTerminal(against(api.url(), {"run", "in.csv", "--workers=1"})));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(count(ended.err, "\r") > 3U);
    CHECK_SAYS(ended.err, "\\b\\d+/20\\b");
    CHECK_SAYS(ended.err, "20/20");
    BOOST_REQUIRE(!ended.err.empty());
    BOOST_TEST(ended.err.back() == '\n');
    BOOST_TEST(!contains(ended.out, "\r"));
    BOOST_TEST(!contains(ended.out, "\x1B"));
    CHECK_SAYS(ended.out, "succeeded\\D*20\\b");
}

BOOST_AUTO_TEST_CASE(progressLineFitsTheTerminal)
{
    const StubApi api([](const StubRequest&) { return Reply::success().after(50ms); });
    Command narrow = onTerminal(against(api.url(), {"run", "in.csv", "--workers=1"}));
    narrow.columns = 40;
    const Ended ended = Process::run(narrow);
    CHECK_EXIT(ended, 0);
    std::string text = ended.err;
    std::replace(text.begin(), text.end(), '\r', '\n');
    for (const std::string& line : lines(text)) {
        if (!contains(line, "/20")) continue;
        std::size_t characters = 0;
        for (const char c : line.substr(0, line.find('\x1B'))) {
            characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }
        BOOST_TEST(characters <= 40U, line);
    }
}

BOOST_AUTO_TEST_CASE(pipeGetsPlainLinesOnly)
{
    const StubApi api;
    const Ended ended = run(against(api.url(), {"run", "in.csv"}));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(!contains(ended.err, "\r"));
    BOOST_TEST(!contains(ended.err, "\x1B"));
}

BOOST_AUTO_TEST_CASE(plainIsPlainOnATerminalToo)
{
    const StubApi api;
    const Ended ended =
        Process::run(onTerminal(against(api.url(), {"run", "in.csv", "--progress=plain"})));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(!contains(ended.err, "\x1B"));
    BOOST_TEST(count(ended.err, "\r") == count(ended.err, "\r\n")); // The terminal's own.
}

BOOST_AUTO_TEST_CASE(noneIsSilent)
{
    const StubApi api;
    const Ended ended =
        Process::run(onTerminal(against(api.url(), {"run", "in.csv", "--progress=none"})));
    CHECK_EXIT(ended, 0);
    BOOST_TEST(ended.err == "");
}

BOOST_AUTO_TEST_CASE(progressSaysWhyItPauses)
{
    StubApi api(StubApi::inOrder({Reply::status(429, "{}", {"Retry-After: 2"})}));
    const Ended ended =
        Process::run(onTerminal(against(api.url(), {"run", "in.csv", "--workers=1"})));
    CHECK_EXIT(ended, 0);
    CHECK_SAYS(ended.err, "429|thrott|paus|quota");
}

BOOST_AUTO_TEST_CASE(hostileServerTextReachesNeitherTerminalNorPipe)
{
    const StubApi api([](const StubRequest& request) {
        return Reply::status(request.number % 2 == 0 ? 400 : 500, kHostile);
    });
    const Arguments arguments =
        against(api.url(), {"run", "in.csv", "--max-attempts=1", "--overwrite", "--workers=1",
                            "--summary=s.json"});
    for (const Command& command : {onTerminal(arguments), this->command(arguments)}) {
        const Ended ended = Process::run(command);
        CHECK_EXIT(ended, 1);
        BOOST_TEST(!hasHostileControl(ended.out), describe(ended));
        BOOST_TEST(!hasHostileControl(ended.err), describe(ended));
        for (const std::string& text : {ended.all(), read("in.results.csv"), read("s.json")}) {
            BOOST_TEST(!contains(text, "\xC2\x9B"));     // U+009B, a control of its own
            BOOST_TEST(!contains(text, "\xE2\x80\xAE")); // U+202E
            BOOST_TEST(!contains(text, "\x1B]"));
        }
    }
}

BOOST_AUTO_TEST_CASE(hostileInputReachesNeitherTerminalNorPipe)
{
    write("in.csv", "operation,managed_user_id,profile_id\n\x1B[2Jassign,1,322\n"
                    "assign,\x1B]0;x\x07,322\nassign,3,\xC2\x9B"
                    "3\n");
    for (const Command& command :
         {onTerminal({"check", "in.csv"}), this->command({"check", "in.csv"})}) {
        const Ended ended = Process::run(command);
        CHECK_EXIT(ended, 1);
        BOOST_TEST(!hasHostileControl(ended.all()), describe(ended));
        BOOST_TEST(!contains(ended.all(), "\xC2\x9B"));
    }
}

BOOST_AUTO_TEST_CASE(terminalThatGoesAwayHangsUpInOrder)
{
    StubApi api;
    api.hold();
    auto process =
        std::make_unique<Process>(onTerminal(against(api.url(), {"run", "in.csv", "--workers=2"})));
    api.waitForRequests(2);
    process->signal(SIGHUP);
    process->waitForOutput("interrupted");
    api.release();
    CHECK_EXIT(process->wait(), 129);
    BOOST_TEST(table("in.results.csv").size() == 20U);
}

BOOST_AUTO_TEST_CASE(closedPipeOfTheReaderDoesNotKillTheRun)
{
    const StubApi api;
    Command command = this->command(against(api.url(), {"run", "in.csv"}));
    command.arguments = {"/bin/sh", "-c", "(\"$0\" \"$@\"; echo $? >exit-code) | true",
                         command.arguments[0]};
    const auto arguments = against(api.url(), {"run", "in.csv"});
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    Process::run(command);
    // The rows are done and recorded; that the summary reached nobody may be an error (74).
    BOOST_TEST((read("exit-code") == "0\n" || read("exit-code") == "74\n"), read("exit-code"));
    BOOST_TEST(table("in.results.csv").at(19, "result_status") == "succeeded");
    BOOST_TEST(api.requests().size() == 20U);
}

BOOST_AUTO_TEST_SUITE_END()
