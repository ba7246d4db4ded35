#include "TrustStore.h"

#include "oauth_batch/base/Error.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>
#include <memory>
#include <mutex>

namespace oauth_batch {

namespace {

struct FreeMethod
{
    void operator()(X509_LOOKUP_METHOD* method) const { X509_LOOKUP_meth_free(method); }
};

void loadFile(X509_LOOKUP* lookup)
{
    const char* file = ::secure_getenv(X509_get_default_cert_file_env());
    if (file == nullptr) file = X509_get_default_cert_file();
    ERR_set_mark();
    X509_load_cert_crl_file(lookup, file, X509_FILETYPE_PEM);
    ERR_pop_to_mark();
}

int startUnread(X509_LOOKUP* lookup)
{
    return X509_LOOKUP_set_method_data(lookup, new std::once_flag); // NOLINT: freed below
}

void forget(X509_LOOKUP* lookup)
{
    delete static_cast<std::once_flag*>(X509_LOOKUP_get_method_data(lookup)); // NOLINT
}

/// Called where neither the store nor the directory has the certificate; from any thread.
int findInFile(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
               X509_OBJECT* result)
{
    if (type != X509_LU_X509) return 0;
    auto* const flag = static_cast<std::once_flag*>(X509_LOOKUP_get_method_data(lookup));
    std::call_once(*flag, loadFile, lookup);
    X509_STORE* const store = X509_LOOKUP_get_store(lookup);
    X509_STORE_lock(store);
    const X509_OBJECT* const found =
        X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type, name);
    X509* const certificate = found == nullptr ? nullptr : X509_OBJECT_get0_X509(found);
    const int done = certificate != nullptr && X509_OBJECT_set1_X509(result, certificate) == 1;
    // The caller takes a reference of its own from what the store holds.
    if (done == 1) X509_free(certificate);
    X509_STORE_unlock(store);
    return done;
}

std::unique_ptr<X509_LOOKUP_METHOD, FreeMethod> makeMethod()
{
    std::unique_ptr<X509_LOOKUP_METHOD, FreeMethod> method(
        X509_LOOKUP_meth_new("the default file, when it is needed"));
    if (method) {
        X509_LOOKUP_meth_set_new_item(method.get(), startUnread);
        X509_LOOKUP_meth_set_free(method.get(), forget);
        X509_LOOKUP_meth_set_get_by_subject(method.get(), findInFile);
    }
    return method;
}

} // namespace

void trustSystem(SSL_CTX* context)
{
    static const auto method = makeMethod(); // must outlive each store
    if (SSL_CTX_set_default_verify_dir(context) != 1 || !method ||
        X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), method.get()) == nullptr)
        throw Error(ExitCode::internalError, "OpenSSL cannot set up the system's trust store");
    ERR_clear_error();
}

} // namespace oauth_batch
