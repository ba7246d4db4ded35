#pragma once

#include "oauth_batch/base/Clock.h"

#include <Poco/Net/IPAddress.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch {

/// Host names to addresses, within a deadline: getaddrinfo() has none, so it runs in a thread of
/// its own, one for each name at a time, which a late answer may outlive without harm. What it
/// found is kept for a minute. Thread-safe; resolve() blocks up to its deadline.
class Resolver
{
public:
    struct Resolution
    {
        std::vector<Poco::Net::IPAddress> addresses; ///< all of them, in the system's order
        std::string problem;                         ///< why there are none
    };
    /// Must be callable from any thread, also after the resolver has gone.
    using Lookup = std::function<Resolution(const std::string& host)>;

    /// `clock` must outlive the resolver.
    explicit Resolver(Clock& clock, Lookup lookup = lookUpBySystem);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Address literals are answered at once.
    Resolution resolve(const std::string& host, std::chrono::nanoseconds timeLeft);

    /// Drops what is known of a host whose addresses do not answer, so that a changed record is
    /// noticed by the next attempt.
    void forget(const std::string& host);

    /// getaddrinfo(), all families. Blocks without limit.
    static Resolution lookUpBySystem(const std::string& host);

private:
    struct Pending;
    struct Shared;

    std::shared_ptr<Pending> join(const std::string& host, Instant now);

    Clock& clock_;
    const Lookup lookup_;
    const std::shared_ptr<Shared> shared_; // with the helper threads
};

} // namespace oauth_batch
