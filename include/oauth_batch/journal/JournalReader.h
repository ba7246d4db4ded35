#pragma once

#include "oauth_batch/journal/JournalScanner.h"

#include <string>

namespace oauth_batch {

/// Streams the journal behind `fd` from its start, without moving the descriptor's position. Takes
/// no lock, so a journal may be read while a run appends to it: what is not complete yet then
/// counts as a torn tail. Blocks on the disk. Throws DataError 65 for damage, IoError 74.
JournalExtent readJournal(int fd, const std::string& path, JournalVisitor& visitor);

/// The same by name, for a reader that is not the run. A file that is not there, a symbolic link or
/// anything but a regular file is an Error.
JournalExtent readJournal(const std::string& path, JournalVisitor& visitor);

} // namespace oauth_batch
