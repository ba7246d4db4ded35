#pragma once

#include <cstdint>
#include <string>

namespace oauth_batch::sandbox {

/// Numbers that look random but are a function of seed, stream and index alone, so that a rehearsal
/// with the same seed goes the same way whatever the threads do. Pure.
std::uint64_t scrambled(std::uint64_t seed, std::uint64_t stream, std::uint64_t index);

/// The same, even in [0, 1).
double fraction(std::uint64_t seed, std::uint64_t stream, std::uint64_t index);

/// A version 4 UUID (RFC 9562) made of it.
std::string uuid(std::uint64_t seed, std::uint64_t index);

} // namespace oauth_batch::sandbox
