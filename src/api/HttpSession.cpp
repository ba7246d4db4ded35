#include "HttpSession.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

namespace oauth_batch {

HttpSession::HttpSession(const Poco::Net::StreamSocket& socket)
    : Poco::Net::HTTPClientSession(socket)
{
    setKeepAlive(true);
}

void HttpSession::send(Poco::Net::HTTPRequest& request)
{
    bytesSent_ = 0;
    sendRequest(request);
    // The request stands in a stream's buffer until here; the stream swallows the exception of a
    // failed write, and flushRequest() throws it again.
    flushRequest();
}

int HttpSession::nextByte()
{
    return get();
}

int HttpSession::readBytes(char* buffer, int size)
{
    return read(buffer, size);
}

bool HttpSession::hasMore()
{
    return buffered() > 0;
}

/// The one of HTTPClientSession reconnects after a failed write and sends again.
int HttpSession::write(const char* buffer, std::streamsize length)
{
    const int count = HTTPSession::write(buffer, length); // NOLINT(bugprone-parent-virtual-call)
    if (count > 0) bytesSent_ += static_cast<std::size_t>(count);
    return count;
}

void HttpSession::connect(const Poco::Net::SocketAddress& /*address*/)
{
    throw Poco::Net::ConnectionAbortedException("the connection is closed");
}

bool HttpSession::mustReconnect() const
{
    return false;
}

} // namespace oauth_batch
