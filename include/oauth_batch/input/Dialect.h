#pragma once

#include "oauth_batch/input/InputOptions.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace oauth_batch {

/// Pure functions that look at the bytes of a CSV file before it is known how to read them.

/// `beginning` from the first line that holds more than blanks, delimiters and quotes.
std::string_view headerText(std::string_view beginning);

/// The delimiter, of `,` `;` tab and `|`, under which most names in the header are known, then the
/// one that occurs most often in it; inside quoted names it does not count. Nothing found: `,`.
char detectDelimiter(std::string_view headerText, const InputOptions& options);

/// Where the first line has a CR that ends no line and is not quoted: the file uses CR alone.
std::optional<std::size_t> loneCarriageReturn(std::string_view headerText);

} // namespace oauth_batch
