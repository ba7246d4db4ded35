#pragma once

#include "oauth_batch/base/Clock.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace oauth_batch {

/// How much a power cut may cost. (The death of the process alone never costs a record.)
enum class SyncPolicy : std::uint8_t
{
    auto_, ///< nothing up to 20 requests a second, above that the last second
    always ///< nothing
};

/// Decides when the journal is synced. Under SyncPolicy::auto_: with every commit while the last
/// second had up to 20 requests (counted by their intents, and by their outcomes, whichever is
/// more), else once a second. Pure; not thread-safe.
class SyncSchedule
{
public:
    SyncSchedule(SyncPolicy policy, Instant now) : policy_(policy), lastSync_(now) {}

    void countIntent(Instant now) { intents_.count(now); }
    void countOutcome(Instant now) { outcomes_.count(now); }

    /// True if a commit now has to sync.
    bool isDue(Instant now) const;

    /// True if unsynced records have waited for a second.
    bool isOverdue(Instant now) const;

    void synced(Instant now) { lastSync_ = now; }

private:
    /// Knows whether more than `kBusy` events happened in the last second.
    class RecentEvents
    {
    public:
        void count(Instant now);
        bool isBusy(Instant now) const;

    private:
        static constexpr std::size_t kBusy = 20;
        std::array<Instant, kBusy + 1> times_{};
        std::size_t next_ = 0; ///< the oldest, once all are used
        std::size_t used_ = 0;
    };

    const SyncPolicy policy_;
    Instant lastSync_;
    RecentEvents intents_;
    RecentEvents outcomes_;
};

} // namespace oauth_batch
