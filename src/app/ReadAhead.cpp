#include "oauth_batch/app/ReadAhead.h"

#include <utility>

namespace oauth_batch {

namespace {

/// Few enough for all blocks to stay in a processor's cache, enough that waking the other thread
/// costs little beside reading them.
constexpr std::size_t kRowsInBlock = 256;

} // namespace

ReadAhead::ReadAhead(OperationReader& reader)
    : reader_(reader), thread_([this](const std::stop_token& stop) { read(stop); })
{}

std::span<const InputRow> ReadAhead::next()
{
    std::unique_lock lock(mutex_);
    if (std::exchange(holdsBlock_, false)) {
        ++released_;
        changed_.notify_one();
    }
    changed_.wait(lock, [this] { return published_ > released_ || ended_; });
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
                const auto isFree = [&] { return at - released_ < blocks_.size(); };
                if (!changed_.wait(lock, stop, isFree)) return;
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
    changed_.notify_one();
}

void ReadAhead::publish(std::exception_ptr failure)
{
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    ended_ = true;
    changed_.notify_one();
}

} // namespace oauth_batch
