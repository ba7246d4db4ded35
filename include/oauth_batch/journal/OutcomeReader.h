#pragma once

#include "oauth_batch/model/Outcome.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oauth_batch {

/// Reads single outcomes back from a journal, for rendering the results. Rows conclude nearly in
/// input order, so reading them in that order nearly always hits a window in memory; a row far off
/// (tried again much later) costs one small read and leaves the window where it is.
/// Blocks on the disk. Not thread-safe.
class OutcomeReader
{
public:
    /// The descriptor (see JournalFile::fd) must outlive the reader; `path` is for messages.
    OutcomeReader(int fd, std::string path);

    /// The outcome in the record at `offset`, which must have been committed.
    /// Throws DataError where there is no undamaged `outcome` or `ended` record of this row, and
    /// IoError 74.
    Outcome read(RowNumber row, std::uint64_t offset);

private:
    /// The line at `offset` without its LF, in window_ or single_; empty if there is none.
    std::string_view lineAt(std::uint64_t offset);
    void load(std::string& buffer, std::uint64_t start, std::size_t size) const;

    const int fd_;
    const std::string path_;
    std::string window_;
    std::uint64_t windowStart_ = 0;
    std::string single_;
    std::uint64_t lastMiss_ = 0;
};

} // namespace oauth_batch
