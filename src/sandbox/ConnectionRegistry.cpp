#include "ConnectionRegistry.h"

#include "Wire.h"

#include <Poco/Net/StreamSocketImpl.h>

#include <algorithm>

namespace oauth_batch::sandbox {

bool ConnectionRegistry::accept(const Poco::Net::StreamSocket& socket)
{
    const std::lock_guard lock(mutex_);
    if (sockets_.size() >= crowded_) forgetClosed();
    sockets_.push_back(socket);
    return true;
}

void ConnectionRegistry::cutAll()
{
    const std::lock_guard lock(mutex_);
    for (Poco::Net::StreamSocket& socket : sockets_)
        cutConnection(socket);
}

void ConnectionRegistry::forgetClosed()
{
    // Its thread is done with a connection of which only our reference is left.
    std::erase_if(sockets_, [](const Poco::Net::StreamSocket& socket) {
        return socket.impl()->referenceCount() == 1;
    });
    crowded_ = std::max(kFewest, 2 * sockets_.size());
}

} // namespace oauth_batch::sandbox
