#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace Poco::Crypto {
class DigestEngine;
}

namespace oauth_batch {

/// What to compute of bytes that are read or written anyway.
enum class Digest : std::uint8_t
{
    none,
    sha256
};

/// A running SHA-256 (FIPS 180-4). Not thread-safe.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(const char* data, std::size_t size);

    /// The digest of all that was fed, as 64 lower-case hexadecimal digits. Ends the computation:
    /// the next update() starts a new one.
    std::string hexDigest();

private:
    std::unique_ptr<Poco::Crypto::DigestEngine> engine_;
};

} // namespace oauth_batch
