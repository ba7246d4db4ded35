#pragma once

#include "oauth_batch/api/AnswerReader.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/StreamSocket.h>

#include <cstddef>

namespace oauth_batch {

/// A Poco session over a connected socket, plain or secured, for the life of that one connection:
/// never connects by itself, so it never sends anything again.
class HttpSession : public Poco::Net::HTTPClientSession, public ByteSource
{
public:
    explicit HttpSession(const Poco::Net::StreamSocket& socket);

    /// Hands the request to the system, in one write if it fits 4 KiB. Throws Poco::Exception.
    void send(Poco::Net::HTTPRequest& request);
    /// Bytes of the current request that the system has taken.
    std::size_t bytesSent() const noexcept { return bytesSent_; }

    int nextByte() override;
    int readBytes(char* buffer, int size) override;
    bool hasMore() override;

protected:
    int write(const char* buffer, std::streamsize length) override;
    void connect(const Poco::Net::SocketAddress& address) override;
    bool mustReconnect() const override;

private:
    std::size_t bytesSent_ = 0;
};

} // namespace oauth_batch
