#pragma once

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace oauth_batch {

/// Ends blocking socket calls at an exact time. Socket time-outs restart with each byte, and the
/// loops inside OpenSSL and Poco do not look at a clock; so one thread shuts down (both ways)
/// whatever is past its deadline, and the blocked call returns.
/// Thread-safe. Arming wakes the thread only if the new deadline is the earliest.
class DeadlineWatch
{
    struct Entry
    {
        int descriptor = -1;
        Instant deadline = Instant::max();
        bool fired = false;
    };

public:
    /// A socket under watch. Holds a descriptor of its own for it, so that the number can never
    /// stand for another connection, however early the owner closes his.
    /// Used by one thread at a time; must not outlive the watch.
    class Socket
    {
    public:
        /// Throws Error where the descriptor cannot be duplicated.
        Socket(DeadlineWatch& watch, int descriptor);
        ~Socket();
        Socket(const Socket&) = delete;
        Socket& operator=(const Socket&) = delete;

        /// From now on, at most `timeLeft`; a later call replaces the earlier deadline.
        void arm(std::chrono::nanoseconds timeLeft);
        void disarm();
        /// True once a deadline has passed while armed: the socket is shut down.
        bool fired() const;
        /// Shuts the socket down now.
        void shutDown() noexcept;

    private:
        DeadlineWatch& watch_;
        std::list<Entry>::iterator entry_;
    };

    DeadlineWatch();
    ~DeadlineWatch();
    DeadlineWatch(const DeadlineWatch&) = delete;
    DeadlineWatch& operator=(const DeadlineWatch&) = delete;

private:
    void run();
    /// Shuts down what is due and returns the earliest deadline left. REQUIRES: mutex_ is held.
    Instant fireDue(Instant now);

    SystemClock clock_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Entry> entries_;         // protected by mutex_
    Instant wakesAt_ = Instant::max(); // protected by mutex_: when the thread looks next
    bool stopping_ = false;            // protected by mutex_

    std::jthread thread_; // last: starts when all above is there
};

} // namespace oauth_batch
