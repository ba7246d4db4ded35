#include "OpensslServer.h"
#include "SandboxProcess.h"
#include "TcpRelay.h"
#include "TlsRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <ostream>

using namespace oauth_batch::test;

namespace {

namespace fs = std::filesystem;

/// With a character that JSON may write in two ways.
const std::string kCanary = "canary/7c1e5b90d2a84f63";
const std::string kPassword = "parrot/51f0aa7be2c94d08";
/// Of both: parts that no file has a reason to hold, so that half a secret is found, too.
const std::vector<std::string> kTraces = {"canary", "7c1e5b90", "parrot", "51f0aa7b"};

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        std::array<char, 8> unit{};
        std::snprintf(unit.data(), unit.size(), "\\u%04x", static_cast<unsigned>(c));
        result += unit.data();
    }
    return result;
}

std::string slashEscaped(std::string text)
{
    return text.replace(text.find('/'), 1, "\\/");
}

Reply message(int status, const std::string& text)
{
    return Reply::status(status, R"({"message":")" + text + R"("})");
}

Reply head(const std::string& lines)
{
    return Reply::raw("HTTP/1.1 " + lines + "\r\nContent-Length: 0\r\n\r\n");
}

/// An answer to a request whose token is `secret`.
struct Echo
{
    std::string name;
    std::function<Reply(const std::string& secret)> reply;
};

std::ostream& operator<<(std::ostream& out, const Echo& one)
{
    return out << one.name;
}

const std::vector<Echo> kEchoes = {
    {"message", [](const auto& secret) { return message(400, "bad token " + secret); }},
    {"message, slash escaped",
     [](const auto& secret) { return message(400, "bad token " + slashEscaped(secret)); }},
    {"message, all escaped",
     [](const auto& secret) { return message(422, "bad token " + escaped(secret)); }},
    {"message that is cut within it",
     [](const auto& secret) { return message(400, std::string(183, 'x') + secret); }},
    {"message that is cut within it, escaped",
     [](const auto& secret) { return message(400, std::string(183, 'x') + escaped(secret)); }},
    {"message of a refusal",
     [](const auto& secret) {
         return Reply::status(200, R"({"result":{"success":false,"message":")" + escaped(secret) +
                                       R"("}})");
     }},
    {"message of an error", [](const auto& secret) { return message(500, secret); }},
    {"message of a timeout", [](const auto& secret) { return message(408, escaped(secret)); }},
    {"id",
     [](const auto& secret) {
         return Reply::status(500, R"({"message":"m","id":")" + std::string(70, 'x') +
                                       slashEscaped(secret) + R"("})");
     }},
    {"key", [](const auto& secret) { return Reply::status(400, R"({")" + secret + R"(":1})"); }},
    {"text that is no JSON",
     [](const auto& secret) { return Reply::status(400, "<html>" + secret); }},
    {"success that is no JSON", [](const auto& secret) { return Reply::status(200, secret); }},
    {"reason phrase", [](const auto& secret) { return head("400 " + secret); }},
    {"status line", [](const auto& secret) { return head(secret); }},
    {"first line", [](const auto& secret) { return Reply::raw(secret + "\r\n\r\n"); }},
    {"line that is no field", [](const auto& secret) { return head("200 OK\r\n" + secret); }},
    {"name of a field", [](const auto& secret) { return head("400 X\r\n" + secret + ": 1"); }},
    {"length", [](const auto& secret) { return head("200 OK\r\nContent-Length: " + secret); }},
    {"encoding", [](const auto& secret) { return head("200 OK\r\nTransfer-Encoding: " + secret); }},
    {"size of a chunk",
     [](const auto& secret) {
         return Reply::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret +
                           "\r\n");
     }},
    {"wish to wait", [](const auto& secret) { return head("503 X\r\nRetry-After: " + secret); }},
    {"host of a redirect",
     [](const auto& secret) { return head("302 X\r\nLocation: http://" + secret + ".example/"); }},
    {"user of a redirect",
     [](const auto& secret) { return head("302 X\r\nLocation: http://" + secret + "@example/"); }},
    {"path of a redirect",
     [](const auto& secret) { return head("302 X\r\nLocation: http://example/" + secret); }},
};

struct CanaryRig : TlsRig
{
    CanaryRig()
    {
        environment["WORKATO_API_TOKEN"] = kCanary;
        environment["LANG"] = "C.UTF-8";
    }

    /// With all that writes a file or a line.
    static Arguments noisy()
    {
        return runOf({"--workers=1", "--max-attempts=2", "--rate=1000/s", "--summary=summary.json",
                      "--metrics-file=metrics.prom", "--progress=plain"});
    }

    static void checkNoTrace(const std::string& text, const std::string& where)
    {
        for (const std::string& trace : kTraces)
            BOOST_TEST(!contains(text, trace), trace << " is in " << where << ":\n" << text);
    }

    void checkNoTraceOf(const Ended& ended) const
    {
        checkNoTrace(ended.all(), "the output");
        std::size_t files = 0;
        for (const auto& entry : fs::recursive_directory_iterator(path(""))) {
            checkNoTrace(entry.path().filename().string(), "a file name");
            if (!entry.is_regular_file()) continue;
            checkNoTrace(readFile(entry.path()), entry.path().string());
            ++files;
        }
        // Input, results, journal, summary, metrics, quota file.
        BOOST_TEST(files >= 6U);
        checkNoTrace(run({"status", "in.results.csv"}).all(), "status");
        checkNoTrace(run({"status", "in.results.csv", "--json"}).all(), "status --json");
        checkNoTrace(run({"undo", "in.results.csv", "--output=undo.csv"}).all(), "undo");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Canary, CanaryRig)

/// The first row gets the echo, the second a refusal of the token, so that the journal stays.
BOOST_DATA_TEST_CASE(echoOfTheTokenComesIntoNoOutputAndNoFile,
                     boost::unit_test::data::make(kEchoes), echo)
{
    const StubApi api([&](const StubRequest& request) {
        const std::string secret =
            request.headers.at("authorization").substr(std::string("Bearer ").size());
        return contains(request.target, "/1/") ? echo.reply(secret) : message(401, secret);
    });
    write("in.csv", assignments(3));
    const Ended ended = runAgainst(api.url(), noisy());
    CHECK_EXIT(ended, 77);
    BOOST_TEST(exists("in.results.csv.journal"));
    BOOST_TEST(contains(api.requests().at(0).raw, "Bearer " + kCanary));
    checkNoTraceOf(ended);
}

BOOST_AUTO_TEST_CASE(untrustedServerLeavesNoTraceOfTheToken)
{
    OpensslServer server({TestCa::instance().unknownCa(), {}, {}});
    const Ended ended = runAgainst(server.url(), noisy());
    CHECK_EXIT(ended, 69);
    checkNoTraceOf(ended);
}

BOOST_AUTO_TEST_CASE(passwordOfTheProxyGoesToTheProxyOnly)
{
    OpensslServer server;
    const TcpRelay proxy([&](std::size_t) { return TcpRelay::Plan::tunnel(server.port()); });
    environment["HTTPS_PROXY"] =
        "http://user:" + kPassword + "@127.0.0.1:" + std::to_string(proxy.port());
    environment["HTTPS_PROXY"].replace(environment["HTTPS_PROXY"].rfind(kPassword) + 6, 1, "%2F");
    Arguments arguments = noisy();
    arguments.push_back(trust());
    Process program(command(against("https://localhost:4433", arguments)));
    server.answer(1, Reply::success().bytes);
    server.answer(2, message(401, "no").bytes);
    const Ended ended = program.wait();
    CHECK_EXIT(ended, 77);
    checkNoTraceOf(ended);
    const std::string received = server.stopAndReadOutput();
    BOOST_TEST(contains(received, "Bearer " + kCanary));
    BOOST_TEST(!contains(received, "Proxy-Authorization"));
    const std::string seen = proxy.received();
    // printf 'user:parrot/51f0aa7be2c94d08' | base64
    BOOST_TEST(
        contains(seen, "Proxy-Authorization: Basic dXNlcjpwYXJyb3QvNTFmMGFhN2JlMmM5NGQwOA=="),
        seen);
    BOOST_TEST(!contains(seen, "canary"));
    BOOST_TEST(!contains(seen, "managed_users"));
}

BOOST_AUTO_TEST_CASE(proxyThatEchoesItsPasswordBringsItIntoNoMessage)
{
    const StubApi proxy([](const StubRequest& request) {
        const std::string basic = request.headers.at("proxy-authorization");
        return Reply::raw("HTTP/1.1 407 " + basic + ' ' + kPassword + "\r\nX-Echo: " + basic +
                          "\r\nContent-Length: 0\r\n\r\n");
    });
    environment["HTTPS_PROXY"] =
        "http://user:parrot%2F51f0aa7be2c94d08@127.0.0.1:" + std::to_string(proxy.port());
    write("in.csv", assignments(1));
    const Ended ended = runAgainst("https://api.invalid", noisy());
    CHECK_EXIT(ended, 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_error_code") == "proxy_error");
    CHECK_SAYS(results.at(0, "result_message"), "407.*password");
    for (const auto& entry : fs::recursive_directory_iterator(path(""))) {
        if (!entry.is_regular_file()) continue;
        checkNoTrace(readFile(entry.path()), entry.path().string());
        BOOST_TEST(!contains(readFile(entry.path()), "dXNlcjpw"), entry.path());
    }
    checkNoTrace(ended.all(), "the output");
    BOOST_TEST(!contains(ended.all(), "dXNlcjpw"));
}

BOOST_AUTO_TEST_CASE(secretInAWrongPlaceOfTheCommandLineIsNotRepeated)
{
    write("config.properties", "token=" + kCanary + "\n");
    const std::vector<Arguments> wrong = {
        {"run", "in.csv", "--token=" + kCanary, "--base-url=https://a.example"},
        {"run", "in.csv", "-t" + kCanary, "--base-url=https://a.example"},
        {"run", "in.csv", "--base-url=https://user:" + kCanary + "@a.example"},
        {"run", "in.csv", "--base-url=https://" + kCanary + "@a.example:70000"},
        {"run", "in.csv", "--base-url=https://a.example/?token=" + kCanary},
        {"run", "in.csv", "--config=config.properties", "--base-url=https://a.example"},
    };
    for (const Arguments& arguments : wrong) {
        const Ended ended = run(arguments);
        CHECK_EXIT(ended, 64);
        checkNoTrace(ended.all(), "the output");
    }
}

BOOST_AUTO_TEST_SUITE_END()
