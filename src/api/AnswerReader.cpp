#include "oauth_batch/api/AnswerReader.h"

#include "oauth_batch/base/Text.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace oauth_batch {

namespace {

constexpr std::size_t kLongestHead = 64 * 1024;
constexpr std::size_t kLongestChunkLine = 1024;
constexpr std::size_t kLongestHeaderValue = 256;
constexpr int kMostInterim = 16;
constexpr int kMostTrailers = 100;

bool canBecomeStatusLine(std::string_view start)
{
    constexpr std::string_view kStart = "HTTP/1.";
    return start.substr(0, kStart.size()) == kStart.substr(0, start.size());
}

bool endsHead(std::string_view head)
{
    return head.ends_with("\n\r\n") || head.ends_with("\n\n");
}

std::string boundedField(const AnswerHead& head, std::string_view name)
{
    return std::string(head.value(name).substr(0, kLongestHeaderValue));
}

AnswerHeaders readHeaders(const AnswerHead& head)
{
    AnswerHeaders headers;
    headers.date = boundedField(head, "Date");
    headers.retryAfter = boundedField(head, "Retry-After");
    headers.rateLimit = boundedField(head, "RateLimit");
    headers.rateLimitReset = boundedField(head, "RateLimit-Reset");
    headers.xRateLimitReset = boundedField(head, "X-RateLimit-Reset");
    if (headers.xRateLimitReset.empty())
        headers.xRateLimitReset = boundedField(head, "X-Rate-Limit-Reset");
    headers.location = boundedField(head, "Location");
    return headers;
}

/// The size at the start of a chunk line (RFC 9112, section 7.1), extensions ignored.
std::optional<std::size_t> parseChunkSize(std::string_view line)
{
    std::uint32_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    const std::string_view rest(end, static_cast<std::size_t>(line.data() + line.size() - end));
    if (error != std::errc() || !(rest.empty() || rest.find_first_of("; \t") == 0))
        return std::nullopt;
    return size;
}

} // namespace

Answer AnswerReader::read()
{
    reusable_ = false;
    Answer answer;
    answer.status = readFinalHead();
    if (answer.status / 100 != 2) answer.headers = readHeaders(head_);
    try {
        readBody(answer);
    } catch (const Poco::Exception&) {
        answer.complete = false;
    }
    reusable_ = reusable_ && answer.complete && !source_.hasMore();
    return answer;
}

int AnswerReader::readFinalHead()
{
    phase_ = Phase::sent;
    int status = 0;
    for (int interim = 0; interim <= kMostInterim; ++interim) {
        try {
            readHead();
        } catch (const AnswerCutShort&) {
            if (interim == 0) throw;
            throw MalformedAnswer("the connection ended after an interim answer (HTTP " +
                                  std::to_string(status) + ')');
        }
        head_.parse();
        status = head_.status();
        if (status / 100 != 1 || status == 101) {
            phase_ = Phase::answered;
            return status;
        }
    }
    throw MalformedAnswer("too many interim answers");
}

void AnswerReader::readHead()
{
    head_.clear();
    std::string& text = head_.text();
    bool isFirstLine = true;
    for (;;) {
        const int byte = source_.nextByte();
        if (byte < 0) {
            throw AnswerCutShort(text.empty() ? "the server closed the connection without an answer"
                                              : "the connection ended within the answer's head");
        }
        phase_ = Phase::answering;
        text += static_cast<char>(byte);
        if (text.size() > kLongestHead) throw MalformedAnswer("the answer's head is too large");
        if (isFirstLine) judgeStart(byte);
        if (byte != '\n') continue;
        if (endsHead(text)) return;
        isFirstLine = false;
    }
}

/// At once: another protocol's greeting, or the body of an interim answer, is followed by silence.
void AnswerReader::judgeStart(int byte) const
{
    const std::string& text = head_.text();
    if (!canBecomeStatusLine(text) || (byte == '\n' && !AnswerHead::isStatusLine(text)))
        throw MalformedAnswer("the answer is not HTTP");
}

void AnswerReader::readBody(Answer& answer)
{
    const bool hasLength = head_.has("Content-Length");
    const std::size_t encodings = head_.count("Transfer-Encoding");
    reusable_ = wantsKeepAlive() && answer.status >= 200 && isUnambiguous(encodings, hasLength);
    endsByClose_ = false;
    if (answer.status < 200 || answer.status == 204 || answer.status == 304) {
        // It has no body, whatever it says (RFC 9112, section 6.3); one may come all the same.
        reusable_ = reusable_ && encodings == 0 && (!hasLength || contentLength() == 0U);
        return;
    }
    if (encodings == 1 && equalsIgnoringCase(head_.value("Transfer-Encoding"), "chunked")) {
        readChunked(answer);
    } else if (encodings > 0 || !hasLength) {
        reusable_ = false;
        endsByClose_ = true;
        readUntilClose(answer);
    } else if (const auto length = contentLength()) {
        readFixed(answer, *length);
    } else {
        answer.complete = false;
    }
}

/// Whether everybody sees the same end of this answer (RFC 9112, sections 6.1 and 6.3).
bool AnswerReader::isUnambiguous(std::size_t encodings, bool hasLength) const
{
    if (encodings > 0 && (hasLength || !head_.isHttp11())) return false;
    return !head_.isAmbiguous();
}

void AnswerReader::readFixed(Answer& answer, std::uint64_t length)
{
    answer.bodyTooLarge = length > kLongestBody;
    answer.complete =
        !answer.bodyTooLarge && appendExactly(answer.body, static_cast<std::size_t>(length));
}

void AnswerReader::readChunked(Answer& answer)
{
    answer.complete = false;
    for (;;) {
        const auto line = readLine(kLongestChunkLine);
        const auto size = line ? parseChunkSize(*line) : std::nullopt;
        if (!size) return;
        if (*size == 0) break;
        answer.bodyTooLarge = answer.body.size() + *size > kLongestBody;
        if (answer.bodyTooLarge || !appendExactly(answer.body, *size)) return;
        const auto end = readLine(2);
        if (!end || !end->empty()) return;
    }
    for (int trailers = 0; trailers < kMostTrailers; ++trailers) {
        const auto line = readLine(kLongestChunkLine);
        if (!line) return;
        if (line->empty()) {
            answer.complete = true;
            return;
        }
    }
}

void AnswerReader::readUntilClose(Answer& answer)
{
    answer.complete = false;
    // The server says nothing of the length, so only its end of the connection ends the body. That
    // a TLS server does so without a farewell is common, and JSON shows by itself whether it is
    // whole; a reset leaves the body incomplete.
    while (answer.body.size() <= kLongestBody) {
        const std::size_t before = answer.body.size();
        constexpr int kStep = 4096;
        answer.body.resize(before + kStep);
        const int count = readSome(answer.body.data() + before, kStep);
        answer.body.resize(before + static_cast<std::size_t>(std::max(count, 0)));
        if (count <= 0) {
            answer.complete = count == 0;
            return;
        }
    }
    answer.body.resize(kLongestBody);
    answer.bodyTooLarge = true;
}

/// 0 at the end of the connection, less where it was broken off.
int AnswerReader::readSome(char* buffer, int size)
{
    try {
        return std::max(source_.readBytes(buffer, size), 0);
    } catch (const Poco::Exception&) {
        return -1;
    }
}

bool AnswerReader::appendExactly(std::string& body, std::size_t length)
{
    std::size_t at = body.size();
    body.resize(at + length);
    while (at < body.size()) {
        const int count = readSome(body.data() + at, static_cast<int>(body.size() - at));
        if (count <= 0) {
            body.resize(at);
            return false;
        }
        at += static_cast<std::size_t>(count);
    }
    return true;
}

/// Without its line end; nothing at the end of the connection or past the limit.
std::optional<std::string> AnswerReader::readLine(std::size_t limit)
{
    std::string line;
    for (int byte = source_.nextByte(); byte >= 0; byte = source_.nextByte()) {
        if (byte == '\n') {
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        if (line.size() == limit) break;
        line += static_cast<char>(byte);
    }
    return std::nullopt;
}

/// Nothing where the field is no number, or where several fields disagree.
std::optional<std::uint64_t> AnswerReader::contentLength() const
{
    std::optional<std::uint64_t> length;
    for (const std::string_view value : head_.values("Content-Length")) {
        const auto number = parseUnsigned(value);
        if (!number || (length && *length != *number)) return std::nullopt;
        length = number;
    }
    return length;
}

bool AnswerReader::wantsKeepAlive() const
{
    return head_.isHttp11() ? !head_.hasToken("Connection", "close")
                            : head_.hasToken("Connection", "keep-alive");
}

std::optional<std::chrono::seconds> AnswerReader::keepAliveTimeout() const
{
    constexpr std::string_view kParameter = "timeout=";
    const std::string value = lowerCase(head_.value("Keep-Alive"));
    const auto at = value.find(kParameter);
    if (at == std::string::npos) return std::nullopt;
    std::uint16_t seconds = 0;
    const char* digits = value.data() + at + kParameter.size();
    const auto parsed = std::from_chars(digits, value.data() + value.size(), seconds);
    if (parsed.ec != std::errc()) return std::nullopt;
    return std::chrono::seconds(seconds);
}

} // namespace oauth_batch
