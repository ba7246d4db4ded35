// The bytes as what a server sends: read, classified; and without the frame, so that bodies and
// header values are reached easily. The first byte sets the context.

#include "SafeText.h"

#include "oauth_batch/api/AnswerReader.h"
#include "oauth_batch/api/Classify.h"
#include "oauth_batch/api/RetryAfter.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;
using fuzz::require;

constexpr auto kYear = std::chrono::hours(24) * 365;

enum class Ending
{
    close,
    reset
};

/// Gives at most `piece` bytes at a time, then ends as connections do.
class BytesSource : public AnswerSource
{
public:
    BytesSource(std::string_view bytes, std::size_t piece, Ending ending)
        : bytes_(bytes), piece_(piece), ending_(ending)
    {}

    bool hasBeenReset() const { return reset_; }

    int nextByte() override
    {
        if (isAtEnd()) return -1;
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return byte;
    }
    int readBytes(char* buffer, int size) override
    {
        if (isAtEnd()) return 0;
        const std::size_t count = std::min({static_cast<std::size_t>(size), bytes_.size(), piece_});
        std::memcpy(buffer, bytes_.data(), count);
        bytes_.remove_prefix(count);
        return static_cast<int>(count);
    }
    bool hasMore() override { return !bytes_.empty(); }

private:
    bool isAtEnd()
    {
        if (!bytes_.empty()) return false;
        reset_ = ending_ == Ending::reset;
        if (reset_) throw Poco::IOException("reset");
        return true;
    }

    std::string_view bytes_;
    std::size_t piece_;
    Ending ending_;
    bool reset_ = false;
};

/// What holds for every verdict on an answer, whatever a server sends.
void check(const Verdict& verdict, const Answer& answer, const AttemptContext& context)
{
    fuzz::requireSafeMessage(verdict.message);
    require(verdict.message.empty() == (verdict.status == RowStatus::succeeded));
    require(!verdict.wait || (verdict.wait->count() >= 0 && *verdict.wait <= kYear));
    require(verdict.httpStatus == answer.status);
    if (verdict.status == RowStatus::succeeded)
        require(answer.status == 200 && answer.complete && !answer.bodyTooLarge);
    else
        require(verdict.status == RowStatus::failed || verdict.status == RowStatus::unknown);
    const bool isThrottled = verdict.next == NextStep::throttled;
    require(isThrottled == (answer.status == 429));
    require((verdict.next == NextStep::unauthorized) == (answer.status == 401));
    require(verdict.next != NextStep::notSent && verdict.next != NextStep::untrusted);
    // A refusal that is final says so only where no earlier attempt may have been applied.
    if (answer.status == 404 && context.verb == Verb::unassign &&
        context.earlierAttemptWithoutVerdict)
        require(verdict.status == RowStatus::unknown);
}

/// All that a connection gave, for comparison.
std::string readAnswers(std::string_view bytes, std::size_t piece, Ending ending,
                        const AttemptContext& context)
{
    BytesSource source(bytes, piece, ending);
    AnswerReader reader(source);
    std::string all;
    try {
        for (int answers = 0; answers < 4; ++answers) {
            const Answer answer = reader.read();
            require(answer.body.size() <= kLongestBody);
            require(!(answer.complete && (answer.bodyTooLarge || source.hasBeenReset())));
            require(answer.status / 100 != 1 || answer.status == 101);
            const Verdict verdict = classify(answer, context);
            check(verdict, answer, context);
            const auto idle = reader.keepAliveTimeout();
            require(!idle || idle->count() >= 0);
            all += std::to_string(answer.status) + answer.body + verdict.message;
            if (!reader.reusable()) break;
        }
    } catch (const MalformedAnswer& error) {
        all += error.what();
    } catch (const AnswerCutShort& error) {
        all += error.what();
    } catch (const Poco::IOException& error) {
        require(source.hasBeenReset());
        all += error.what();
    }
    return all;
}

void checkHeaders(std::string_view bytes, Answer& bare, const AttemptContext& context)
{
    for (std::string AnswerHeaders::*field :
         {&AnswerHeaders::retryAfter, &AnswerHeaders::rateLimit, &AnswerHeaders::rateLimitReset,
          &AnswerHeaders::xRateLimitReset, &AnswerHeaders::location}) {
        bare.headers = {};
        bare.headers.*field = bytes;
        check(classify(bare, context), bare, context);
        bare.headers.date = bytes;
        check(classify(bare, context), bare, context);
    }
}

TransportFailure failureOf(unsigned choice, std::string_view bytes)
{
    TransportFailure failure;
    failure.kind = static_cast<TransportFailure::Kind>(
        choice % (static_cast<unsigned>(TransportFailure::Kind::stale) + 1));
    failure.requestMayHaveLeft = (choice & 64U) != 0;
    failure.protocolRefused = (choice & 128U) != 0;
    failure.detail = bytes;
    return failure;
}

void checkFailure(const TransportFailure& failure, const AttemptContext& context)
{
    const Verdict verdict = classify(failure, context);
    fuzz::requireSafeMessage(verdict.message);
    require(verdict.httpStatus == 0 && !verdict.wait);
    const bool mayBeApplied = failure.requestMayHaveLeft || context.earlierAttemptWithoutVerdict;
    require(verdict.status == (mayBeApplied ? RowStatus::unknown : RowStatus::failed));
    require(!(verdict.next == NextStep::notSent && failure.requestMayHaveLeft));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const unsigned choice = data[0];
    const std::string_view bytes = fuzz::textOf(data + 1, size - 1);
    const AttemptContext context{(choice & 1U) != 0 ? Verb::unassign : Verb::assign,
                                 (choice & 2U) != 0, (choice & 4U) != 0,
                                 WallTime(std::chrono::hours(500'000))};
    const Ending ending = (choice & 128U) != 0 ? Ending::reset : Ending::close;
    require(readAnswers(bytes, std::string_view::npos, ending, context) ==
            readAnswers(bytes, 1, ending, context));
    constexpr int kStatuses[] = {200, 201, 302, 400, 401, 404, 408, 429, 500, 503, 199, 999};
    Answer bare;
    bare.status = kStatuses[(choice >> 3U) % std::size(kStatuses)];
    bare.body = bytes;
    check(classify(bare, context), bare, context);
    checkHeaders(bytes, bare, context);
    checkFailure(failureOf(choice, bytes), context);
    return 0;
}
