#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The API token. Move-only, cannot be printed, and its bytes are overwritten when it goes.
class Token
{
public:
    /// Takes the token out of `text`, whose bytes are overwritten in any case. Line ends and blanks
    /// at its end are cut off. `source` names where the text came from, for the message.
    /// Throws Error (configuration) where it is empty, longer than 4096 bytes, or holds a byte that
    /// is no printable ASCII character or a blank: such a byte could end the header it stands in.
    static Token parse(std::string&& text, std::string_view source);

    Token(Token&& other) noexcept;
    Token& operator=(Token&& other) noexcept;
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token();

    /// The bytes. Copies of them are the caller's to overwrite.
    std::string_view secret() const noexcept { return {bytes_.get(), size_}; }

private:
    explicit Token(std::string_view text);
    void wipe() noexcept;

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

std::ostream& operator<<(std::ostream& stream, const Token& token) = delete;

/// Overwrites the bytes of `text` in a way that the compiler does not leave out, then empties it.
void wipe(std::string& text) noexcept;

} // namespace oauth_batch
