#include "RecordFrame.h"

#include "RecordCodec.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/journal/JournalRecord.h"

#include <Poco/Checksum.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace oauth_batch {

namespace {

constexpr std::size_t kChecksumDigits = 8;
constexpr std::size_t kMaxLengthDigits = 5;
constexpr std::string_view kHexDigits = "0123456789abcdef";

/// 8 digits for the rest of a line that starts at `offset`.
std::array<char, kChecksumDigits> checksum(std::string_view rest, std::uint64_t offset)
{
    std::array<char, 24> prefix{};
    char* end = std::to_chars(prefix.data(), prefix.data() + prefix.size(), offset).ptr;
    *end++ = ' ';
    Poco::Checksum crc(Poco::Checksum::TYPE_CRC32);
    crc.update(prefix.data(), static_cast<unsigned>(end - prefix.data()));
    crc.update(rest.data(), static_cast<unsigned>(rest.size()));
    std::array<char, kChecksumDigits> digits{};
    std::uint32_t value = crc.checksum();
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value >>= 4U)
        *digit = kHexDigits[value & 0xFU];
    return digits;
}

/// A record line in its parts, as far as they are there.
struct LineShape
{
    std::size_t lengthStart = 0;
    std::size_t payloadStart = 0; ///< 0: the length is not complete
    std::size_t payloadLength = 0;
};

bool isHexDigit(char c)
{
    return kHexDigits.find(c) != std::string_view::npos;
}

bool isDecimalDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Nothing where `text` cannot be the beginning of a record.
std::optional<LineShape> shapeOf(std::string_view text)
{
    LineShape shape;
    const std::string_view checksumText = text.substr(0, kChecksumDigits);
    if (!std::all_of(checksumText.begin(), checksumText.end(), isHexDigit)) return std::nullopt;
    if (text.size() <= kChecksumDigits) return shape;
    if (text[kChecksumDigits] != ' ') return std::nullopt;
    shape.lengthStart = kChecksumDigits + 1;
    std::size_t at = shape.lengthStart;
    while (at < text.size() && isDecimalDigit(text[at]))
        ++at;
    const std::string_view digits = text.substr(shape.lengthStart, at - shape.lengthStart);
    if (digits.size() > kMaxLengthDigits || digits.starts_with('0')) return std::nullopt;
    if (at == text.size()) return shape;
    if (text[at] != ' ' || digits.empty()) return std::nullopt;
    shape.payloadStart = at + 1;
    shape.payloadLength = static_cast<std::size_t>(*parseUnsigned(digits));
    return shape;
}

} // namespace

void appendRecord(std::string& out, std::uint64_t offset, std::string_view payload)
{
    if (payload.empty() || payload.size() > kMaxPayload)
        throw Error(ExitCode::internalError,
                    "journal record of " + std::to_string(payload.size()) + " bytes");
    const std::size_t start = out.size();
    out.append(kChecksumDigits, '0') += ' ';
    out += std::to_string(payload.size());
    out.append(" ").append(payload);
    const std::string_view rest = std::string_view(out).substr(start + kChecksumDigits + 1);
    const auto digits = checksum(rest, offset);
    std::copy(digits.begin(), digits.end(), out.begin() + static_cast<std::ptrdiff_t>(start));
    out += '\n';
}

std::optional<std::string_view> payloadOf(std::string_view line, std::uint64_t offset)
{
    const auto shape = shapeOf(line);
    if (!shape || shape->payloadStart == 0) return std::nullopt;
    const std::string_view payload = line.substr(shape->payloadStart);
    if (payload.size() != shape->payloadLength) return std::nullopt;
    const auto digits = checksum(line.substr(shape->lengthStart), offset);
    if (!std::equal(digits.begin(), digits.end(), line.begin())) return std::nullopt;
    return payload;
}

bool isTornRecord(std::string_view tail, std::uint64_t offset)
{
    const std::size_t last = tail.find_last_not_of('\0');
    const std::string_view written = tail.substr(0, last + 1);
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (std::any_of(written.begin(), written.end(), isControl)) return false;
    const auto shape = shapeOf(written);
    if (!shape) return false;
    if (shape->payloadStart == 0) return true;
    // The first record decides whether this is a journal at all.
    const std::string_view payload = written.substr(shape->payloadStart);
    const std::size_t known = std::min(payload.size(), kHeaderWord.size());
    if (offset == 0 && payload.substr(0, known) != kHeaderWord.substr(0, known)) return false;
    const bool isWhole = payload.size() >= shape->payloadLength;
    return !isWhole || (payload.size() == shape->payloadLength && written.size() == tail.size());
}

} // namespace oauth_batch
