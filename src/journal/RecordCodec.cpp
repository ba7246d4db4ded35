#include "RecordCodec.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace oauth_batch {

namespace {

constexpr std::string_view kAbsent = "-";
constexpr std::string_view kInputPrefix = "input=";
constexpr std::string_view kHexDigits = "0123456789abcdef";

[[noreturn]] void throwBug(const std::string& what)
{
    throw Error(ExitCode::internalError, "journal record with " + what);
}

template <typename Number>
void appendNumber(std::string& out, Number number)
{
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

enum class Blanks : std::uint8_t
{
    keep,
    escape
};

void appendText(std::string& out, std::string_view text, Blanks blanks)
{
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte > 0x20 && byte != 0x7F && c != '\\';
        if (plain || (c == ' ' && blanks == Blanks::keep)) {
            out += c;
            continue;
        }
        out += "\\x";
        out += kHexDigits[byte >> 4U];
        out += kHexDigits[byte & 0xFU];
    }
}

std::optional<std::string> parseText(std::string_view text)
{
    std::string parsed;
    parsed.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            parsed += text[at];
            continue;
        }
        if (text.size() - at < 4 || text[at + 1] != 'x') return std::nullopt;
        const std::size_t high = kHexDigits.find(text[at + 2]);
        const std::size_t low = kHexDigits.find(text[at + 3]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        parsed += static_cast<char>(high << 4U | low);
        at += 3;
    }
    return parsed;
}

void appendCode(std::string& out, ErrorCode code, int httpStatus)
{
    if (code == ErrorCode::http && (httpStatus < 100 || httpStatus > 999))
        throwBug("code http and status " + std::to_string(httpStatus));
    out += code == ErrorCode::none ? std::string(kAbsent) : toString(code, httpStatus);
}

void appendOutcome(std::string& out, const Outcome& outcome)
{
    out.append(" ").append(toString(outcome.status)) += ' ';
    appendCode(out, outcome.code, outcome.httpStatus);
    out += ' ';
    if (outcome.httpStatus < 0 || outcome.httpStatus > 999)
        throwBug("HTTP status " + std::to_string(outcome.httpStatus));
    outcome.httpStatus == 0 ? void(out += kAbsent) : appendNumber(out, outcome.httpStatus);
    out += ' ';
    appendNumber(out, outcome.attempts);
    out += ' ';
    out += outcome.finishedAt ? formatTimestamp(*outcome.finishedAt) : std::string(kAbsent);
    out += ' ';
    if (outcome.duration)
        appendNumber(out, std::max<std::int64_t>(outcome.duration->count(), 0));
    else
        out += kAbsent;
    if (outcome.message.empty()) return;
    out += ' ';
    appendText(out, outcome.message, Blanks::keep);
}

std::string payloadFor(std::string_view word, RowNumber row)
{
    constexpr std::size_t kUsual = 160;
    std::string payload;
    payload.reserve(kUsual);
    payload.append(word) += ' ';
    appendNumber(payload, row);
    return payload;
}

void appendSession(std::string& out, const JournalSession& session)
{
    appendNumber(out, session.pid);
    out.append(" ").append(formatTimestamp(session.startedAt));
}

bool isSettingName(std::string_view name)
{
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name != "input" &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

void requireDigest(const std::string& digest)
{
    if (!isDigest(digest)) throwBug("digest " + quoted(digest));
}

std::optional<JournalCommand> parseCommand(std::string_view text)
{
    for (const JournalCommand command : {JournalCommand::run, JournalCommand::retry})
        if (text == toString(command)) return command;
    return std::nullopt;
}

std::optional<JournalSetting> parseSetting(std::string_view field)
{
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || !isSettingName(field.substr(0, equals)))
        return std::nullopt;
    auto value = parseText(field.substr(equals + 1));
    if (!value) return std::nullopt;
    return JournalSetting{std::string(field.substr(0, equals)), std::move(*value)};
}

/// For a field that has one of two words.
std::optional<bool> parseEither(std::string_view field, std::string_view yes, std::string_view no)
{
    if (field == yes) return true;
    if (field == no) return false;
    return std::nullopt;
}

} // namespace

std::string headerPayload(const JournalHeader& header)
{
    requireDigest(header.inputDigest);
    std::string payload(kHeaderWord);
    payload += ' ';
    appendNumber(payload, kJournalVersion);
    payload.append(" ").append(toString(header.command)) += ' ';
    appendNumber(payload, header.rows);
    payload.append(" ").append(header.inputDigest) += ' ';
    appendSession(payload, header.session);
    payload.append(" ").append(kInputPrefix);
    appendText(payload, header.input, Blanks::escape);
    for (const JournalSetting& setting : header.settings) {
        if (!isSettingName(setting.name)) throwBug("setting " + quoted(setting.name));
        payload.append(" ").append(setting.name) += '=';
        appendText(payload, setting.value, Blanks::escape);
    }
    return payload;
}

std::string sessionPayload(const JournalSession& session)
{
    std::string payload(kSessionWord);
    payload += ' ';
    appendSession(payload, session);
    return payload;
}

std::string attemptPayload(std::string_view word, RowNumber row, std::uint32_t attempt)
{
    std::string payload = payloadFor(word, row);
    payload += ' ';
    appendNumber(payload, attempt);
    return payload;
}

std::string attemptEndPayload(RowNumber row, const AttemptEnd& end)
{
    std::string payload = payloadFor(kAttemptEndWord, row);
    payload += end.counted ? " counted" : " free";
    payload += end.mayBeApplied ? " maybe" : " no";
    appendOutcome(payload, end.outcome);
    return payload;
}

std::string outcomePayload(RowNumber row, const Outcome& outcome)
{
    std::string payload = payloadFor(kOutcomeWord, row);
    appendOutcome(payload, outcome);
    return payload;
}

std::string resultsPayload(const std::string& digest)
{
    requireDigest(digest);
    return std::string(kResultsWord).append(" ").append(digest);
}

std::string_view takeField(std::string_view& fields)
{
    const std::size_t blank = fields.find(' ');
    const std::string_view field = fields.substr(0, blank);
    fields.remove_prefix(blank == std::string_view::npos ? fields.size() : blank + 1);
    return field;
}

std::optional<std::uint32_t> parseNumber(std::string_view field)
{
    const auto number = parseUnsigned(field);
    if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

bool isDigest(std::string_view text)
{
    constexpr std::size_t kDigestLength = 64;
    return text.size() == kDigestLength &&
           text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::optional<JournalSession> parseSession(std::string_view& fields)
{
    const auto pid = parseNumber(takeField(fields));
    const auto startedAt = parseTimestamp(takeField(fields));
    if (!pid || *pid > std::numeric_limits<pid_t>::max() || !startedAt) return std::nullopt;
    return JournalSession{static_cast<pid_t>(*pid), *startedAt};
}

std::optional<JournalHeader> parseHeader(std::string_view fields)
{
    const auto command = parseCommand(takeField(fields));
    const auto rows = parseNumber(takeField(fields));
    const std::string_view digest = takeField(fields);
    const auto session = parseSession(fields);
    const std::string_view inputField = takeField(fields);
    if (!command || !rows || !isDigest(digest) || !session || !inputField.starts_with(kInputPrefix))
        return std::nullopt;
    auto input = parseText(inputField.substr(kInputPrefix.size()));
    if (!input) return std::nullopt;
    JournalHeader header{*command, *rows, std::string(digest), *session, std::move(*input), {}};
    while (!fields.empty()) {
        auto setting = parseSetting(takeField(fields));
        if (!setting) return std::nullopt;
        header.settings.push_back(std::move(*setting));
    }
    return header;
}

std::optional<AttemptEnd> parseAttemptEnd(std::string_view fields)
{
    const auto counted = parseEither(takeField(fields), "counted", "free");
    const auto maybe = parseEither(takeField(fields), "maybe", "no");
    auto outcome = parseOutcome(fields);
    if (!counted || !maybe || !outcome) return std::nullopt;
    return AttemptEnd{*counted, *maybe, std::move(*outcome)};
}

std::optional<Outcome> parseOutcome(std::string_view fields)
{
    const auto status = parseRowStatus(takeField(fields));
    const std::string_view codeField = takeField(fields);
    const std::string_view httpField = takeField(fields);
    const auto attempts = parseNumber(takeField(fields));
    const std::string_view finishedField = takeField(fields);
    const std::string_view durationField = takeField(fields);
    const auto code = parseErrorCode(codeField == kAbsent ? std::string_view{} : codeField);
    const auto http = parseNumber(httpField == kAbsent ? std::string_view("0") : httpField);
    auto message = parseText(fields);
    if (codeField.empty() || !status || !code || !http || *http > 999 || !attempts || !message ||
        (code->code == ErrorCode::http && code->httpStatus != static_cast<int>(*http)))
        return std::nullopt;
    Outcome outcome{*status, code->code, static_cast<int>(*http), *attempts,
                    {},      {},         std::move(*message)};
    if (finishedField != kAbsent && !(outcome.finishedAt = parseTimestamp(finishedField)))
        return std::nullopt;
    if (durationField == kAbsent) return outcome;
    const auto duration = parseUnsigned(durationField);
    if (!duration || *duration > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    outcome.duration = std::chrono::milliseconds(*duration);
    return outcome;
}

} // namespace oauth_batch
