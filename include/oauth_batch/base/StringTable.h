#pragma once

#include "oauth_batch/base/ChunkedVector.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// Texts by number: each distinct text is held once and has a dense id, counted from 0 in the order
/// of first sight. Costs 15 to 25 bytes per text beside its bytes. Texts are never removed and
/// never move. Not thread-safe; concurrent reads are fine while nobody interns.
class StringTable
{
public:
    StringTable();

    /// The id of `text`, a new one if it was not there.
    /// Throws DataError when all texts together would exceed 4 GiB.
    std::uint32_t intern(std::string_view text);

    /// Makes room for so many texts at once, instead of growing step by step.
    void reserve(std::size_t texts);

    /// Begins to fetch what intern() will look at first. With millions of texts that is a place in
    /// memory that no cache holds: named a few dozen texts ahead, nobody waits for it.
    void prefetch(std::string_view text) const;

    /// Valid as long as the table lives. REQUIRES: id < size().
    std::string_view text(std::uint32_t id) const;

    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(places_.size()); }

private:
    // Where a text stands: its offset in the arena, of which the upper bits number a chunk. There
    // stand its length (7 bits a byte, the least significant first) and its bytes.
    std::uint32_t store(std::string_view text);
    std::uint32_t room(std::size_t bytes);
    void growTo(std::size_t slots);

    /// One of the hash table, which is open with linear probing. With the hash beside it, a probe
    /// seldom has to look at a text, and growing never.
    struct Slot
    {
        std::uint32_t hash;
        std::uint32_t number; ///< id + 1, 0 where free
    };
    static void place(std::vector<Slot>& slots, Slot slot);

    std::vector<std::unique_ptr<char[]>> chunks_;
    std::size_t chunkEnd_ = 0; // offset after the last chunk's last byte
    std::size_t used_ = 0;     // offset of the first free byte
    ChunkedVector<std::uint32_t> places_;

    std::vector<Slot> slots_;
};

} // namespace oauth_batch
