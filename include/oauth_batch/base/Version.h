#pragma once

#include <string_view>

namespace oauth_batch {

/// The version of both programs and of the User-Agent: that of CMake's project().
inline constexpr std::string_view kVersion = OAUTH_BATCH_VERSION;

} // namespace oauth_batch
