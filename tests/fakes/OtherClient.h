#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace oauth_batch::test {

/// Somebody else on the same quota, who knows nothing of ours: sends an `assign` of profile 1 to
/// the customer "Eother" at a steady pace, whatever is answered, each on a new connection to a port
/// of 127.0.0.1, until destroyed. A thread of its own.
class OtherClient
{
public:
    static constexpr const char* kTarget =
        "/api/managed_users/Eother/custom_oauth_profiles/1/assign";

    OtherClient(std::uint16_t port, std::chrono::milliseconds apart);
    ~OtherClient();

    OtherClient(const OtherClient&) = delete;
    OtherClient& operator=(const OtherClient&) = delete;

private:
    void sendUntilStopped(std::chrono::milliseconds apart) const;
    void sendOne() const;

    const std::uint16_t port_;
    const int stop_; ///< an eventfd: readable once this ends
    std::jthread thread_;
};

} // namespace oauth_batch::test
