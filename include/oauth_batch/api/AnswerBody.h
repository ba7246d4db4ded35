#pragma once

#include <optional>
#include <string>

namespace oauth_batch {

/// What the API says in the body of an answer (API.md, "Answers").
struct AnswerBody
{
    bool isJson = false;         ///< the whole text is one JSON value
    std::optional<bool> success; ///< `result.success`, where it is a boolean
    std::string message;         ///< `message`, or the one in `result`; any bytes
    std::string id;              ///< of a server error, for the vendor's support; any bytes

    /// Never throws; nesting is limited to 16.
    static AnswerBody parse(const std::string& text);
};

} // namespace oauth_batch
