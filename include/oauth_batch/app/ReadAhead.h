#pragma once

#include "oauth_batch/input/OperationReader.h"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace oauth_batch {

/// Reads the rows of an input in a thread of its own, a bounded number ahead, so that reading and
/// planning share two processors. To be used by one thread, which must leave the reader alone until
/// next() has returned nothing. The destructor waits
/// until all blocks are full, or the input is read.
class ReadAhead
{
public:
    /// `reader` must outlive this.
    explicit ReadAhead(OperationReader& reader);

    /// The next rows in order, empty at the end; valid until the next call. They have no `record`.
    /// Rethrows what the reader threw. Blocks.
    std::span<const InputRow> next();

private:
    struct Block
    {
        std::vector<InputRow> rows;
        std::size_t used = 0;
    };

    void read(const std::stop_token& stop);
    bool fill(Block& block);
    void publish(bool isLast);
    void publish(std::exception_ptr failure);

    OperationReader& reader_;
    std::array<Block, 8> blocks_; // those published belong to the caller, the others to the thread

    std::mutex mutex_; // guards all below
    std::condition_variable_any changed_;
    std::size_t published_ = 0; // blocks, ever
    std::size_t released_ = 0;  // blocks that the caller is done with, ever
    bool ended_ = false;        // nothing more will be published
    std::exception_ptr failure_;

    bool holdsBlock_ = false; // the caller's
    std::jthread thread_;     // the last: it uses the others
};

} // namespace oauth_batch
