#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth_batch::sandbox {

/// What is to be answered; how it goes over the wire is Delivery's business.
struct Answer
{
    int status = 200;
    std::string body;
    /// Beside Content-Type and Content-Length, or instead of them.
    std::vector<std::pair<std::string, std::string>> headers;

    bool operator==(const Answer&) const = default;
};

/// The documented body of a status where there is one, else `{"message":REASON}`. A 5xx carries
/// `errorId`, as the API's own "Server error" does for 500.
Answer documentedAnswer(int status, std::string_view errorId = {});

/// `{"result":{"success":true}}` or false.
Answer operationAnswer(bool success);

/// RFC 9110's phrase, "Unknown" for a status without one.
std::string_view reasonOf(int status);

/// How the connection goes on after the answer.
enum class Persistence
{
    close,      ///< says so
    keep,       ///< HTTP/1.1's default, said by saying nothing
    keepHttp10, ///< said aloud, for a client of HTTP/1.0
};

struct Framing
{
    Persistence persistence = Persistence::keep;
    bool withoutBody = false;   ///< the answer to HEAD: Content-Length of a body that is not sent
    std::size_t overstated = 0; ///< by so many bytes Content-Length exceeds the body
};

/// Status line, headers and body as bytes (RFC 9112). `date` is the value of the Date header.
/// 1xx, 204 and 304 get neither Content-Length nor body.
std::string serialize(const Answer& answer, std::string_view date, const Framing& framing);

/// Its part before the body.
std::string serializeHead(const Answer& answer, std::string_view date, const Framing& framing);

} // namespace oauth_batch::sandbox
