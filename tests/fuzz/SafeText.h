#pragma once

#include "Fuzz.h"

#include <Poco/TextIterator.h>
#include <Poco/UTF8Encoding.h>

#include <string>
#include <string_view>

namespace oauth_batch::fuzz {

/// Characters that break a line, move a cursor, hide or reorder text. By Poco's decoder, not ours.
inline bool isHarmful(int code)
{
    const auto within = [code](int first, int last) { return code >= first && code <= last; };
    return within(-1, 0x1F) || within(0x7F, 0x9F) || within(0x200B, 0x200F) ||
           within(0x2028, 0x202E) || within(0x2066, 0x2069) || code == 0xFEFF;
}

/// The number of characters. REQUIRES nothing; ends the program where one is harmful or where the
/// text is no UTF-8.
inline std::size_t requireHarmless(const std::string& text)
{
    const Poco::UTF8Encoding utf8;
    const Poco::TextIterator end(text);
    std::size_t count = 0;
    for (Poco::TextIterator at(text, utf8); at != end; ++at, ++count)
        require(!isHarmful(*at));
    return count;
}

/// What is promised of `result_message`.
inline void requireSafeMessage(const std::string& text)
{
    require(requireHarmless(text) <= 200);
    require(text.empty() || std::string_view("=+-@ ").find(text.front()) == std::string_view::npos);
    for (const std::string_view wide : {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"})
        require(!text.starts_with(wide));
}

} // namespace oauth_batch::fuzz
