#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace oauth_batch::sandbox {

/// The requests of each customer that are being served. A request whose client has closed its
/// connection no longer counts, even while the server is still busy with it. Thread-safe, never
/// blocks.
class InFlight
{
public:
    /// One request, from construction to leave() or destruction. `socket` is the descriptor of its
    /// connection, which must stay open until then. Not thread-safe in itself.
    class Entry
    {
    public:
        Entry(InFlight& inFlight, std::string customerId, int socket);
        ~Entry() { leave(); }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

        /// Other requests of the customer that were being served when this one came.
        std::size_t others() const { return others_; }

        void leave();

    private:
        InFlight* inFlight_; ///< null once left
        const std::string customerId_;
        const int socket_;
        std::size_t others_ = 0;
    };

private:
    std::size_t enter(const std::string& customerId, int socket);
    void leave(const std::string& customerId, int socket);

    std::mutex mutex_;
    std::unordered_map<std::string, std::vector<int>> sockets_; ///< protected by mutex_
};

} // namespace oauth_batch::sandbox
