#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Operation.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace oauth_batch;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

} // namespace

/// Both ways: what is read is written again byte by byte, and any ID survives the way through it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto operation = parseRequestLine(bytes)) require(requestLine(*operation) == bytes);

    Operation operation;
    operation.customerId = 'E' + std::string(bytes) + 'x';
    operation.profileId = "322";
    operation.verb = size % 2 == 0 ? Verb::assign : Verb::unassign;
    operation.force = size % 4 == 1;
    const std::string line = requestLine(operation);
    const auto again = parseRequestLine(line);
    require(again.has_value() && *again == operation);
    require(!hasControlCharacter(line));
    for (const char c : line)
        require(static_cast<unsigned char>(c) < 0x80);
    return 0;
}
