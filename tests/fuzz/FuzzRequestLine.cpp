// Both ways: what is read is written again byte by byte, and any ID survives the way through it,
// as one path segment of which RFC 3986 leaves nothing to be misread.

#include "Fuzz.h"

#include "oauth_batch/model/Operation.h"

#include <string>
#include <string_view>

namespace {

using namespace oauth_batch;
using fuzz::require;

bool isUnreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

/// The byte that a digit of a percent-encoded octet stands for; upper case only.
unsigned hexDigit(char c)
{
    require((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10);
}

std::string decoded(std::string_view segment)
{
    std::string bytes;
    while (!segment.empty()) {
        const bool plain = segment.front() != '%';
        require(plain ? isUnreserved(segment.front()) : segment.size() >= 3);
        bytes += plain ? segment.front()
                       : static_cast<char>(hexDigit(segment[1]) * 16 + hexDigit(segment[2]));
        require(plain || !isUnreserved(bytes.back()));
        segment.remove_prefix(plain ? 1 : 3);
    }
    return bytes;
}

void checkTarget(const Operation& operation)
{
    const std::string target = requestTarget(operation);
    std::string_view rest = target;
    for (const std::string_view expected : {"", "api", "managed_users"})
        require(fuzz::takeUntil(rest, "/") == expected);
    require(decoded(fuzz::takeUntil(rest, "/")) == operation.customerId);
    require(fuzz::takeUntil(rest, "/") == "custom_oauth_profiles");
    require(fuzz::takeUntil(rest, "/") == operation.profileId);
    require(fuzz::takeUntil(rest, "?") == toString(operation.verb));
    require(rest == (operation.force ? "force=true" : ""));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    if (const auto operation = parseRequestLine(bytes)) {
        require(requestLine(*operation) == bytes);
        checkTarget(*operation);
    }
    Operation operation;
    operation.customerId = 'E' + std::string(bytes) + 'x';
    operation.profileId = "322";
    operation.verb = size % 2 == 0 ? Verb::assign : Verb::unassign;
    operation.force = size % 4 == 1;
    checkTarget(operation);
    require(parseRequestLine(requestLine(operation)) == operation);
    return 0;
}
