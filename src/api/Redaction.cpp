#include "oauth_batch/api/Redaction.h"

#include <charconv>
#include <cstddef>

namespace oauth_batch {

namespace {

constexpr std::size_t kShortestSecret = 8;
constexpr std::size_t kUnicodeEscape = 6; // \u002f

/// How many characters at the start of `text` spell `c` in JSON (RFC 8259, section 7), or plainly;
/// 0 where they do not. REQUIRES: c is visible ASCII, so that \n and its like need no thought.
std::size_t spelling(std::string_view text, char c)
{
    if (text.starts_with('\\') && text.size() > 1) {
        if (text[1] == c && (c == '/' || c == '"' || c == '\\')) return 2;
        unsigned code = 0;
        const char* const digits = text.data() + 2;
        if (text[1] == 'u' && text.size() >= kUnicodeEscape &&
            std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 &&
            code == static_cast<unsigned char>(c))
            return kUnicodeEscape;
    }
    return text.starts_with(c) ? 1 : 0;
}

/// How many characters at the start of `text` are the secret, or what the text's end left of it.
std::size_t secretAtStart(std::string_view text, std::string_view secret)
{
    std::size_t length = 0;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        const std::size_t step = spelling(text.substr(length), secret[i]);
        if (step == 0) return length == text.size() && i >= kShortestSecret ? length : 0;
        length += step;
    }
    return length;
}

} // namespace

void redact(std::string& text, std::string_view secret)
{
    constexpr std::string_view kInstead = "***";
    if (secret.size() < kShortestSecret) return;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != secret.front() && text[at] != '\\') continue;
        const std::size_t length = secretAtStart(std::string_view(text).substr(at), secret);
        if (length == 0) continue;
        text.replace(at, length, kInstead);
        at += kInstead.size() - 1;
    }
}

} // namespace oauth_batch
