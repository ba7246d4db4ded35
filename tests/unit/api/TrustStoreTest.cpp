#include "TrustStore.h"

#include "TestPki.h"

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace oauth_batch;
using namespace oauth_batch::test;

namespace {

template <auto release>
using Release = TestPki::Release<release>;
using Certificate = TestPki::X509Ptr;

Certificate readCertificate(const std::string& path)
{
    const std::unique_ptr<BIO, Release<BIO_free_all>> file(BIO_new_file(path.c_str(), "r"));
    return Certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
}

/// A variable of the environment for the time of a test.
class Variable
{
public:
    Variable(const char* name, const std::string& value) : name_(name)
    {
        ::setenv(name_, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

struct Fixture
{
    TestPki pki;
    TestPki other;
    std::string emptyFolder = pki.folder() + "/empty";
    std::string hashedFolder = pki.folder() + "/hashed";
    std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};

    Fixture()
    {
        std::filesystem::create_directory(emptyFolder);
        std::filesystem::create_directory(hashedFolder);
        char name[32];
        std::snprintf(name, sizeof name, "/%08lx.0",
                      X509_subject_name_hash(readCertificate(pki.caFile()).get()));
        std::filesystem::copy_file(pki.caFile(), hashedFolder + name);
    }

    X509_STORE* store() const { return SSL_CTX_get_cert_store(context.get()); }

    bool trusts(TestPki& issuer) const
    {
        const Certificate leaf = readCertificate(issuer.issue({}).certificateFile);
        const std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>> check(
            X509_STORE_CTX_new());
        X509_STORE_CTX_init(check.get(), store(), leaf.get(), nullptr);
        return X509_verify_cert(check.get()) == 1;
    }

    int certificatesRead() const { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store())); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TrustStoreTest, Fixture)

BOOST_AUTO_TEST_CASE(defaultFileIsTrusted)
{
    const Variable file("SSL_CERT_FILE", pki.caFile());
    const Variable folder("SSL_CERT_DIR", emptyFolder);
    trustSystem(context.get());
    BOOST_TEST(certificatesRead() == 0);
    BOOST_TEST(trusts(pki));
    BOOST_TEST(trusts(pki));
    BOOST_TEST(certificatesRead() == 1);
}

BOOST_AUTO_TEST_CASE(fileIsNotReadForWhatTheFolderHas)
{
    const Variable file("SSL_CERT_FILE", other.caFile());
    const Variable folder("SSL_CERT_DIR", hashedFolder);
    trustSystem(context.get());
    BOOST_TEST(trusts(pki));
    BOOST_TEST(certificatesRead() == 1); // that of the folder
}

BOOST_AUTO_TEST_CASE(whatIsInNeitherIsRefused)
{
    const Variable file("SSL_CERT_FILE", other.caFile());
    const Variable folder("SSL_CERT_DIR", emptyFolder);
    trustSystem(context.get());
    BOOST_TEST(!trusts(pki));
}

BOOST_AUTO_TEST_CASE(missingFileTrustsNobody)
{
    const Variable file("SSL_CERT_FILE", emptyFolder + "/none.pem");
    const Variable folder("SSL_CERT_DIR", emptyFolder);
    trustSystem(context.get());
    BOOST_TEST(!trusts(pki));
}

BOOST_AUTO_TEST_CASE(severalThreadsMayNeedTheFileAtOnce)
{
    const Variable file("SSL_CERT_FILE", pki.caFile());
    const Variable folder("SSL_CERT_DIR", emptyFolder);
    trustSystem(context.get());
    const Certificate leaf = readCertificate(pki.issue({}).certificateFile);
    std::vector<int> verdicts(8);
    {
        std::vector<std::jthread> threads;
        for (int& verdict : verdicts) {
            threads.emplace_back([this, &leaf, &verdict] {
                const std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>> check(
                    X509_STORE_CTX_new());
                X509_STORE_CTX_init(check.get(), store(), leaf.get(), nullptr);
                verdict = X509_verify_cert(check.get());
            });
        }
    }
    for (const int verdict : verdicts)
        BOOST_TEST(verdict == 1);
}

BOOST_AUTO_TEST_SUITE_END()
