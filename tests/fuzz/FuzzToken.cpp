// A token is taken whole or refused; it cannot end the header that it stands in, no message shows
// it, and the text that it came from is gone afterwards.

#include "SafeText.h"

#include "oauth_batch/api/Token.h"
#include "oauth_batch/base/Error.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace oauth_batch;
using fuzz::require;

std::string messageFor(std::string text)
{
    try {
        Token::parse(std::move(text), "fuzz");
        return {};
    } catch (const Error& error) {
        return error.what();
    }
}

/// It says where something is wrong with a token; all others for which that holds get the same.
void checkMessage(const std::string& message, std::string text)
{
    fuzz::requireHarmless(message);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; }, 'x');
    require(messageFor(text) == message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    std::string text(bytes);
    try {
        const Token token = Token::parse(std::move(text), "fuzz");
        require(!token.secret().empty() && token.secret().size() <= 4096);
        require(std::all_of(token.secret().begin(), token.secret().end(),
                            [](char c) { return c > ' ' && c < '\x7f'; }));
        require(bytes.starts_with(token.secret()));
        require(bytes.find_first_not_of(" \t\r\n", token.secret().size()) == bytes.npos);
    } catch (const Error& error) {
        require(error.exitCode() == ExitCode::configuration);
        checkMessage(error.what(), std::string(bytes));
    }
    require(text.empty()); // NOLINT(bugprone-use-after-move): it promises to be empty
    return 0;
}
