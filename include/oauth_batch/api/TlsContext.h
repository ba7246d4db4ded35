#pragma once

#include <atomic>
#include <memory>
#include <string>

namespace Poco::Net {
class Context;
}

namespace oauth_batch {

/// What a server must show before it is sent anything: TLS 1.2 or newer, a certificate that chains
/// to the system's trust store or the given file, and the expected name or address in it; for
/// loopback too. The expectation stands in OpenSSL's own parameters, so that no path through Poco
/// leaves it out. Security level 2: no SHA-1 signatures, no RSA below 2048 bits.
/// Shared by all transports; thread-safe after construction.
class TlsContext
{
public:
    /// `host` is a name or an address literal; `caFile` a PEM file with one or more certificates to
    /// trust besides the system's, or empty.
    /// Throws Error (configuration) naming the file where it cannot be used.
    TlsContext(const std::string& host, const std::string& caFile);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    /// Whose certificate is expected.
    const std::string& host() const noexcept { return host_; }
    Poco::Net::Context& poco() const noexcept;

    void noteHandshake() noexcept { anyHandshake_.store(true, std::memory_order_relaxed); }
    /// True once a handshake with this context has succeeded.
    bool anyHandshakeSucceeded() const noexcept
    {
        return anyHandshake_.load(std::memory_order_relaxed);
    }

private:
    struct Impl;

    const std::string host_;
    const std::unique_ptr<Impl> impl_;
    std::atomic<bool> anyHandshake_ = false;
};

} // namespace oauth_batch
