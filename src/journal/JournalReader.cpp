#include "oauth_batch/journal/JournalReader.h"

#include "oauth_batch/base/AppendFile.h"
#include "oauth_batch/base/Error.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace oauth_batch {

JournalExtent readJournal(int fd, const std::string& path, JournalVisitor& visitor)
{
    constexpr std::size_t kChunk = std::size_t{256} * 1024;
    JournalScanner scanner(path, visitor);
    std::string chunk(kChunk, '\0');
    for (off_t at = 0;;) {
        const ssize_t count = ::pread(fd, chunk.data(), chunk.size(), at);
        if (count == 0) return scanner.finish();
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw IoError("read", path, errno);
        scanner.feed(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
        at += count;
    }
}

JournalExtent readJournal(const std::string& path, JournalVisitor& visitor)
{
    const UniqueFd fd = openForReading(path);
    return readJournal(fd.get(), path, visitor);
}

} // namespace oauth_batch
