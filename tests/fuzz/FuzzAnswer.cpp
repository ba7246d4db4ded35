#include "oauth_batch/api/AnswerReader.h"
#include "oauth_batch/api/Classify.h"
#include "oauth_batch/api/RetryAfter.h"
#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;

class BytesSource : public AnswerSource
{
public:
    explicit BytesSource(std::string_view bytes) : bytes_(bytes) {}

    int nextByte() override
    {
        if (bytes_.empty()) return -1;
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return byte;
    }
    int readBytes(char* buffer, int size) override
    {
        const std::size_t count = std::min(static_cast<std::size_t>(size), bytes_.size());
        std::memcpy(buffer, bytes_.data(), count);
        bytes_.remove_prefix(count);
        return static_cast<int>(count);
    }
    bool hasMore() override { return !bytes_.empty(); }

private:
    std::string_view bytes_;
};

void require(bool condition)
{
    if (!condition) std::abort();
}

/// What holds for every verdict, whatever a server sends.
void check(const Verdict& verdict)
{
    require(verdict.message == safeMessage(verdict.message));
    require(verdict.message.empty() == (verdict.status == RowStatus::succeeded));
    require(!verdict.wait || verdict.wait->count() >= 0);
    require(verdict.status == RowStatus::succeeded || verdict.status == RowStatus::failed ||
            verdict.status == RowStatus::unknown);
}

} // namespace

/// The bytes as what a server sends: read, classified twice. The first byte sets the context.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const AttemptContext context{(data[0] & 1U) != 0 ? Verb::unassign : Verb::assign,
                                 (data[0] & 2U) != 0, (data[0] & 4U) != 0,
                                 WallTime(std::chrono::hours(500'000))};
    BytesSource source(bytes);
    AnswerReader reader(source);
    try {
        for (int answers = 0; answers < 4; ++answers) {
            Answer answer = reader.read();
            require(answer.body.size() <= kLongestBody);
            require(!(answer.complete && answer.bodyTooLarge));
            check(classify(answer, context));
            if (!reader.reusable()) break;
        }
    } catch (const MalformedAnswer&) {
    } catch (const AnswerCutShort&) {
    }
    // Without the frame, so that bodies and header values are reached easily.
    Answer bare;
    bare.status = 200 + (data[0] >> 3U) * 10;
    bare.body = bytes;
    bare.headers.retryAfter = bare.headers.rateLimit = bare.headers.location = bytes;
    bare.headers.date = bare.headers.rateLimitReset = bytes;
    check(classify(bare, context));
    parseRateLimitReset(bytes, context.now);
    parseHttpDate(bytes, context.now);
    return 0;
}
