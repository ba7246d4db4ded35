#pragma once

#include <string_view>

namespace Poco::Net {
class StreamSocket;
}

namespace oauth_batch::sandbox {

/// Sends all bytes. False where the peer is gone. Blocks; never throws.
bool sendAll(Poco::Net::StreamSocket& socket, std::string_view bytes);

/// Ends a TCP connection at once, without a TLS close_notify: what the peer of a killed process
/// sees. The descriptor stays open. Never blocks.
void cutConnection(Poco::Net::StreamSocket& socket);

/// Ends a TCP connection with RST. The descriptor stays open. Never blocks.
void resetConnection(Poco::Net::StreamSocket& socket);

/// Blocks until the peer closes or cutConnection() is called from another thread.
void waitForClose(Poco::Net::StreamSocket& socket);

} // namespace oauth_batch::sandbox
