#pragma once

#include <string>
#include <string_view>

namespace oauth_batch {

/// Puts "***" in the place of `secret` wherever it stands in what a server has sent, so that an
/// echo does not bring it into a message: as it is, with characters written as JSON escapes (`\/`,
/// `\u002f`), or cut off at the end of the text. A secret of less than 8 characters is none: it may
/// be a word of the answer, which must stay readable.
void redact(std::string& text, std::string_view secret);

} // namespace oauth_batch
