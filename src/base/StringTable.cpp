#include "oauth_batch/base/StringTable.h"

#include "oauth_batch/base/Error.h"

#include <cstring>
#include <functional>
#include <limits>

namespace oauth_batch {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;
constexpr std::size_t kFirstSlots = 64;

std::uint8_t tagOf(std::size_t hash)
{
    return static_cast<std::uint8_t>(hash >> 56);
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

StringTable::StringTable() : slots_(kFirstSlots), tags_(kFirstSlots) {}

std::uint32_t StringTable::intern(std::string_view text)
{
    const std::size_t hash = std::hash<std::string_view>{}(text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
        if (tags_[at] == tagOf(hash) && this->text(slots_[at] - 1) == text) return slots_[at] - 1;
    }
    const std::uint32_t id = size();
    places_.push_back(store(text));
    if (places_.size() * 5 > slots_.size() * 4)
        grow();
    else
        place(id, hash);
    return id;
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

void StringTable::place(std::uint32_t id, std::size_t hash)
{
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at] != 0)
        at = (at + 1) & mask;
    slots_[at] = id + 1;
    tags_[at] = tagOf(hash);
}

void StringTable::grow()
{
    const std::size_t slots = slots_.size() * 2;
    // The old slots are not needed: ids and texts tell all. Freeing them first saves the peak.
    slots_ = {};
    tags_ = {};
    slots_.resize(slots);
    tags_.resize(slots);
    for (std::uint32_t id = 0; id < size(); ++id)
        place(id, std::hash<std::string_view>{}(text(id)));
}

} // namespace oauth_batch
