#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// What the entry points share. They state what must hold for any bytes at all, and where the code
// has a rule of its own (what is printable, what is a record) they state it in other words.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace oauth_batch::fuzz {

/// Ends the program where `condition` does not hold, and says in which line that was.
inline void require(bool condition, int line = __builtin_LINE(),
                    const char* file = __builtin_FILE())
{
    if (condition) return;
    std::fprintf(stderr, "%s:%d: what must always hold does not hold\n", file, line);
    std::abort();
}

inline std::string_view textOf(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/// Cuts off and returns what stands before the first `mark`, or everything.
inline std::string_view takeUntil(std::string_view& text, std::string_view mark)
{
    const std::size_t at = text.find(mark);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
    return taken;
}

} // namespace oauth_batch::fuzz
