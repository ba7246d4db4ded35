#include "RawServer.h"
#include "TestPki.h"
#include "TransportFixture.h"

#include "oauth_batch/api/Classify.h"
#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string>

using namespace oauth_batch;
using namespace oauth_batch::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

void succeed(RawConnection& connection, int /*index*/)
{
    while (!connection.readRequest().empty())
        connection.send(answerOf("200 OK", kSuccess));
}

struct Fixture
{
    TestPki pki;

    /// A server's context that takes whatever the certificate is.
    Poco::Net::Context::Ptr contextFor(const TestPki::Wish& wish)
    {
        const auto certificate = pki.issue(wish);
        Poco::Net::Context::Params params;
        params.verificationMode = Poco::Net::Context::VERIFY_NONE;
        params.cipherList = "ALL:@SECLEVEL=0";
        Poco::Net::Context::Ptr context =
            new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
        // After the level is set, or OpenSSL would refuse weak ones here already.
        SSL_CTX_use_certificate_chain_file(context->sslContext(),
                                           certificate.certificateFile.c_str());
        SSL_CTX_use_PrivateKey_file(context->sslContext(), certificate.keyFile.c_str(),
                                    SSL_FILETYPE_PEM);
        return context;
    }

    std::string urlOf(const RawServer& server, const std::string& host)
    {
        return "https://" + host + ":" + std::to_string(server.port());
    }

    Client trusting(const std::string& url) { return Client(settingsFor(url, pki.caFile())); }

    /// The client must refuse the server, must say why, and must not send a byte of a request.
    void refuses(const TestPki::Wish& wish, const std::string& why,
                 const std::string& host = "localhost")
    {
        RawServer server(succeed, contextFor(wish));
        Client client(settingsFor(urlOf(server, host), pki.caFile()));
        const TransportFailure failure = client.prepareFailure();
        BOOST_TEST((failure.kind == Kind::untrusted));
        BOOST_TEST((failure.phase == Phase::handshake));
        BOOST_TEST(!failure.requestMayHaveLeft);
        BOOST_TEST(failure.detail.find(why) != std::string::npos, failure.detail);
        BOOST_TEST((classify(failure, {}).next == NextStep::untrusted));
        BOOST_TEST(server.requests().empty());
        BOOST_TEST(!client.factory.anyHandshakeSucceeded());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TlsTransportTest, Fixture)

BOOST_AUTO_TEST_CASE(goodCertificateServesNameAndAddress)
{
    RawServer server(succeed, contextFor({}));
    for (const char* host : {"localhost", "127.0.0.1"}) {
        Client client(settingsFor(urlOf(server, host), pki.caFile()));
        BOOST_TEST(!client.factory.anyHandshakeSucceeded());
        BOOST_TEST(client.answer().body == kSuccess);
        BOOST_TEST(client.answer().body == kSuccess);
        BOOST_TEST(client.factory.anyHandshakeSucceeded());
    }
    BOOST_TEST(server.connections() == 2); // one for each client, kept
}

BOOST_AUTO_TEST_CASE(unknownAuthorityIsRefused)
{
    RawServer server(succeed, contextFor({}));
    Client client(settingsFor(urlOf(server, "localhost")));
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::untrusted));
    BOOST_TEST(failure.detail.find("--ca-file") != std::string::npos, failure.detail);
    BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(selfSignedCertificateIsRefused)
{
    TestPki::Wish wish;
    wish.selfSigned = true;
    refuses(wish, "self-signed");
}

BOOST_AUTO_TEST_CASE(certificateOfAnotherHostIsRefusedOnLoopbackToo)
{
    TestPki::Wish wish;
    wish.names = "DNS:other.example,DNS:b.example,IP:10.0.0.1";
    refuses(wish, "for other.example, b.example, 10.0.0.1, not for localhost");
    refuses(wish, "not for 127.0.0.1", "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(nameIsNoAddressAndAddressIsNoName)
{
    TestPki::Wish wish;
    wish.names = "DNS:localhost";
    refuses(wish, "not for 127.0.0.1", "127.0.0.1");
    wish.names = "IP:127.0.0.1";
    refuses(wish, "not for localhost", "localhost");
}

BOOST_AUTO_TEST_CASE(partialWildcardIsRefused)
{
    TestPki::Wish wish;
    wish.names = "DNS:local*";
    refuses(wish, "not for localhost");
}

BOOST_AUTO_TEST_CASE(commonNameIsNoNameOfAServer)
{
    TestPki::Wish wish; // RFC 9525
    wish.names.clear();
    wish.commonName = "localhost";
    refuses(wish, "subjectAltName does not hold localhost");
    wish.names = "IP:10.0.0.1";
    refuses(wish, "for 10.0.0.1, not for localhost");
}

BOOST_AUTO_TEST_CASE(expiredCertificateIsRefused)
{
    TestPki::Wish wish;
    wish.startDays = -10;
    wish.endDays = -1;
    refuses(wish, "expired");
}

BOOST_AUTO_TEST_CASE(certificateOfTheFutureIsRefused)
{
    TestPki::Wish wish;
    wish.startDays = 5;
    refuses(wish, "not yet valid");
}

BOOST_AUTO_TEST_CASE(smallKeyIsRefused)
{
    TestPki::Wish wish;
    wish.rsaBits = 1024;
    refuses(wish, "key too weak");
}

BOOST_AUTO_TEST_CASE(sha1SignatureIsRefused)
{
    TestPki::Wish wish;
    wish.digest = EVP_sha1();
    refuses(wish, "digest algorithm too weak");
}

BOOST_AUTO_TEST_CASE(oldProtocolIsRefused)
{
    auto context = contextFor({});
    SSL_CTX_set_max_proto_version(context->sslContext(), TLS1_1_VERSION);
    RawServer server(succeed, context);
    auto client = trusting(urlOf(server, "localhost"));
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::tls));
    BOOST_TEST(failure.protocolRefused, failure.detail);
    BOOST_TEST((classify(failure, {}).next == NextStep::untrusted));
    BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(weakCipherIsRefused)
{
    auto context = contextFor({});
    SSL_CTX_set_max_proto_version(context->sslContext(), TLS1_2_VERSION);
    BOOST_REQUIRE(SSL_CTX_set_cipher_list(context->sslContext(), "NULL:@SECLEVEL=0") == 1);
    RawServer server(succeed, context);
    auto client = trusting(urlOf(server, "localhost"));
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::tls));
    BOOST_TEST(failure.protocolRefused, failure.detail);
    BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(serverWithoutTlsIsAProtocolRefusal)
{
    RawServer server([](RawConnection& connection, int) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.waitForClose();
    });
    auto client = trusting(urlOf(server, "localhost"));
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::tls));
    BOOST_TEST(failure.protocolRefused, failure.detail);
}

BOOST_AUTO_TEST_CASE(closeDuringTheHandshakeIsNoVerdictOnTheServer)
{
    RawServer server([](RawConnection& connection, int) { connection.waitForClose(); });
    auto client = trusting(urlOf(server, "localhost"));
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::tls));
    BOOST_TEST(!failure.protocolRefused);
    BOOST_TEST((classify(failure, {}).next == NextStep::retry));
    BOOST_TEST(!client.factory.anyHandshakeSucceeded());
}

BOOST_AUTO_TEST_CASE(stalledHandshakeEndsAtTheConnectTimeout)
{
    RawServer server([](RawConnection& connection, int) {
        char byte = 0;
        while (connection.socket().receiveBytes(&byte, 1) > 0) {
        }
    });
    TransportSettings settings = settingsFor(urlOf(server, "localhost"), pki.caFile());
    settings.connectTimeout = 200ms;
    Client client(std::move(settings));
    const auto start = std::chrono::steady_clock::now();
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::connectTimeout));
    BOOST_TEST((failure.phase == Phase::handshake));
    BOOST_TEST((std::chrono::steady_clock::now() - start < 2s));
}

BOOST_AUTO_TEST_CASE(dribbledRecordEndsAtTheDeadline)
{
    // A TLS record is handed out only when it is whole, so OpenSSL itself waits for its bytes.
    RawServer plain([&](RawConnection& connection, int) {
        auto server = Poco::Net::SecureStreamSocket::attach(connection.socket(), contextFor({}));
        server.completeHandshake();
        std::array<char, 4096> request{};
        server.receiveBytes(request.data(), static_cast<int>(request.size()));
        connection.trickle("\x17\x03\x03\x01\x00" + std::string(256, 'x'), 10ms);
    });
    auto client = trusting(urlOf(plain, "localhost"));
    const auto start = std::chrono::steady_clock::now();
    const auto failure = client.failure(300ms);
    BOOST_TEST((failure.kind == Kind::timeout));
    BOOST_TEST(failure.requestMayHaveLeft);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 2s));
}

BOOST_AUTO_TEST_CASE(closedConnectionIsReplacedUnnoticed)
{
    RawServer server(
        [](RawConnection& connection, int index) {
            if (index > 0) return succeed(connection, index);
            connection.readRequest();
            connection.send(answerOf("200 OK", kSuccess));
        },
        contextFor({}));
    auto client = trusting(urlOf(server, "localhost"));
    client.answer();
    while (server.connections() == 1)
        BOOST_REQUIRE(!client.transport->prepare(5s));
    BOOST_TEST(client.answer().body == kSuccess);
    BOOST_TEST(server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(truncatedBodyIsIncomplete)
{
    RawServer server(
        [](RawConnection& connection, int) {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            connection.send(kSuccess);
        },
        contextFor({}));
    auto client = trusting(urlOf(server, "localhost"));
    const Answer answer = client.answer();
    BOOST_TEST(!answer.complete);
    BOOST_TEST((classify(answer, {}).code == ErrorCode::badResponse));
}

BOOST_AUTO_TEST_CASE(unusableCaFileIsAConfigurationErrorThatNamesIt)
{
    const std::string empty = pki.folder() + "/empty.pem";
    std::ofstream(empty) << "-----BEGIN NOTHING-----\n";
    for (const std::string& file : {pki.folder() + "/missing.pem", pki.folder(), empty}) {
        BOOST_CHECK_EXCEPTION(Client(settingsFor("https://localhost", file)), Error,
                              [&](const Error& e) {
                                  return e.exitCode() == ExitCode::configuration &&
                                         std::string(e.what()).find(file) != std::string::npos;
                              });
    }
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A proxy that answers CONNECT with `answer`; after a 200 it goes on as the TLS server itself.
RawServer::Script proxyScript(std::string answer, Poco::Net::Context::Ptr context)
{
    return [answer = std::move(answer), context](RawConnection& connection, int) {
        connection.readRequest();
        connection.send(answer);
        if (answer.find(" 200 ") == std::string::npos) {
            connection.waitForClose();
            return;
        }
        Poco::Net::SecureStreamSocket server =
            Poco::Net::SecureStreamSocket::attach(connection.socket(), context);
        server.completeHandshake();
        std::array<char, 4096> request{};
        while (server.receiveBytes(request.data(), static_cast<int>(request.size())) > 0) {
            const std::string reply = answerOf("200 OK", kSuccess);
            server.sendBytes(reply.data(), static_cast<int>(reply.size()));
        }
    };
}

struct ProxyFixture : Fixture
{
    TransportSettings settings{settingsFor("https://localhost:4433", pki.caFile())};

    void use(const RawServer& server)
    {
        settings.proxy.emplace();
        settings.proxy->host = "127.0.0.1";
        settings.proxy->port = server.port();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ProxyTransportTest, ProxyFixture)

BOOST_AUTO_TEST_CASE(tunnelCarriesManyRequestsAndKeepsTheTokenFromTheProxy)
{
    RawServer proxy(proxyScript("HTTP/1.1 200 Connection established\r\n\r\n", contextFor({})));
    use(proxy);
    settings.proxy->authorization = "Basic dTpw";
    Client client(settings);
    BOOST_TEST(client.answer().body == kSuccess);
    BOOST_TEST(client.answer().body == kSuccess);
    const auto requests = proxy.requests();
    BOOST_REQUIRE(requests.size() == 1U);
    BOOST_TEST(requests[0].starts_with("CONNECT localhost:4433 HTTP/1.1\r\n"));
    BOOST_TEST(requests[0].find("\r\nHost: localhost:4433\r\n") != std::string::npos);
    BOOST_TEST(requests[0].find("\r\nProxy-Authorization: Basic dTpw\r\n") != std::string::npos);
    BOOST_TEST(requests[0].find(kToken) == std::string::npos);
    BOOST_TEST(proxy.connections() == 1);
}

BOOST_AUTO_TEST_CASE(certificateIsCheckedThroughTheTunnel)
{
    TestPki::Wish wish;
    wish.names = "IP:127.0.0.1"; // the proxy's address, not the API's name
    RawServer proxy(proxyScript("HTTP/1.1 200 OK\r\n\r\n", contextFor(wish)));
    use(proxy);
    Client client(settings);
    BOOST_TEST((client.prepareFailure().kind == Kind::untrusted));
}

BOOST_AUTO_TEST_CASE(refusalOfTheProxyIsAProxyError)
{
    RawServer proxy(proxyScript("HTTP/1.1 407 Proxy Authentication Required\r\n"
                                "Content-Length: 0\r\n\r\n",
                                nullptr));
    use(proxy);
    Client client(settings);
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::proxy));
    BOOST_TEST((failure.phase == Phase::proxy));
    BOOST_TEST(failure.detail.find("407") != std::string::npos, failure.detail);
    BOOST_TEST((classify(failure, {}).code == ErrorCode::proxyError));
}

BOOST_AUTO_TEST_CASE(whatIsNoProxyIsAProxyError)
{
    for (const char* answer :
         {"", "garbage\r\n", "HTTP/1.1 200", "HTTP/1.1 100 Continue\r\n\r\n"}) {
        RawServer proxy([answer](RawConnection& connection, int) {
            connection.readRequest();
            connection.send(answer);
        });
        use(proxy);
        Client client(settings);
        const auto failure = client.prepareFailure();
        BOOST_TEST((failure.kind == Kind::proxy));
        BOOST_TEST(!failure.requestMayHaveLeft);
    }
}

BOOST_AUTO_TEST_CASE(missingProxyIsAProxyError)
{
    {
        const RawServer gone([](RawConnection&, int) {});
        use(gone);
    }
    Client client(settings);
    const auto failure = client.prepareFailure();
    BOOST_TEST((failure.kind == Kind::proxy));
    BOOST_TEST(failure.detail.find("refused") != std::string::npos, failure.detail);
}

BOOST_AUTO_TEST_CASE(silentProxyEndsAtTheConnectTimeout)
{
    RawServer proxy([](RawConnection& connection, int) {
        connection.readRequest();
        connection.waitForClose();
    });
    use(proxy);
    settings.connectTimeout = 200ms;
    Client client(settings);
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST((client.prepareFailure().kind == Kind::proxy));
    BOOST_TEST((std::chrono::steady_clock::now() - start < 2s));
}

BOOST_AUTO_TEST_SUITE_END()
