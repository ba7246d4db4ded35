#include "oauth_batch/api/TlsContext.h"

#include "Authority.h"
#include "TlsHandshake.h"
#include "TrustStore.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oauth_batch {

namespace {

constexpr int kSecurityLevel = 2;
constexpr int kNamesShown = 3;

void appendName(std::string& names, std::string_view name)
{
    if (!names.empty()) names += ", ";
    names += name.substr(0, 64);
}

std::string textOfAddress(const ASN1_OCTET_STRING* address)
{
    const unsigned char* bytes = ASN1_STRING_get0_data(address);
    const auto length = ASN1_STRING_length(address);
    std::array<char, 64> text{};
    const int family = length == 4 ? AF_INET : AF_INET6;
    if ((length != 4 && length != 16) ||
        ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr)
        return "?";
    return text.data();
}

/// The first few of the names and addresses that a certificate is for.
std::string namesIn(const X509* certificate)
{
    std::string names;
    auto* list = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(list) && i < kNamesShown; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
        if (name->type == GEN_DNS)
            appendName(names, {reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.ia5)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.ia5))});
        else if (name->type == GEN_IPADD)
            appendName(names, textOfAddress(name->d.ip));
    }
    GENERAL_NAMES_free(list);
    return names;
}

std::string timestampOf(const ASN1_TIME* time)
{
    std::tm utc{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1) return "?";
    return formatTimestamp(
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::seconds(::timegm(&utc))));
}

void noteCertificate(HandshakeNotes& notes, const X509* certificate)
{
    switch (notes.verifyError) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        notes.certificateNames = namesIn(certificate);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        notes.limit = timestampOf(X509_get0_notBefore(certificate));
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        notes.limit = timestampOf(X509_get0_notAfter(certificate));
        break;
    default:
        break;
    }
}

/// Remembers why, never overrides.
int noteVerification(int ok, X509_STORE_CTX* store)
{
    HandshakeNotes& notes = handshakeNotes();
    if (ok == 1 || notes.verifyError != 0) return ok;
    notes.verifyError = X509_STORE_CTX_get_error(store);
    // The one at fault: an issuer's, perhaps.
    if (const X509* certificate = X509_STORE_CTX_get_current_cert(store); certificate != nullptr)
        noteCertificate(notes, certificate);
    return ok;
}

[[noreturn]] void refuseCaFile(const std::string& file, const std::string& why)
{
    throw Error(ExitCode::configuration, "cannot use the CA file " + file + ": " + why);
}

void loadCaFile(SSL_CTX* context, const std::string& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) refuseCaFile(file, std::generic_category().message(errno));
    struct stat status
    {};
    const bool known = ::fstat(descriptor, &status) == 0;
    ::close(descriptor);
    if (!known || !S_ISREG(status.st_mode)) refuseCaFile(file, "it is not a regular file");
    ERR_clear_error();
    const bool loaded = SSL_CTX_load_verify_file(context, file.c_str()) == 1;
    ERR_clear_error();
    if (!loaded) refuseCaFile(file, "it holds no valid PEM certificate");
}

void expectHost(SSL_CTX* context, const std::string& host)
{
    X509_VERIFY_PARAM* expectation = SSL_CTX_get0_param(context);
    // RFC 9525: a name stands in subjectAltName or nowhere, and a wildcard is a whole label.
    X509_VERIFY_PARAM_set_hostflags(expectation, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                     X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const int done = isAddressLiteral(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(expectation, host.c_str())
                         : X509_VERIFY_PARAM_set1_host(expectation, host.c_str(), host.size());
    if (done != 1)
        throw Error(ExitCode::internalError, "OpenSSL does not take the expected host " + host);
}

Poco::Net::Context::Ptr makeContext()
{
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.dhUse2048Bits = true;
    params.cipherList = "HIGH:!aNULL:!eNULL:!MD5:!3DES:!CAMELLIA:!ARIA:!PSK:!SRP";
    Poco::Net::Context::Ptr context =
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    // OpenSSL checks the name itself (below); Poco's second look resolves names, which blocks.
    context->enableExtendedCertificateVerification(false);
    return context;
}

} // namespace

struct TlsContext::Impl
{
    Poco::Net::Context::Ptr context;
};

TlsContext::TlsContext(const std::string& host, const std::string& caFile)
    : host_(host), impl_(std::make_unique<Impl>())
{
    try {
        impl_->context = makeContext();
    } catch (const Poco::Exception& error) {
        throw Error(ExitCode::configuration, "cannot set up TLS: " + error.displayText());
    }
    SSL_CTX* context = impl_->context->sslContext();
    SSL_CTX_set_security_level(context, kSecurityLevel);
    // A missing farewell is a normal end here: AnswerReader checks what arrived against its frame.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    // In place of Poco's callback, whose default handler asks on the console.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       noteVerification);
    expectHost(context, host);
    trustSystem(context);
    if (!caFile.empty()) loadCaFile(context, caFile);
}

TlsContext::~TlsContext() = default;

Poco::Net::Context& TlsContext::poco() const noexcept
{
    return *impl_->context;
}

} // namespace oauth_batch
