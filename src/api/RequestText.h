#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The head of a request without a body (RFC 9112, section 3), of which only the request line
/// changes: that is written in front of the fields, which hold a secret and never move. Overwritten
/// at the end. Not thread-safe.
class RequestText
{
public:
    /// `fields` is overwritten. REQUIRES: each field ends with CR LF and holds no other.
    explicit RequestText(std::string&& fields);
    ~RequestText();
    RequestText(const RequestText&) = delete;
    RequestText& operator=(const RequestText&) = delete;

    /// The whole head, valid until the next call. REQUIRES: neither part holds a blank or a control
    /// character.
    std::string_view with(std::string_view method, std::string_view prefix,
                          std::string_view target);

private:
    void makeRoom(std::size_t size);

    std::string text_; // unused room, then the fields and the empty line
    std::size_t fieldsStart_ = 0;
};

} // namespace oauth_batch
