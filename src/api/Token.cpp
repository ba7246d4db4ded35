#include "oauth_batch/api/Token.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::size_t kLongestToken = 4096;

std::string problemOf(std::string_view token)
{
    if (token.empty()) return "is empty";
    if (token.size() > kLongestToken) return "is longer than 4096 bytes";
    const auto bad =
        std::find_if(token.begin(), token.end(), [](char c) { return c <= ' ' || c >= '\x7f'; });
    if (bad == token.end()) return {};
    return "holds a blank or an unprintable character at position " +
           std::to_string(bad - token.begin() + 1) + " (one token on one line is expected)";
}

} // namespace

void wipe(std::string& text) noexcept
{
    text.resize(text.capacity()); // what was cut off earlier still stands behind the end
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

Token Token::parse(std::string&& text, std::string_view source)
{
    std::string_view token = text;
    const auto end = token.find_last_not_of(" \t\r\n");
    token = token.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const std::string problem = problemOf(token);
    Token result(problem.empty() ? token : std::string_view());
    oauth_batch::wipe(text);
    if (!problem.empty())
        throw Error(ExitCode::configuration,
                    "the token from " + std::string(source) + ' ' + problem);
    return result;
}

Token::Token(std::string_view text)
    : bytes_(std::make_unique<char[]>(text.size())), size_(text.size())
{
    std::copy(text.begin(), text.end(), bytes_.get());
}

Token::Token(Token&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0))
{}

Token& Token::operator=(Token&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Token::~Token()
{
    wipe();
}

void Token::wipe() noexcept
{
    if (bytes_) OPENSSL_cleanse(bytes_.get(), size_);
}

} // namespace oauth_batch
