#pragma once

#include "oauth_batch/schedule/Pacer.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The one line of a quota file; SharedPacer describes it. Pure.
struct QuotaRecord
{
    static constexpr std::size_t kBootIdSize = 36;
    static constexpr std::size_t kSize = 117;

    std::string bootId; // kBootIdSize characters
    PaceState pace;
    std::chrono::nanoseconds interval{};

    std::string toString() const;

    /// Nothing where anything is not as toString() writes it.
    static std::optional<QuotaRecord> parse(std::string_view bytes);

    /// False where the bytes can be no record of ours, not even a damaged or truncated one: they
    /// neither begin like one nor have its size.
    static bool mayBeOurs(std::string_view bytes);

    /// False where a time is so far ahead that only damage explains it.
    bool isPlausible(std::chrono::nanoseconds ownInterval, Instant now) const;
};

} // namespace oauth_batch
