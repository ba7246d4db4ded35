#include "oauth_batch/app/ReadAhead.h"

#include <utility>

namespace oauth_batch {

namespace {

/// Few enough for all blocks to stay in a processor's cache.
constexpr std::size_t kRowsInBlock = 128;

/// So many blocks are free or full before a thread that had to wait goes on: it is woken once for
/// all of them. That can cost more than to read a block.
constexpr std::size_t kBlocksAtOnce = 4;

} // namespace

ReadAhead::ReadAhead(OperationReader& reader)
    : reader_(reader), thread_([this](const std::stop_token& stop) { read(stop); })
{}

std::span<const InputRow> ReadAhead::next()
{
    std::unique_lock lock(mutex_);
    if (std::exchange(holdsBlock_, false)) {
        ++released_;
        if (blocks_.size() - (published_ - released_) == kBlocksAtOnce) changed_.notify_one();
    }
    if (published_ == released_)
        changed_.wait(lock, [this] { return published_ - released_ >= kBlocksAtOnce || ended_; });
    if (published_ == released_) {
        if (failure_) std::rethrow_exception(failure_);
        return {};
    }
    holdsBlock_ = true;
    const Block& block = blocks_[released_ % blocks_.size()];
    return std::span(block.rows).first(block.used);
}

void ReadAhead::read(const std::stop_token& stop)
{
    try {
        for (std::size_t at = 0;; ++at) {
            {
                std::unique_lock lock(mutex_);
                const auto free = [&] { return blocks_.size() - (at - released_); };
                const auto areFree = [&] { return free() >= kBlocksAtOnce; };
                if (free() == 0 && !changed_.wait(lock, stop, areFree)) return;
            }
            const bool isLast = !fill(blocks_[at % blocks_.size()]);
            publish(isLast);
            if (isLast) return;
        }
    } catch (...) {
        publish(std::current_exception());
    }
}

/// False where the input ended.
bool ReadAhead::fill(Block& block)
{
    block.rows.resize(kRowsInBlock);
    for (block.used = 0; block.used < kRowsInBlock; ++block.used) {
        InputRow& row = block.rows[block.used];
        if (!reader_.next(row)) return false;
        row.record = nullptr; // the reader's, and it reads on
    }
    return true;
}

void ReadAhead::publish(bool isLast)
{
    const std::lock_guard lock(mutex_);
    ++published_;
    ended_ = isLast;
    if (ended_ || published_ - released_ == kBlocksAtOnce) changed_.notify_one();
}

void ReadAhead::publish(std::exception_ptr failure)
{
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    ended_ = true;
    changed_.notify_one();
}

} // namespace oauth_batch
