#include "OpensslServer.h"
#include "TcpRelay.h"
#include "TlsRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <functional>
#include <ostream>

using namespace oauth_batch::test;

namespace {

using Setup = OpensslServer::Setup;
using Wish = TestCa::Wish;

const std::vector<std::string> kRsa2048 = {"rsa:2048"};
const std::vector<std::string> kRsa1024 = {"rsa:1024"};

/// A certificate by the authority, but with one property changed.
Setup with(const std::function<void(Wish&)>& change)
{
    Wish wish;
    change(wish);
    Setup setup;
    setup.identity = TestCa::instance().issue(wish);
    return setup;
}

Setup names(const std::string& subjectAltName)
{
    return with([&](Wish& wish) { wish.names = subjectAltName; });
}

Setup only(const std::string& option)
{
    Setup setup;
    setup.options = {option};
    return setup;
}

/// Signed by a certificate that is the authority's, with `constraints` as to what it may sign.
Setup behind(const std::string& constraints, bool sendsIssuer)
{
    Wish wish;
    wish.commonName = "test-intermediate";
    wish.names.clear();
    wish.extensions = {"basicConstraints = critical," + constraints};
    const TestCa::Identity issuer = TestCa::instance().issue(wish);
    Setup setup;
    setup.identity = TestCa::instance().issue({}, issuer);
    if (sendsIssuer) setup.chain = issuer.certificate;
    return setup;
}

struct Case
{
    std::string name;
    std::function<Setup()> setup;
    std::string host = "localhost";
    std::string says = ""; ///< what is wrong, and the way out: a pattern in standard error
};

std::ostream& operator<<(std::ostream& out, const Case& one)
{
    return out << one.name;
}

const std::string kOtherName = "is for other\\.example.*not for localhost";
const std::string kUnknownCa = "--ca-file=FILE";

const std::vector<Case> kBad = {
    {"expired",
     [] {
         return Setup{TestCa::instance().expired(), {}, {}};
     },
     "localhost", "expired on 20\\d\\d-\\d\\d-\\d\\dT.*clock"},
    {"not yet valid", [] { return with([](Wish& wish) { wish.startDays = 1; }); }, "localhost",
     "not yet valid.*before 20\\d\\d-\\d\\d-\\d\\dT.*clock"},
    {"wrong name", [] { return names("DNS:other.example"); }, "localhost", kOtherName},
    {"wrong address", [] { return names("IP:127.0.0.2"); }, "127.0.0.1",
     "is for 127\\.0\\.0\\.2, not for 127\\.0\\.0\\.1"},
    {"address as a name", [] { return names("DNS:127.0.0.1"); }, "127.0.0.1",
     "not for 127\\.0\\.0\\.1"},
    {"name where an address is asked", [] { return names("DNS:localhost"); }, "127.0.0.1",
     "is for localhost, not for 127\\.0\\.0\\.1"},
    {"longer name", [] { return names("DNS:localhost.example"); }, "localhost",
     "not for localhost"},
    {"wildcard for all", [] { return names("DNS:*"); }, "localhost", "not for localhost"},
    {"partial wildcard", [] { return names("DNS:local*"); }, "localhost", "not for localhost"},
    // RFC 9525, section 2: the common name is no name of a server.
    {"common name only",
     [] {
         return with([](Wish& wish) {
             wish.commonName = "localhost";
             wish.names.clear();
         });
     },
     "localhost", "subjectAltName.*localhost"},
    {"common name beside another name",
     [] {
         return with([](Wish& wish) {
             wish.commonName = "localhost";
             wish.names = "DNS:other.example";
         });
     },
     "localhost", kOtherName},
    {"common name beside an address",
     [] {
         return with([](Wish& wish) {
             wish.commonName = "localhost";
             wish.names = "IP:127.0.0.2";
         });
     },
     "localhost", "not for localhost"},
    {"self-signed",
     [] {
         return Setup{TestCa::instance().selfSigned(), {}, {}};
     },
     "localhost", "self-signed.*" + kUnknownCa},
    {"unknown authority",
     [] {
         return Setup{TestCa::instance().unknownCa(), {}, {}};
     },
     "localhost", kUnknownCa},
    {"intermediate missing", [] { return behind("CA:TRUE", false); }, "localhost",
     "intermediate.*" + kUnknownCa},
    {"issuer that is no authority", [] { return behind("CA:FALSE", true); }, "localhost",
     "invalid CA certificate"},
    {"for clients",
     [] { return with([](Wish& wish) { wish.extensions = {"extendedKeyUsage = clientAuth"}; }); },
     "localhost", "unsuitable certificate purpose.*not issued for servers"},
    {"signed with SHA-1", [] { return with([](Wish& wish) { wish.digest = "sha1"; }); },
     "localhost", "digest algorithm too weak.*reissue"},
    {"RSA of 1024 bits", [] { return with([](Wish& wish) { wish.key = kRsa1024; }); }, "localhost",
     "key too weak.*reissue"},
    {"TLS 1.0 only", [] { return only("-tls1"); }, "localhost", "TLS 1\\.2 or newer"},
    {"TLS 1.1 only", [] { return only("-tls1_1"); }, "localhost", "TLS 1\\.2 or newer"},
    {"cipher without encryption",
     [] {
         Setup setup;
         setup.options = {"-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"};
         return setup;
     },
     "localhost", "cipher"},
    {"cipher without authentication",
     [] {
         Setup setup;
         setup.options = {"-tls1_2", "-cipher", "AECDH-AES128-SHA:@SECLEVEL=0"};
         return setup;
     },
     "localhost", "cipher"},
};

const std::vector<Case> kGood = {
    {"name", [] { return names("DNS:localhost"); }},
    {"address", [] { return names("IP:127.0.0.1"); }, "127.0.0.1"},
    {"last of many names", [] { return names("DNS:a.example,DNS:b.example,DNS:localhost"); }},
    {"TLS 1.2 only", [] { return only("-tls1_2"); }},
    {"TLS 1.3 only", [] { return only("-tls1_3"); }},
    {"RSA", [] { return with([](Wish& wish) { wish.key = kRsa2048; }); }},
    {"for servers",
     [] { return with([](Wish& wish) { wish.extensions = {"extendedKeyUsage = serverAuth"}; }); }},
    {"with its intermediate", [] { return behind("CA:TRUE", true); }},
};

struct CertificateRig : TlsRig
{
    CertificateRig() { write("in.csv", assignments(kRows)); }

    /// The rows go over one kept connection: s_server takes one after the other.
    void runAgainstServer(OpensslServer& server, const std::string& url)
    {
        Process program(command(against(url, runOf({trust(), "--workers=1"}))));
        server.answer(kRows, Reply::success().bytes);
        CHECK_EXIT(program.wait(), 0);
        const std::string received = server.stopAndReadOutput();
        BOOST_TEST(count(received, "POST /api/managed_users/") == kRows, received);
        BOOST_TEST(count(received, "Authorization: Bearer " + std::string(kToken)) == kRows);
    }

    static constexpr std::size_t kRows = 5;
};

/// Names that do not resolve: only a proxy is asked for them.
struct WildcardRig : CertificateRig
{
    void useProxy()
    {
        environment["HTTPS_PROXY"] = "http://127.0.0.1:" + std::to_string(proxy.port());
    }

    OpensslServer server{names("DNS:*.example.test")};
    TcpRelay proxy{[this](std::size_t) { return TcpRelay::Plan::tunnel(server.port()); }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Certificate, TlsRig)

BOOST_DATA_TEST_CASE(badServerIsToldFromWhatItShowsAndGetsNoRequest,
                     boost::unit_test::data::make(kBad), bad)
{
    OpensslServer server(bad.setup());
    const Ended ended = send(server.url(bad.host), {trust(), "--workers=1"});
    CHECK_EXIT(ended, 69);
    CHECK_SAYS(ended.err, "stopping: .*" + bad.host + ": .*" + bad.says);
    checkAllPending();
    const std::string output = server.stopAndReadOutput();
    checkNoRequestIn(output);
    CHECK_SAYS(output, "alert|no shared cipher|unsupported protocol"); // It was asked.
}

BOOST_DATA_TEST_CASE_F(CertificateRig, goodServerGetsTheRows, boost::unit_test::data::make(kGood),
                       good)
{
    OpensslServer server(good.setup());
    runAgainstServer(server, server.url(good.host));
}

BOOST_FIXTURE_TEST_CASE(wildcardStandsForOneLabel, WildcardRig)
{
    useProxy();
    runAgainstServer(server, "https://api.example.test");
}

BOOST_FIXTURE_TEST_CASE(wildcardStandsForNoMoreAndNoLess, WildcardRig)
{
    useProxy();
    for (const std::string host : {"a.b.example.test", "example.test"}) {
        const Ended ended = send("https://" + host, {trust(), "--workers=1", "--restart"});
        CHECK_EXIT(ended, 69);
        CHECK_SAYS(ended.err, "is for \\*\\.example\\.test, not for " + host);
    }
    checkNoRequestIn(server.stopAndReadOutput());
}

BOOST_AUTO_TEST_SUITE_END()
