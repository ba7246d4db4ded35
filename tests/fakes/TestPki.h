#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace oauth_batch::test {

/// A throw-away certificate authority in a temporary folder, removed at the end.
class TestPki
{
public:
    struct Certificate
    {
        std::string certificateFile;
        std::string keyFile;
    };
    struct Wish
    {
        std::string names = "DNS:localhost,IP:127.0.0.1"; ///< subjectAltName; empty for none
        std::string commonName = "test";
        long startDays = -1;
        long endDays = 30;
        bool selfSigned = false;
        int rsaBits = 0; ///< 0 for P-256
        const EVP_MD* digest = EVP_sha256();
    };

    TestPki() : folder_(makeFolder()), caKey_(makeKey(0))
    {
        Wish wish;
        wish.names.clear();
        wish.commonName = "Test CA";
        ca_ = makeCertificate(wish, caKey_.get(), caKey_.get(), nullptr, true);
        write(ca_.get(), caFile());
    }
    ~TestPki() { std::filesystem::remove_all(folder_); }
    TestPki(const TestPki&) = delete;
    TestPki& operator=(const TestPki&) = delete;

    std::string caFile() const { return folder_ + "/ca.pem"; }
    const std::string& folder() const { return folder_; }

    Certificate issue(const Wish& wish)
    {
        const std::string base = folder_ + "/leaf" + std::to_string(++count_);
        const auto key = makeKey(wish.rsaBits);
        const auto certificate =
            makeCertificate(wish, key.get(), wish.selfSigned ? key.get() : caKey_.get(),
                            wish.selfSigned ? nullptr : ca_.get(), false);
        write(certificate.get(), base + ".pem");
        std::FILE* file = std::fopen((base + ".key").c_str(), "w");
        PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        return {base + ".pem", base + ".key"};
    }

    template <auto release>
    struct Release
    {
        template <class T>
        void operator()(T* object) const
        {
            release(object);
        }
    };
    using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
    using X509Ptr = std::unique_ptr<X509, Release<X509_free>>;

private:
    static std::string makeFolder()
    {
        std::string folder = (std::filesystem::temp_directory_path() / "pki-XXXXXX").string();
        if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("mkdtemp");
        return folder;
    }

    static Key makeKey(int rsaBits)
    {
        return Key(rsaBits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsaBits)) : EVP_EC_gen("P-256"));
    }

    static void add(X509* certificate, X509* issuer, int nid, const std::string& value)
    {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, issuer != nullptr ? issuer : certificate, certificate, nullptr,
                       nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }

    X509Ptr makeCertificate(const Wish& wish, EVP_PKEY* key, EVP_PKEY* signer, X509* issuer,
                            bool isCa)
    {
        X509Ptr certificate(X509_new());
        constexpr long kDay = 24L * 60 * 60;
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++count_ + ::getpid());
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.startDays * kDay);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.endDays * kDay);
        X509_set_pubkey(certificate.get(), key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(wish.commonName.c_str()),
                                   -1, -1, 0);
        X509_set_issuer_name(certificate.get(),
                             X509_get_subject_name(issuer != nullptr ? issuer : certificate.get()));
        if (isCa) add(certificate.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
        if (!wish.names.empty()) add(certificate.get(), issuer, NID_subject_alt_name, wish.names);
        X509_sign(certificate.get(), signer, wish.digest);
        return certificate;
    }

    static void write(X509* certificate, const std::string& path)
    {
        std::FILE* file = std::fopen(path.c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
    }

    std::string folder_;
    int count_ = 0;
    Key caKey_;
    X509Ptr ca_;
};

} // namespace oauth_batch::test
