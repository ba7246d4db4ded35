#include "QuotaRecord.h"

#include <Poco/Checksum.h>

#include <algorithm>
#include <charconv>

namespace oauth_batch {

namespace {

constexpr std::string_view kMagic = "oauth-batch quota 1 ";
constexpr std::size_t kTimeDigits = 16;
constexpr std::size_t kCrcDigits = 8;
static_assert(QuotaRecord::kSize == kMagic.size() + QuotaRecord::kBootIdSize +
                                        3 * (1 + kTimeDigits) + 1 + kCrcDigits + 1);

/// All slots that may be handed out ahead: more workers and processes than one quota feeds.
constexpr int kMostSlotsAhead = 2048;
/// Longer than any wish of a server that a run would wait for.
constexpr std::chrono::hours kLongestPause{7 * 24};
/// More than the slowest rate, 1/h, has.
constexpr std::chrono::hours kLongestInterval{2};

std::string hex(std::uint64_t value, std::size_t digits)
{
    std::string text(digits, '0');
    for (std::size_t at = digits; at-- > 0; value >>= 4)
        text[at] = "0123456789abcdef"[value & 0xFU];
    return text;
}

std::uint32_t crcOf(std::string_view bytes)
{
    Poco::Checksum checksum(Poco::Checksum::TYPE_CRC32);
    checksum.update(bytes.data(), static_cast<unsigned>(bytes.size()));
    return checksum.checksum();
}

std::string timeField(std::int64_t nanoseconds)
{
    return ' ' +
           hex(static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0)), kTimeDigits);
}

std::int64_t takeTime(std::string_view& rest)
{
    std::int64_t value = -1;
    const std::string_view field = rest.substr(1, kTimeDigits);
    std::from_chars(field.data(), field.data() + field.size(), value, 16);
    rest.remove_prefix(1 + kTimeDigits);
    return value;
}

} // namespace

std::string QuotaRecord::toString() const
{
    std::string line(kMagic);
    line += bootId;
    line += timeField(pace.lastStart ? pace.lastStart->time_since_epoch().count() : 0);
    line += timeField(pace.pausedUntil.time_since_epoch().count());
    line += timeField(interval.count());
    line += ' ' + hex(crcOf(line), kCrcDigits) + '\n';
    return line;
}

std::optional<QuotaRecord> QuotaRecord::parse(std::string_view bytes)
{
    if (bytes.size() != kSize || !bytes.starts_with(kMagic)) return std::nullopt;
    QuotaRecord record;
    record.bootId = bytes.substr(kMagic.size(), kBootIdSize);
    std::string_view rest = bytes.substr(kMagic.size() + kBootIdSize);
    const std::int64_t last = takeTime(rest);
    const std::int64_t paused = takeTime(rest);
    record.interval = std::chrono::nanoseconds(takeTime(rest));
    if (last != 0) record.pace.lastStart = Instant(std::chrono::nanoseconds(last));
    if (paused != 0) record.pace.pausedUntil = Instant(std::chrono::nanoseconds(paused));
    // Covers the checksum too, and every other way to spell the same values.
    if (record.toString() != bytes) return std::nullopt;
    return record;
}

bool QuotaRecord::mayBeOurs(std::string_view bytes)
{
    return bytes.size() == kSize || bytes.substr(0, kMagic.size()) ==
                                        kMagic.substr(0, std::min(bytes.size(), kMagic.size()));
}

bool QuotaRecord::isPlausible(std::chrono::nanoseconds ownInterval, Instant now) const
{
    // First, since a multiple of more than that may overflow.
    if (interval > kLongestInterval) return false;
    const std::chrono::nanoseconds ahead =
        std::max(interval, ownInterval) * kMostSlotsAhead + kLongestPause;
    // Differences of points after the boot cannot overflow; "none" lies before it.
    const auto isWithin = [now](Instant point, std::chrono::nanoseconds bound) {
        return point < Instant() || point - now <= bound;
    };
    return isWithin(pace.pausedUntil, kLongestPause) &&
           (!pace.lastStart || isWithin(*pace.lastStart, ahead));
}

} // namespace oauth_batch
