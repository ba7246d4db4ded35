#include "oauth_batch/base/Sha256.h"

#include <Poco/Crypto/DigestEngine.h>

namespace oauth_batch {

Sha256::Sha256() : engine_(std::make_unique<Poco::Crypto::DigestEngine>("SHA256")) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const char* data, std::size_t size)
{
    engine_->update(data, size);
}

std::string Sha256::hexDigest()
{
    return Poco::DigestEngine::digestToHex(engine_->digest());
}

} // namespace oauth_batch
