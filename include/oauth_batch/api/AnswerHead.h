#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// What arrived is no HTTP/1 answer, or too large a head.
class MalformedAnswer : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// The head of an HTTP/1.x answer, cut into its fields where it stands (RFC 9112, sections 4 and 5;
/// RFC 9110, section 5). Poco's own message makes two strings and a list entry of each field, which
/// took a quarter of all that a row costs, though an answer of success needs three of them.
/// Not thread-safe.
class AnswerHead
{
public:
    AnswerHead() = default;
    AnswerHead(const AnswerHead&) = delete; // its fields are views of its text
    AnswerHead& operator=(const AnswerHead&) = delete;

    /// True for "HTTP/1.1 200 OK" with its line end; the reason phrase may be missing.
    static bool isStatusLine(std::string_view line);

    /// Drops the former head, but not its memory.
    void clear();
    /// The text as it has arrived so far, to be appended to.
    std::string& text() noexcept { return text_; }
    const std::string& text() const noexcept { return text_; }

    /// Cuts the text. REQUIRES: it is a status line, fields and an empty line.
    /// Throws MalformedAnswer where there are more than 200 fields, a status line of over 1 KiB, or
    /// a CR within a line.
    void parse();

    /// 0 to 999.
    int status() const;
    bool isHttp11() const { return text_[7] == '1'; }

    /// A field is there that others may read in another way: folded, without a name, with a blank
    /// before the colon or without one, with a NUL (RFC 9112, sections 2.2, 5.1 and 5.2).
    bool isAmbiguous() const noexcept { return ambiguous_; }

    /// Names match without regard to case. All of these are O(n) in the fields, which are few.
    std::size_t count(std::string_view name) const;
    bool has(std::string_view name) const { return count(name) != 0; }
    /// Of the first such field, without blanks around it; empty where there is none. Valid until
    /// clear().
    std::string_view value(std::string_view name) const;
    /// Of every such field.
    std::vector<std::string_view> values(std::string_view name) const;
    /// True if a list of that name has this member, without regard to case.
    bool hasToken(std::string_view name, std::string_view token) const;

private:
    struct Field
    {
        std::string_view name;
        std::string_view value;
    };

    std::size_t lineEnd(std::size_t start) const;
    void addField(std::size_t start, std::size_t end);
    void unfold(std::size_t start, std::size_t end);

    std::string text_;
    std::vector<Field> fields_; ///< views of text_
    bool ambiguous_ = false;
};

} // namespace oauth_batch
