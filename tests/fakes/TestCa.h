#pragma once

#include "TempDir.h"

#include <filesystem>
#include <string>
#include <vector>

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

    /// What to put into a certificate.
    struct Wish
    {
        std::string commonName = "server";
        std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1"; ///< subjectAltName; empty: none
        std::vector<std::string> extensions; ///< further ones, in the words of x509v3_config(5)
        std::vector<std::string> key = {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
        std::string digest = "sha256";
        int startDays = -1; ///< from today
        int endDays = 2;
    };

    static const TestCa& instance();

    /// A new certificate and key in files of their own, valid as long as this object; the one who
    /// signs is the authority or whoever is given, entitled or not.
    Identity issue(const Wish& wish) const { return issue(wish, authority_); }
    Identity issue(const Wish& wish, const Identity& issuer) const;

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

    TempDir folder_;
    mutable int count_ = 0;
    Identity authority_;
    Identity good_;
    Identity wrongHost_;
    Identity expired_;
    Identity selfSigned_;
    Identity unknownCa_;
};

} // namespace oauth_batch::test
