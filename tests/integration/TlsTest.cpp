#include "NginxProcess.h"
#include "Rig.h"
#include "SandboxProcess.h"
#include "TestCa.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ostream>
#include <regex>

using namespace oauth_batch::test;

namespace {

struct BadServer
{
    std::string name;
    const TestCa::Identity& (TestCa::*identity)() const;
    std::string host;
};

std::ostream& operator<<(std::ostream& out, const BadServer& server)
{
    return out << server.name;
}

const std::vector<BadServer> kBadServers = {
    {"wrong host", &TestCa::wrongHost, "localhost"},
    {"wrong host by address", &TestCa::wrongHost, "127.0.0.1"},
    {"expired", &TestCa::expired, "localhost"},
    {"self-signed", &TestCa::selfSigned, "localhost"},
    {"self-signed by address", &TestCa::selfSigned, "127.0.0.1"},
    {"unknown authority", &TestCa::unknownCa, "localhost"},
};

struct TlsRig : Rig
{
    TlsRig() { write("in.csv", assignments(20)); }

    std::string trust() const { return "--ca-file=" + TestCa::instance().authority().string(); }

    Ended send(const std::string& url, Arguments more = {}) const
    {
        more.insert(more.begin(), {"run", "in.csv"});
        return runAgainst(url, more);
    }

    void checkAllPending() const
    {
        const CsvTable results = table("in.results.csv");
        BOOST_TEST(results.size() == 20U);
        for (std::size_t row = 0; row < results.size(); ++row) {
            BOOST_TEST(results.at(row, "result_status") == "pending");
            BOOST_TEST(results.at(row, "result_error_code") == "stopped");
            BOOST_TEST(results.at(row, "result_attempts") == "0");
        }
    }
};

std::vector<std::string> sandboxTls(const TestCa::Identity& identity)
{
    return {"--tls-cert=" + identity.certificate.string(), "--tls-key=" + identity.key.string(),
            "--token=" + std::string(kToken)};
}

/// `openssl s_server` with these protocols, its standard output what it received.
class OpensslServer
{
public:
    explicit OpensslServer(const TestCa::Identity& identity, const Arguments& protocol)
        : process_(makeCommand(identity, protocol))
    {
        process_.waitForOutput("ACCEPT");
        while (!std::regex_search(process_.out(), std::regex("ACCEPT \\S+:\\d+\n"))) {
            process_.collect(kPatience);
        }
        std::smatch match;
        const std::string out = process_.out();
        std::regex_search(out, match, std::regex("ACCEPT \\S+:(\\d+)\n"));
        port_ = match[1];
    }

    std::string url() const { return "https://localhost:" + port_; }

    std::string stopAndReadOutput()
    {
        process_.signal(SIGTERM);
        return process_.wait().all();
    }

private:
    static Command makeCommand(const TestCa::Identity& identity, const Arguments& protocol)
    {
        Command command;
        command.arguments = {"/usr/bin/openssl",
                             "s_server",
                             "-accept",
                             "127.0.0.1:0",
                             "-cert",
                             identity.certificate.string(),
                             "-key",
                             identity.key.string()};
        command.arguments.insert(command.arguments.end(), protocol.begin(), protocol.end());
        command.environment = {{"PATH", "/usr/bin:/bin"}};
        command.standardInput = StandardInput::keepOpen;
        return command;
    }

    Process process_;
    std::string port_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Tls, TlsRig)

BOOST_AUTO_TEST_CASE(sandboxWithAGoodCertificateIsServed)
{
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const TlsRig rig;
        SandboxProcess sandbox(sandboxTls(TestCa::instance().good()));
        CHECK_EXIT(rig.send(sandbox.url("https", host), {rig.trust()}), 0);
        BOOST_TEST(sandbox.requests().size() == 20U);
    }
}

BOOST_AUTO_TEST_CASE(addressOfIpVersion6InTheCertificateIsServed)
{
    SandboxProcess sandbox(sandboxTls(TestCa::instance().good()));
    CHECK_EXIT(send(sandbox.url("https", "[::1]"), {trust()}), 0);
}

BOOST_AUTO_TEST_CASE(serverThatIsNotOursIsServedOverKeptConnections)
{
    BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: apt install nginx-light");
    for (const char* protocol : {"TLSv1.2", "TLSv1.3"}) {
        const TlsRig rig;
        NginxProcess::Setup setup;
        setup.protocols = protocol;
        NginxProcess server(setup);
        CHECK_EXIT(rig.send(server.url(), {rig.trust(), "--workers=4"}), 0);
        const auto requests = server.stopAndReadLog();
        BOOST_TEST(requests.size() == 20U);
        for (const auto& request : requests) {
            BOOST_TEST(request.authorization == "Bearer " + std::string(kToken));
            BOOST_TEST(request.method == "POST");
        }
    }
}

BOOST_DATA_TEST_CASE(certificateThatDoesNotVerifyIsRefusedBeforeAnyRequest,
                     boost::unit_test::data::make(kBadServers), bad)
{
    BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: apt install nginx-light");
    NginxProcess::Setup setup;
    setup.identity = (TestCa::instance().*bad.identity)();
    NginxProcess server(setup);
    const Ended ended = send(server.url(bad.host), {trust()});
    CHECK_EXIT(ended, 69);
    CHECK_SAYS(ended.err, "certificate|host name|self.signed|expired");
    checkAllPending();
    BOOST_TEST(server.stopAndReadLog().empty());
}

BOOST_DATA_TEST_CASE(noByteOfTheTokenReachesAServerThatDoesNotVerify,
                     boost::unit_test::data::make(kBadServers), bad)
{
    OpensslServer server((TestCa::instance().*bad.identity)(), {});
    CHECK_EXIT(send(server.url(), {trust(), "--workers=1"}), 69);
    const std::string received = server.stopAndReadOutput();
    BOOST_TEST(!contains(received, "managed_users"));
    BOOST_TEST(!contains(received, kToken.substr(0, 6)));
}

BOOST_AUTO_TEST_CASE(goodCertificateIsRefusedWithoutItsAuthority)
{
    SandboxProcess sandbox(sandboxTls(TestCa::instance().good()));
    CHECK_EXIT(send(sandbox.url("https", "localhost")), 69);
    checkAllPending();
    BOOST_TEST(sandbox.requests().empty());
}

BOOST_AUTO_TEST_CASE(sameCommandContinuesOnceTheAuthorityIsGiven)
{
    SandboxProcess sandbox(sandboxTls(TestCa::instance().good()));
    const std::string url = sandbox.url("https", "localhost");
    CHECK_EXIT(send(url), 69);
    CHECK_EXIT(send(url, {trust()}), 0);
    BOOST_TEST(sandbox.requests().size() == 20U);
    BOOST_TEST(!exists("in.results.csv.journal"));
}

BOOST_AUTO_TEST_CASE(olderProtocolThanTls12IsRefused)
{
    OpensslServer server(TestCa::instance().good(), {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
    const Ended ended = send(server.url(), {trust(), "--workers=1"});
    CHECK_EXIT(ended, 69);
    checkAllPending();
    BOOST_TEST(!contains(server.stopAndReadOutput(), "managed_users"));
}

BOOST_AUTO_TEST_CASE(cipherThatNobodyTakesIsRefused)
{
    OpensslServer server(TestCa::instance().good(),
                         {"-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"});
    CHECK_EXIT(send(server.url(), {trust(), "--workers=1"}), 69);
    checkAllPending();
}

BOOST_AUTO_TEST_CASE(plainServerBehindHttpsIsNoVerdictOnTheCertificate)
{
    // It answers the handshake with no TLS at all: nothing of the token may leave.
    const StubApi plain([](const StubRequest&) { return Reply::success(); });
    const Ended ended = send("https://127.0.0.1:" + std::to_string(plain.port()),
                             {"--max-attempts=1", "--connect-timeout=1s", "--outage-timeout=1s"});
    BOOST_TEST(ended.exitCode != 0, describe(ended));
    BOOST_TEST(plain.requests().empty());
}

BOOST_AUTO_TEST_CASE(silentServerIsAConnectTimeoutNotATrustedOne)
{
    const StubApi silent([](const StubRequest&) { return Reply::hang(); });
    write("in.csv", assignments(1));
    CHECK_EXIT(send("https://127.0.0.1:" + std::to_string(silent.port()),
                    {"--max-attempts=1", "--connect-timeout=500ms"}),
               1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.at(0, "result_status") == "failed");
    CHECK_SAYS(results.at(0, "result_error_code"), "^(connect_timeout|tls_error)$");
}

BOOST_AUTO_TEST_CASE(unreadableAuthorityFileIsRefusedBeforeTheFirstConnection)
{
    const StubApi api;
    const Ended ended =
        send("https://127.0.0.1:" + std::to_string(api.port()), {"--ca-file=none.pem"});
    BOOST_TEST((ended.exitCode == 78 || ended.exitCode == 66 || ended.exitCode == 64),
               describe(ended));
    CHECK_SAYS(ended.err, "none\\.pem");
    BOOST_TEST(api.connections() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
