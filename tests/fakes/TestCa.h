#pragma once

#include "TempDir.h"

#include <filesystem>
#include <string>

namespace oauth_batch::test {

/// Certificates for tests, made by the openssl command, once for each test program.
class TestCa
{
public:
    struct Identity
    {
        std::filesystem::path certificate;
        std::filesystem::path key;
    };

    static const TestCa& instance();

    /// The authority's certificate, for --ca-file.
    const std::filesystem::path& authority() const { return authority_.certificate; }

    const Identity& good() const { return good_; }           ///< localhost, 127.0.0.1, ::1
    const Identity& wrongHost() const { return wrongHost_; } ///< other.example, by the authority
    const Identity& expired() const { return expired_; }     ///< localhost, by the authority
    const Identity& selfSigned() const { return selfSigned_; }
    const Identity& unknownCa() const { return unknownCa_; } ///< localhost, by another authority

private:
    TestCa();
    Identity makeAuthority(const std::string& name) const;
    Identity makeServer(const std::string& name, const Identity& issuer, const std::string& names,
                        int days) const;

    TempDir folder_;
    Identity authority_;
    Identity good_;
    Identity wrongHost_;
    Identity expired_;
    Identity selfSigned_;
    Identity unknownCa_;
};

} // namespace oauth_batch::test
