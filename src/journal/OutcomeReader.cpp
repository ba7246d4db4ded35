#include "oauth_batch/journal/OutcomeReader.h"

#include "RecordCodec.h"
#include "RecordFrame.h"

#include "oauth_batch/base/Error.h"

#include <cerrno>
#include <optional>
#include <utility>

#include <unistd.h>

namespace oauth_batch {

namespace {

constexpr std::uint64_t kBehind = std::uint64_t{32} * 1024;
constexpr std::size_t kWindow = std::size_t{128} * 1024;
constexpr std::size_t kSingle = std::size_t{2} * 1024;
/// Misses nearer to each other than this are a walk, not a jump.
constexpr std::uint64_t kNear = kWindow;

/// The line that starts at `at`, if its LF is there.
std::optional<std::string_view> lineIn(std::string_view bytes, std::uint64_t at)
{
    if (at >= bytes.size()) return std::nullopt;
    const std::size_t lf = bytes.find('\n', at);
    if (lf == std::string_view::npos) return std::nullopt;
    return bytes.substr(at, lf - at);
}

std::optional<Outcome> outcomeIn(std::string_view payload, RowNumber row)
{
    const std::string_view word = takeField(payload);
    if (parseNumber(takeField(payload)) != row) return std::nullopt;
    if (word == kOutcomeWord) return parseOutcome(payload);
    if (word != kAttemptEndWord) return std::nullopt;
    auto end = parseAttemptEnd(payload);
    if (!end) return std::nullopt;
    return std::move(end->outcome);
}

} // namespace

OutcomeReader::OutcomeReader(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

Outcome OutcomeReader::read(RowNumber row, std::uint64_t offset)
{
    const auto payload = payloadOf(lineAt(offset), offset);
    auto outcome = payload ? outcomeIn(*payload, row) : std::nullopt;
    if (!outcome)
        throw DataError(path_ + ": damaged at byte " + std::to_string(offset) +
                        ": there should be the outcome of row " + std::to_string(row));
    return std::move(*outcome);
}

std::string_view OutcomeReader::lineAt(std::uint64_t offset)
{
    if (offset >= windowStart_)
        if (const auto line = lineIn(window_, offset - windowStart_)) return *line;
    const std::uint64_t distance = offset > lastMiss_ ? offset - lastMiss_ : lastMiss_ - offset;
    const bool isWalk = distance < kNear || window_.empty();
    lastMiss_ = offset;
    if (!isWalk) {
        load(single_, offset, kSingle);
        if (const auto line = lineIn(single_, 0)) return *line;
    }
    windowStart_ = offset > kBehind ? offset - kBehind : 0;
    load(window_, windowStart_, kWindow);
    return lineIn(window_, offset - windowStart_).value_or(std::string_view{});
}

void OutcomeReader::load(std::string& buffer, std::uint64_t start, std::size_t size) const
{
    buffer.resize(size);
    std::size_t got = 0;
    while (got < size) {
        const ssize_t count =
            ::pread(fd_, buffer.data() + got, size - got, static_cast<off_t>(start + got));
        if (count == 0) break;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw IoError("read", path_, errno);
        got += static_cast<std::size_t>(count);
    }
    buffer.resize(got);
}

} // namespace oauth_batch
