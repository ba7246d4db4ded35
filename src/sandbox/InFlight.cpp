#include "InFlight.h"

#include <algorithm>
#include <utility>

#include <poll.h>

namespace oauth_batch::sandbox {

namespace {

bool isAbandoned(int socket)
{
    pollfd query{socket, POLLRDHUP, 0};
    return ::poll(&query, 1, 0) > 0; // RDHUP, HUP, ERR or NVAL
}

} // namespace

InFlight::Entry::Entry(InFlight& inFlight, std::string customerId, int socket)
    : inFlight_(&inFlight),
      customerId_(std::move(customerId)),
      socket_(socket),
      others_(inFlight.enter(customerId_, socket))
{}

void InFlight::Entry::leave()
{
    if (inFlight_ != nullptr) std::exchange(inFlight_, nullptr)->leave(customerId_, socket_);
}

std::size_t InFlight::enter(const std::string& customerId, int socket)
{
    const std::lock_guard lock(mutex_);
    std::vector<int>& sockets = sockets_[customerId];
    const auto abandoned = std::count_if(sockets.begin(), sockets.end(), isAbandoned);
    const std::size_t others = sockets.size() - static_cast<std::size_t>(abandoned);
    sockets.push_back(socket);
    return others;
}

void InFlight::leave(const std::string& customerId, int socket)
{
    const std::lock_guard lock(mutex_);
    const auto known = sockets_.find(customerId);
    std::vector<int>& sockets = known->second;
    sockets.erase(std::find(sockets.begin(), sockets.end(), socket));
    if (sockets.empty()) sockets_.erase(known);
}

} // namespace oauth_batch::sandbox
