#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// An address that swallows who knocks: a listener with a full queue, so that the system answers
/// no SYN.
class FullListener
{
public:
    /// On this loopback address; port 0 is any free one.
    explicit FullListener(const std::string& address, std::uint16_t port = 0);
    ~FullListener();

    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    std::uint16_t port() const { return port_; }

private:
    std::uint16_t port_ = 0;
    std::vector<int> sockets_;
};

} // namespace oauth_batch::test
