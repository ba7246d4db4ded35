#include "TlsHandshake.h"

#include "Authority.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <charconv>
#include <string_view>
#include <system_error>

namespace oauth_batch {

namespace {

/// The OpenSSL error code that Poco put into its text ("…error:0A000086:SSL routines:…"), or 0.
unsigned long codeIn(std::string_view text)
{
    constexpr std::string_view kMark = "error:";
    const auto at = text.find(kMark);
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + kMark.size());
    unsigned long code = 0;
    std::from_chars(text.data(), text.data() + text.size(), code, 16);
    return code;
}

/// True for what means that the two sides share no protocol version or cipher, or that the other
/// side does not speak TLS at all.
bool isProtocolRefusal(int reason)
{
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_WRONG_CIPHER_RETURNED:
    case SSL_R_UNKNOWN_CIPHER_RETURNED:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_WRONG_SIGNATURE_TYPE:
    case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
        return true;
    default:
        return false;
    }
}

std::string describeVerification(const HandshakeNotes& notes, const std::string& host)
{
    std::string text = X509_verify_cert_error_string(notes.verifyError);
    switch (notes.verifyError) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        if (notes.certificateNames.empty())
            return text + ": its subjectAltName does not hold " + host +
                   " (a common name does not count)";
        return "the certificate is for " + notes.certificateNames + ", not for " + host + " (" +
               text + ')';
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return text + " (unknown CA, or the server leaves out an intermediate one: --ca-file=FILE "
                      "adds it)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return text + ", not before " + notes.limit + " (or this machine's clock is wrong)";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return text + " on " + notes.limit + " (or this machine's clock is wrong)";
    case X509_V_ERR_INVALID_PURPOSE:
        return text + " (it was not issued for servers)";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return text + " (whoever runs the server must have it reissued)";
    default:
        return text;
    }
}

TransportFailure failureOf(const Poco::Exception& error, const TlsContext& context)
{
    TransportFailure failure;
    failure.phase = Phase::handshake;
    const HandshakeNotes& notes = handshakeNotes();
    if (notes.verifyError != 0) {
        failure.kind = TransportFailure::Kind::untrusted;
        failure.detail = context.host() + ": the server's certificate does not verify: " +
                         describeVerification(notes, context.host());
        return failure;
    }
    failure.kind = TransportFailure::Kind::tls;
    const unsigned long code = codeIn(error.displayText());
    const int reason = ERR_GET_REASON(code);
    failure.protocolRefused = ERR_GET_LIB(code) == ERR_LIB_SSL && isProtocolRefusal(reason);
    failure.detail = context.host() + ": TLS handshake failed: ";
    if (reason == SSL_R_WRONG_VERSION_NUMBER)
        failure.detail += "the server does not speak TLS on this port, or too old a "
                          "version (is the base URL right?)";
    else if (const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr)
        failure.detail += text;
    else if (error.code() > 0)
        failure.detail += std::generic_category().message(error.code());
    else
        failure.detail += "the server closed the connection";
    if (failure.protocolRefused && reason != SSL_R_WRONG_VERSION_NUMBER)
        failure.detail += " (TLS 1.2 or newer and a strong cipher are needed)";
    return failure;
}

} // namespace

HandshakeNotes& handshakeNotes()
{
    thread_local HandshakeNotes notes;
    return notes;
}

std::optional<TransportFailure> secure(Poco::Net::StreamSocket& socket, TlsContext& context)
{
    handshakeNotes() = {};
    // SSL_get_error() is confused by what earlier calls left behind, and Poco does not clear it.
    ERR_clear_error();
    // No server name for an address literal (RFC 6066, section 3).
    const std::string serverName = isAddressLiteral(context.host()) ? "" : context.host();
    try {
        auto secured = Poco::Net::SecureStreamSocket::attach(
            socket, serverName, Poco::Net::Context::Ptr(&context.poco(), true));
        // attach() takes a handshake that ended early for a complete one.
        if (secured.completeHandshake() != 1)
            throw Poco::Net::SSLConnectionUnexpectedlyClosedException();
        socket = secured;
    } catch (const Poco::Exception& error) {
        auto failure = failureOf(error, context);
        ERR_clear_error();
        return failure;
    }
    context.noteHandshake();
    return std::nullopt;
}

} // namespace oauth_batch
