#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace oauth_batch::test;

namespace {

namespace fs = std::filesystem;

struct TokenRig : Rig
{
    TokenRig() { write("in.csv", assignments(1)); }

    void writeToken(const std::string& name, const std::string& text, fs::perms mode) const
    {
        write(name, text);
        fs::permissions(path(name), mode);
    }

    std::string sentToken(const StubApi& api) const
    {
        return api.requests().at(0).headers.at("authorization");
    }
};

constexpr auto kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

} // namespace

BOOST_FIXTURE_TEST_SUITE(Secrets, TokenRig)

BOOST_AUTO_TEST_CASE(noTokenIsAConfigurationError)
{
    const StubApi api;
    environment.erase("WORKATO_API_TOKEN");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(ended, 78);
    CHECK_SAYS(ended.err, "--token-file(.|\n)*WORKATO_API_TOKEN");
    BOOST_TEST(api.connections() == 0U);
    BOOST_TEST(!exists("in.results.csv"));
}

BOOST_AUTO_TEST_CASE(emptyTokenIsAConfigurationError)
{
    const StubApi api;
    environment["WORKATO_API_TOKEN"] = "";
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 78);
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(tokenThatCouldInjectAHeaderIsRefused)
{
    const StubApi api;
    environment["WORKATO_API_TOKEN"] = std::string(kToken) + "\r\nX-Evil: 1";
    const Ended ended = runAgainst(api.url(), {"run", "in.csv"});
    CHECK_EXIT(ended, 78);
    BOOST_TEST(!contains(ended.all(), kToken));
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(tokenFileWinsAndItsNewlineIsNoPartOfIt)
{
    const StubApi api;
    writeToken("token", "from-the-file\n", kOwnerOnly);
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv", "--token-file=token"}), 0);
    BOOST_TEST(sentToken(api) == "Bearer from-the-file");
}

BOOST_AUTO_TEST_CASE(tokenFileThatOthersCanReadIsRefused)
{
    for (const fs::perms loose : {fs::perms::group_read, fs::perms::others_read}) {
        const StubApi api;
        writeToken("token", std::string(kToken), kOwnerOnly | loose);
        const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--token-file=token"});
        CHECK_EXIT(ended, 78);
        CHECK_SAYS(ended.err, "token(.|\n)*(chmod|0?600)");
        BOOST_TEST(!contains(ended.all(), kToken));
        BOOST_TEST(api.connections() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(missingTokenFileIsAConfigurationError)
{
    const StubApi api;
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--token-file=none"});
    CHECK_EXIT(ended, 78);
    CHECK_SAYS(ended.err, "none");
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(credentialOfSystemdWinsOverTheEnvironment)
{
    const StubApi api;
    fs::create_directory(path("credentials"));
    writeToken("credentials/workato-api-token", "from-systemd", kOwnerOnly);
    environment["CREDENTIALS_DIRECTORY"] = path("credentials").string();
    CHECK_EXIT(runAgainst(api.url(), {"run", "in.csv"}), 0);
    BOOST_TEST(sentToken(api) == "Bearer from-systemd");
}

BOOST_AUTO_TEST_CASE(tokenIsInNoOutputAndNoFile)
{
    // Answers that repeat the token, as a careless server would.
    const StubApi api([](const StubRequest& request) {
        if (contains(request.target, "/1/")) {
            return Reply::status(400, R"({"message":"bad token )" + std::string(kToken) + "\"}");
        }
        return request.number < 4 ? Reply::status(500) : Reply::success();
    });
    write("in.csv", assignments(3) + "assign,x,322\n");
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--workers=1", "--summary=s.json",
                                               "--metrics-file=m.prom", "--progress=plain"});
    CHECK_EXIT(ended, 1);
    BOOST_TEST(!contains(ended.all(), kToken), describe(ended));
    for (const auto& entry : fs::recursive_directory_iterator(path(""))) {
        if (!entry.is_regular_file()) continue;
        BOOST_TEST(!contains(readFile(entry.path()), kToken), entry.path());
    }
    const Ended status = run({"status", "in.results.csv"});
    BOOST_TEST(!contains(status.all(), kToken));
}

BOOST_AUTO_TEST_CASE(tokenIsNotToBeSeenInTheRunningProcess)
{
    StubApi api;
    api.hold();
    write("in.csv", assignments(3));
    Process process(command(against(api.url(), {"run", "in.csv"})));
    api.waitForRequests(1);
    const std::string proc = "/proc/" + std::to_string(process.pid()) + "/";
    const std::string commandLine = readFile(proc + "cmdline");
    std::string environ;
    try {
        environ = readFile(proc + "environ");
    } catch (const std::runtime_error&) {
        BOOST_TEST_MESSAGE("environ of the process is hidden"); // As good.
    }
    std::string journal;
    if (exists("in.results.csv.journal")) journal = read("in.results.csv.journal");
    api.release();
    CHECK_EXIT(process.wait(), 0);
    BOOST_TEST(!contains(commandLine, kToken));
    BOOST_TEST(!contains(environ, kToken));
    BOOST_TEST(!contains(journal, kToken));
    BOOST_TEST(!journal.empty()); // What is sent was recorded before.
}

BOOST_AUTO_TEST_SUITE_END()
