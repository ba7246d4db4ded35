#include "oauth_batch/base/StringTable.h"

#include "oauth_batch/base/Error.h"

#include <cstring>
#include <functional>
#include <limits>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;
constexpr std::size_t kFirstSlots = 64;

std::uint32_t hashOf(std::string_view text)
{
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

/// Probes stay short up to this load.
bool fits(std::size_t texts, std::size_t slots)
{
    return texts * 5 <= slots * 4;
}

std::size_t lengthBytes(std::size_t length)
{
    std::size_t bytes = 1;
    while (length >>= 7)
        ++bytes;
    return bytes;
}

char* writeLength(char* at, std::size_t length)
{
    for (; length >= 0x80; length >>= 7)
        *at++ = static_cast<char>(static_cast<unsigned char>(length | 0x80));
    *at++ = static_cast<char>(length);
    return at;
}

std::string_view readText(const char* at)
{
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(*at++);
        length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) return {at, length};
    }
}

} // namespace

StringTable::StringTable() : slots_(kFirstSlots) {}

std::uint32_t StringTable::intern(std::string_view text)
{
    const std::uint32_t hash = hashOf(text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].number != 0; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.hash == hash && this->text(slot.number - 1) == text) return slot.number - 1;
    }
    const std::uint32_t id = size();
    places_.push_back(store(text));
    if (!fits(places_.size(), slots_.size())) growTo(slots_.size() * 2);
    place(slots_, {hash, id + 1});
    return id;
}

void StringTable::reserve(std::size_t texts)
{
    std::size_t slots = slots_.size();
    while (!fits(texts, slots))
        slots *= 2;
    if (slots != slots_.size()) growTo(slots);
}

void StringTable::prefetch(std::string_view text) const
{
    __builtin_prefetch(&slots_[hashOf(text) & (slots_.size() - 1)]);
}

std::string_view StringTable::text(std::uint32_t id) const
{
    const std::size_t offset = places_[id];
    return readText(chunks_[offset / kChunkBytes].get() + offset % kChunkBytes);
}

std::uint32_t StringTable::store(std::string_view text)
{
    const std::uint32_t offset = room(lengthBytes(text.size()) + text.size());
    char* at = chunks_[offset / kChunkBytes].get() + offset % kChunkBytes;
    at = writeLength(at, text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return offset;
}

std::uint32_t StringTable::room(std::size_t bytes)
{
    if (bytes > chunkEnd_ - used_) {
        // A text longer than a chunk gets one of several chunks' size; the numbers in between stay
        // empty, so that the offset alone still tells the place.
        const std::size_t count = (bytes + kChunkBytes - 1) / kChunkBytes;
        if (chunkEnd_ + count * kChunkBytes > std::numeric_limits<std::uint32_t>::max())
            throw DataError("the input holds more than 4 GiB of IDs");
        chunks_.push_back(std::make_unique_for_overwrite<char[]>(count * kChunkBytes));
        chunks_.resize(chunks_.size() + count - 1);
        used_ = chunkEnd_;
        chunkEnd_ += count * kChunkBytes;
    }
    const std::size_t offset = used_;
    // What is left behind a long text lies where no chunk begins: it cannot be addressed.
    used_ = bytes > kChunkBytes ? chunkEnd_ : used_ + bytes;
    return static_cast<std::uint32_t>(offset);
}

void StringTable::place(std::vector<Slot>& slots, Slot slot)
{
    const std::size_t mask = slots.size() - 1;
    std::size_t at = slot.hash & mask;
    while (slots[at].number != 0)
        at = (at + 1) & mask;
    slots[at] = slot;
}

/// Slots keep about the order of their hashes, so that both tables are walked and not jumped in.
void StringTable::growTo(std::size_t slots)
{
    std::vector<Slot> larger(slots);
    for (const Slot& slot : slots_) {
        if (slot.number != 0) place(larger, slot);
    }
    slots_ = std::move(larger);
}

} // namespace oauth_batch
