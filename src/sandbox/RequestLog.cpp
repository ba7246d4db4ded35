#include "RequestLog.h"

#include "oauth_batch/base/Error.h"

#include <array>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

namespace oauth_batch::sandbox {

namespace {

template <class Number>
void appendNumber(std::string& line, Number number)
{
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    line.append(digits.data(), end);
}

void appendVisible(std::string& line, std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f) {
            line += c;
            continue;
        }
        line += "\\x";
        line += kDigits[byte >> 4U];
        line += kDigits[byte & 15U];
    }
}

std::string_view toString(Effect effect)
{
    switch (effect) {
    case Effect::none:
        return "none";
    case Effect::applied:
        return "applied";
    case Effect::repeated:
        return "repeated";
    }
    return "?";
}

std::string_view toString(QuotaUse use)
{
    switch (use) {
    case QuotaUse::free:
        return "free";
    case QuotaUse::counted:
        return "counted";
    case QuotaUse::refused:
        return "refused";
    }
    return "?";
}

template <class Number>
void appendNumberOrDash(std::string& line, bool known, Number number)
{
    if (known)
        appendNumber(line, number);
    else
        line += '-';
}

} // namespace

std::string formatLogLine(const LogEntry& entry)
{
    std::string line;
    line.reserve(160 + entry.target.size());
    appendNumber(line, entry.arrival.time_since_epoch().count());
    line += '\t';
    appendNumber(line, entry.answered.time_since_epoch().count());
    line += '\t';
    appendNumber(line, entry.connection);
    line += '\t';
    appendVisible(line, entry.method);
    line += '\t';
    appendVisible(line, entry.target);
    line += '\t';
    appendNumberOrDash(line, entry.status != 0, entry.status);
    line += '\t';
    line += sandbox::toString(entry.fault);
    line += '\t';
    line += toString(entry.effect);
    line += '\t';
    appendNumberOrDash(line, entry.inFlight.has_value(), entry.inFlight.value_or(0));
    line += entry.authorized ? "\tyes\t" : "\tno\t";
    line += toString(entry.quota);
    line += '\n';
    return line;
}

RequestLog::RequestLog(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600))
{
    if (!file_) throw IoError("open", path_, errno, ExitCode::cannotCreate);
}

void RequestLog::append(const LogEntry& entry)
{
    const std::string line = formatLogLine(entry);
    ssize_t written = -1;
    do {
        written = ::write(file_.get(), line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written < 0) throw IoError("write", path_, errno);
    // A part of a line cannot be completed without another thread's line in between.
    if (static_cast<std::size_t>(written) != line.size()) throw IoError("write", path_, ENOSPC);
}

} // namespace oauth_batch::sandbox
