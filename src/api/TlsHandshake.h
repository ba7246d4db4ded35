#pragma once

#include "oauth_batch/api/TlsContext.h"
#include "oauth_batch/api/Transport.h"

#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <string>

namespace oauth_batch {

/// What OpenSSL's callbacks tell of a handshake in this thread: Poco's exception carries only
/// "certificate verify failed".
struct HandshakeNotes
{
    int verifyError = 0;          ///< the first X509_V_ERR_*, or 0
    std::string certificateNames; ///< with a name mismatch: whom the certificate is for
    std::string limit;            ///< with a wrong date: when its time begins, or when it ended
};

/// Of the current thread.
HandshakeNotes& handshakeNotes();

/// Runs the handshake over the connected `socket`, and replaces it by the secured one. Blocks
/// without limit: a DeadlineWatch must be armed for the socket. Nothing on success.
std::optional<TransportFailure> secure(Poco::Net::StreamSocket& socket, TlsContext& context);

} // namespace oauth_batch
