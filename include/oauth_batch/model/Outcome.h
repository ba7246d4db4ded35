#pragma once

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The number of a data row in the input, from 1. At most 2^32 - 2 rows.
using RowNumber = std::uint32_t;

/// The column `result_status`.
enum class RowStatus : std::uint8_t
{
    pending,   ///< not run yet
    succeeded, ///< the API confirmed it
    failed,    ///< the API refused it, or it could not be sent within its attempts
    unknown,   ///< it may have been applied; no verdict arrived within its attempts
    invalid,   ///< the row is wrong; never sent
    blocked,   ///< not sent, because of another row of this customer
    duplicate, ///< same as an earlier row; not sent
};

constexpr std::size_t kRowStatusCount = 7;

std::string_view toString(RowStatus status);
std::optional<RowStatus> parseRowStatus(std::string_view text);

/// The column `result_error_code`, but for the number of `http_NNN`, which is beside it.
enum class ErrorCode : std::uint8_t
{
    none, ///< empty
    http, ///< http_NNN
    timeout,
    reset,
    connectTimeout,
    connectionRefused,
    dnsError,
    tlsError,
    proxyError,
    redirected,
    rejected,
    badResponse,
    superseded,
    blocked,
    duplicate,
    badOperation,
    badId,
    badProfile,
    badForce,
    fieldCount,
    stopped,
};

/// As the column has it: "connect_timeout", "http_503"; empty for none.
/// `httpStatus` is read for ErrorCode::http only.
std::string toString(ErrorCode code, int httpStatus);

struct ParsedErrorCode
{
    ErrorCode code = ErrorCode::none;
    int httpStatus = 0; ///< of http_NNN, else 0

    bool operator==(const ParsedErrorCode&) const = default;
};

/// The reverse of toString(); nothing for a text that is no code. The empty text is `none`.
std::optional<ParsedErrorCode> parseErrorCode(std::string_view text);

/// What is known of a row: the values of its result columns.
struct Outcome
{
    RowStatus status = RowStatus::pending;
    ErrorCode code = ErrorCode::none;
    int httpStatus = 0;                 ///< of the last answer, 0 when there was none
    std::uint32_t attempts = 0;         ///< requests sent for the row, over all runs
    std::optional<WallTime> finishedAt; ///< nothing where no attempt was made
    std::optional<std::chrono::milliseconds> duration; ///< of the last attempt
    std::string message;                               ///< already safe: see safeMessage()

    bool operator==(const Outcome&) const = default;
};

/// One line for people, from any bytes, the API's included: at most 200 printable characters
/// (Unicode code points), the last of them "…" where the text was longer; runs of blanks and line
/// breaks as one blank, none at the ends; what isPrintable() refuses and bytes that are no UTF-8 as
/// "?". A text that starts with = + - @ (or their full-width forms) gets a ' before it, so that no
/// spreadsheet takes it for a formula. Idempotent.
std::string safeMessage(std::string_view text);

} // namespace oauth_batch
