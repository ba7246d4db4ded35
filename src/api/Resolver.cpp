#include "oauth_batch/api/Resolver.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <thread>

#include <netdb.h>
#include <sys/socket.h>

namespace oauth_batch {

namespace {

constexpr std::chrono::seconds kLifetime(60);

struct Known
{
    Resolver::Resolution resolution;
    Instant askedAt;
};

Poco::Net::IPAddress toAddress(const sockaddr* address)
{
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return {&v4->sin_addr, sizeof v4->sin_addr};
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return {&v6->sin6_addr, sizeof v6->sin6_addr, v6->sin6_scope_id};
}

} // namespace

/// One call of the lookup, awaited by any number of threads.
struct Resolver::Pending
{
    bool done = false;
    Resolution result;
};

struct Resolver::Shared
{
    std::mutex mutex;
    std::condition_variable finished;
    std::map<std::string, Known> known;                      // protected by mutex
    std::map<std::string, std::shared_ptr<Pending>> running; // protected by mutex

    /// In the helper thread: nothing here may touch the resolver, which may be gone.
    void finish(const std::string& host, Instant askedAt, Resolution result)
    {
        const std::lock_guard lock(mutex);
        const auto pending = running.extract(host).mapped();
        if (!result.addresses.empty()) known[host] = {result, askedAt};
        pending->result = std::move(result);
        pending->done = true;
        finished.notify_all();
    }
};

Resolver::Resolver(Clock& clock, Lookup lookup)
    : clock_(clock), lookup_(std::move(lookup)), shared_(std::make_shared<Shared>())
{}

Resolver::~Resolver() = default;

Resolver::Resolution Resolver::resolve(const std::string& host, std::chrono::nanoseconds timeLeft)
{
    Poco::Net::IPAddress literal;
    if (Poco::Net::IPAddress::tryParse(host, literal)) return {{literal}, {}};

    const Instant now = clock_.now();
    const Instant deadline = now + timeLeft;
    std::unique_lock lock(shared_->mutex);
    const auto known = shared_->known.find(host);
    if (known != shared_->known.end() && now - known->second.askedAt < kLifetime)
        return known->second.resolution;

    const auto pending = join(host, now);
    if (!pending) return {{}, "cannot start a thread to look the name up"};
    while (!pending->done && clock_.now() < deadline)
        clock_.wait(lock, shared_->finished, deadline);
    if (!pending->done) return {{}, "no answer from the name server in time"};
    return pending->result;
}

/// The lookup that runs already, or a new one; nothing where the system has no thread left.
/// REQUIRES: shared_->mutex is held.
std::shared_ptr<Resolver::Pending> Resolver::join(const std::string& host, Instant now)
{
    auto& slot = shared_->running[host];
    if (slot) return slot;
    slot = std::make_shared<Pending>();
    try {
        // Detached, because the end of the program must not wait for a name server.
        std::thread([shared = shared_, lookup = lookup_, host, now] {
            shared->finish(host, now, lookup(host));
        }).detach();
    } catch (const std::system_error&) {
        shared_->running.erase(host);
        return nullptr;
    }
    return slot;
}

void Resolver::forget(const std::string& host)
{
    const std::lock_guard lock(shared_->mutex);
    shared_->known.erase(host);
}

Resolver::Resolution Resolver::lookUpBySystem(const std::string& host)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); problem != 0)
        return {{}, ::gai_strerror(problem)};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    Resolution result;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6)
            result.addresses.push_back(toAddress(entry->ai_addr));
    }
    if (result.addresses.empty()) result.problem = "the name has no address";
    return result;
}

} // namespace oauth_batch
