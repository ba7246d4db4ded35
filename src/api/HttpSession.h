#pragma once

#include "oauth_batch/api/AnswerReader.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace oauth_batch {

/// What an exception of Poco::Net says: the system's words where it comes from a call of that.
std::string reasonOf(const Poco::Exception& error);

/// The bytes of HTTP over a connected socket, plain or secured, which stays the caller's. Instead
/// of Poco's session: that formats each request through streams, connects again and sends again by
/// itself after a failed write, and takes a byte above 0x7F in a head for the end.
class HttpSession : public AnswerSource
{
public:
    explicit HttpSession(const Poco::Net::StreamSocket& socket) : socket_(socket) {}

    /// Hands a request to the system, in one write if it fits 4 KiB. Throws Poco::Exception.
    void send(std::string_view request);
    /// Bytes of the current request that the system has taken.
    std::size_t bytesSent() const noexcept { return bytesSent_; }

    int nextByte() override;
    int readBytes(char* buffer, int size) override;
    bool hasMore() override { return at_ != end_; }

private:
    Poco::Net::StreamSocket socket_;
    std::size_t bytesSent_ = 0;
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0;  // of buffer_: the first byte that was not given yet
    std::size_t end_ = 0; // of buffer_: behind the last byte received
};

} // namespace oauth_batch
