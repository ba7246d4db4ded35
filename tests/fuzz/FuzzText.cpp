// The small languages of options, cells and messages: what is read is within its bounds and reads
// the same when it is written again; what is made for people harms nobody.

#include "SafeText.h"

#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Outcome.h"
#include "oauth_batch/schedule/Rate.h"
#include "oauth_batch/schedule/StopRules.h"

#include <chrono>
#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;
using fuzz::require;

void checkMessages(std::string_view bytes)
{
    const std::string message = safeMessage(bytes);
    fuzz::requireSafeMessage(message);
    require(safeMessage(message) == message);
    const std::string shown = quoted(bytes, 20);
    // At most the limit, two quotes and the sign that it goes on.
    require(fuzz::requireHarmless(shown) <= 23);
    require(shown.starts_with('"') && shown.ends_with('"'));
}

void checkTimes(std::string_view bytes)
{
    if (const auto time = parseTimestamp(bytes)) require(formatTimestamp(*time) == bytes);
    const auto duration = parseDuration(bytes);
    if (!duration) return;
    require(duration->count() >= 0 && *duration <= std::chrono::years(10));
    const bool isZero = bytes.find_first_of("123456789") == std::string_view::npos;
    require((duration->count() == 0) == isZero);
    fuzz::requireHarmless(describeDuration(*duration));
}

void checkOptions(std::string_view bytes)
{
    if (const auto rate = Rate::parse(bytes)) {
        require(Rate::parse(rate->toString()) == rate);
        require(rate->isOff() || (rate->count <= 1'000'000 && rate->interval().count() > 0));
    }
    if (const auto limit = FailureLimit::parse(bytes)) {
        require(limit->count > 0 && (!limit->isPercentage || limit->count <= 100));
        require(FailureLimit::parse(limit->toString()) == limit);
    }
    if (const auto code = parseErrorCode(bytes))
        require(toString(code->code, code->httpStatus) == bytes);
    if (const auto status = parseRowStatus(bytes)) require(toString(*status) == bytes);
    if (const auto number = parseUnsigned(bytes)) {
        const auto digits = bytes.substr(std::min(bytes.find_first_not_of('0'), bytes.size() - 1));
        require(std::to_string(*number) == digits);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    checkMessages(bytes);
    checkTimes(bytes);
    checkOptions(bytes);
    return 0;
}
