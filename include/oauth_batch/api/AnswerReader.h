#pragma once

#include "oauth_batch/api/AnswerHead.h"
#include "oauth_batch/api/Transport.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace oauth_batch {

/// Where an answer's bytes come from. Calls may block and may throw Poco::Exception.
class AnswerSource
{
public:
    virtual ~AnswerSource() = default;

    /// The next byte, or -1 at the end.
    virtual int nextByte() = 0;
    /// Up to `size` bytes; 0 or less at the end of the connection.
    virtual int readBytes(char* buffer, int size) = 0;
    /// True if bytes are left that were received already.
    virtual bool hasMore() = 0;
};

/// The connection ended before the head of an answer was complete.
class AnswerCutShort : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Reads one HTTP/1.x answer (RFC 9112). Not by Poco, whose streams show a truncated body as a
/// normal end, have no limits, and take an interim answer (1xx) other than 100 for the final one.
/// Not thread-safe; used for one answer after another.
class AnswerReader
{
public:
    explicit AnswerReader(AnswerSource& source) : source_(source) {}

    /// Blocks as the source does. Throws MalformedAnswer, AnswerCutShort, or what the source throws
    /// before the head is complete; after that a failure shows as `complete == false`.
    Answer read();

    /// Reads heads up to the first that is final and returns its status: all of an answer to a
    /// CONNECT that succeeded. Throws as read() does.
    int readFinalHead();

    /// How far the last read() got: sent, answering or answered.
    Phase phase() const noexcept { return phase_; }
    /// After read(): the connection may carry another request.
    bool reusable() const noexcept { return reusable_; }
    /// After read(): only the connection's end has shown where the body ends.
    bool endsByClose() const noexcept { return endsByClose_; }
    /// After read(): how long the server says that it keeps an idle connection.
    std::optional<std::chrono::seconds> keepAliveTimeout() const;

private:
    void readHead();
    void judgeStart(int byte) const;
    void readBody(Answer& answer);
    void readFixed(Answer& answer, std::uint64_t length);
    void readChunked(Answer& answer);
    void readUntilClose(Answer& answer);
    int readSome(char* buffer, int size);
    bool appendExactly(std::string& body, std::size_t length);
    std::optional<std::string> readLine(std::size_t limit);
    std::optional<std::uint64_t> contentLength() const;
    bool isUnambiguous(std::size_t encodings, bool hasLength) const;
    bool wantsKeepAlive() const;

    AnswerSource& source_;
    AnswerHead head_;
    Phase phase_ = Phase::sent;
    bool reusable_ = false;
    bool endsByClose_ = false;
};

} // namespace oauth_batch
