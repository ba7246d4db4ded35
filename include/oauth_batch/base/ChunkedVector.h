#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace oauth_batch {

/// A sequence that grows by whole chunks and never moves what it holds: no peak of twice its size
/// while it grows, as std::vector has, and less overhead than std::deque's small blocks.
/// `T` is a plain value that can be default-constructed. Not thread-safe.
template <typename T, std::size_t kChunkSize = 8192>
class ChunkedVector
{
    static_assert((kChunkSize & (kChunkSize - 1)) == 0,
                  "a power of two, so that indexing is cheap");

public:
    void push_back(const T& value)
    {
        if (size_ == chunks_.size() * kChunkSize)
            chunks_.push_back(std::make_unique_for_overwrite<T[]>(kChunkSize));
        ++size_;
        (*this)[size_ - 1] = value;
    }

    T& operator[](std::size_t at) { return chunks_[at / kChunkSize][at % kChunkSize]; }
    const T& operator[](std::size_t at) const { return chunks_[at / kChunkSize][at % kChunkSize]; }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

private:
    std::vector<std::unique_ptr<T[]>> chunks_;
    std::size_t size_ = 0;
};

} // namespace oauth_batch
