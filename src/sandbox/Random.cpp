#include "Random.h"

#include <string_view>

namespace oauth_batch::sandbox {

namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mix(std::uint64_t value)
{
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

constexpr std::uint64_t kUuidStream = 0xffff0000U;

void appendHex(std::string& text, std::uint64_t value, int digits)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        text += kDigits[(value >> static_cast<unsigned>(shift)) & 15U];
}

} // namespace

std::uint64_t scrambled(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
{
    return mix(mix(mix(seed) ^ stream) ^ index);
}

double fraction(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
{
    return static_cast<double>(scrambled(seed, stream, index) >> 11U) * 0x1.0p-53;
}

std::string uuid(std::uint64_t seed, std::uint64_t index)
{
    const std::uint64_t high = scrambled(seed, kUuidStream, index);
    const std::uint64_t low = scrambled(seed, kUuidStream + 1, index);
    std::string text;
    text.reserve(36);
    appendHex(text, high >> 32U, 8);
    text += '-';
    appendHex(text, high >> 16U, 4);
    text += "-4"; // version
    appendHex(text, high, 3);
    text += '-';
    appendHex(text, 0x8000U | ((low >> 48U) & 0x3fffU), 4); // variant
    text += '-';
    appendHex(text, low, 12);
    return text;
}

} // namespace oauth_batch::sandbox
