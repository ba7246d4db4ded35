#include "NginxProcess.h"
#include "SandboxProcess.h"
#include "TestCa.h"
#include "TlsRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

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

std::vector<std::string> sandboxTls(const TestCa::Identity& identity)
{
    return {"--tls-cert=" + identity.certificate.string(), "--tls-key=" + identity.key.string(),
            "--token=" + std::string(kToken)};
}

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
