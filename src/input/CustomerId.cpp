#include "oauth_batch/input/CustomerId.h"

#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Operation.h"

#include <algorithm>
#include <cstddef>

namespace oauth_batch {

namespace {

constexpr const char* kSpreadsheetDamage =
    "a spreadsheet turned the ID into a number in scientific notation, its digits are lost: format "
    "the column as text and enter the ID again";

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isHexDigit(char c)
{
    return isDigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool allDigits(std::string_view text)
{
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c); });
}

bool startsAsNumber(std::string_view text)
{
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && isDigit(text.front());
}

/// A number in scientific notation, cut into its parts.
struct Scientific
{
    bool valid = false;
    bool isDecimal = false; ///< 1.0E5
    bool isSigned = false;  ///< 1E+05
};

Scientific parseScientific(std::string_view text)
{
    Scientific number;
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto e = text.find_first_of("Ee");
    if (e == std::string_view::npos) return number;
    const std::string_view mantissa = text.substr(0, e);
    std::string_view exponent = text.substr(e + 1);
    number.isSigned = exponent.starts_with('+') || exponent.starts_with('-');
    if (number.isSigned) exponent.remove_prefix(1);
    const auto point = mantissa.find_first_of(".,");
    number.isDecimal = point != std::string_view::npos;
    number.valid = allDigits(exponent) && allDigits(mantissa.substr(0, point)) &&
                   (!number.isDecimal || allDigits(mantissa.substr(point + 1)));
    return number;
}

bool isBlank(char32_t code)
{
    return code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool isControl(char32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/// What is wrong with a text as any ID.
std::string faultOfText(std::string_view value)
{
    // Most IDs are plain ASCII, and there may be millions.
    const auto isPlain = [](char c) { return c > ' ' && c < '\x7F'; };
    if (std::all_of(value.begin(), value.end(), isPlain)) return {};
    bool control = false;
    bool blankFirst = false;
    bool blankLast = false;
    for (std::string_view rest = value; !rest.empty();) {
        char32_t code = 0;
        const std::size_t length = decodeUtf8(rest, code);
        if (length == 0) return "not UTF-8: save the file as UTF-8";
        blankLast = isBlank(code);
        if (rest.size() == value.size()) blankFirst = blankLast;
        control = control || isControl(code);
        rest.remove_prefix(length);
    }
    if (blankFirst || blankLast)
        return "blanks at an end; an ID is taken exactly as it is written: remove them";
    if (control) return "a control character in it";
    return {};
}

std::string faultOfMalformed(std::string_view value)
{
    if (std::string fault = faultOfText(value); !fault.empty()) return fault;
    if (isSpreadsheetNumber(value)) return kSpreadsheetDamage;
    if (value == "E") return "E and no external ID behind it";
    std::string fault = "neither digits nor E and an external ID";
    if (value.starts_with('e'))
        fault += " (the E is a capital: " + quoted("E" + std::string(value.substr(1))) + "?)";
    else if (isDigit(value.front()) && value.find_first_not_of("0123456789.,") == value.npos)
        fault += " (a number format of a spreadsheet? Format the column as text)";
    else
        fault += " (the column external_id takes the partner's own IDs as they are; here it would "
                 "be " +
                 quoted("E" + std::string(value)) + ")";
    return fault;
}

} // namespace

std::string faultOfManagedUserId(std::string_view value)
{
    if (allDigits(value)) return {};
    if (value.starts_with('E') && value.size() > 1) return faultOfText(value);
    return faultOfMalformed(value);
}

std::string faultOfExternalId(std::string_view value)
{
    if (std::string fault = faultOfText(value); !fault.empty()) return fault;
    if (!startsAsNumber(value)) return {}; // as most IDs
    const Scientific number = parseScientific(value);
    if (number.valid && (number.isDecimal || number.isSigned)) return kSpreadsheetDamage;
    return {};
}

bool isSpreadsheetNumber(std::string_view value)
{
    return parseScientific(value).valid;
}

bool looksUrlEncoded(std::string_view id)
{
    for (auto at = id.find('%'); at != std::string_view::npos; at = id.find('%', at + 1))
        if (at + 2 < id.size() && isHexDigit(id[at + 1]) && isHexDigit(id[at + 2])) return true;
    return false;
}

bool looksPrefixed(std::string_view externalId)
{
    return externalId.starts_with('E');
}

bool isNumericCustomer(std::string_view customerId)
{
    return allDigits(customerId);
}

} // namespace oauth_batch
