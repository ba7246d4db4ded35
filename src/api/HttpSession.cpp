#include "HttpSession.h"

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <cstring>
#include <system_error>

namespace oauth_batch {

namespace {

/// Of a piece that fails half-way, Poco does not tell how much of it has left.
constexpr std::size_t kPiece = 4096;

} // namespace

std::string reasonOf(const Poco::Exception& error)
{
    return error.code() > 0 ? std::generic_category().message(error.code()) : error.displayText();
}

void HttpSession::send(std::string_view request)
{
    bytesSent_ = 0;
    while (bytesSent_ < request.size()) {
        const std::string_view rest = request.substr(bytesSent_, kPiece);
        const int count = socket_.sendBytes(rest.data(), static_cast<int>(rest.size()));
        if (count <= 0) throw Poco::Net::ConnectionAbortedException();
        bytesSent_ += static_cast<std::size_t>(count);
    }
}

int HttpSession::nextByte()
{
    if (at_ == end_) {
        const int count = socket_.receiveBytes(buffer_.data(), static_cast<int>(buffer_.size()));
        if (count <= 0) return -1;
        at_ = 0;
        end_ = static_cast<std::size_t>(count);
    }
    return static_cast<unsigned char>(buffer_[at_++]);
}

int HttpSession::readBytes(char* buffer, int size)
{
    if (at_ == end_) return socket_.receiveBytes(buffer, size);
    const std::size_t count = std::min(static_cast<std::size_t>(size), end_ - at_);
    std::memcpy(buffer, buffer_.data() + at_, count);
    at_ += count;
    return static_cast<int>(count);
}

} // namespace oauth_batch
