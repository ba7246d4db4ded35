#pragma once

#include <openssl/ssl.h>

namespace oauth_batch {

/// Trusts what OpenSSL trusts by default: its directory of hashed certificates and its file, or
/// those that SSL_CERT_DIR and SSL_CERT_FILE name. Unlike SSL_CTX_set_default_verify_paths(), reads
/// the file only when a certificate is looked for that is nowhere else: parsing all of Debian's
/// takes longer than everything else before the first request. A file that is not there is no
/// error. Throws Error (internal) where OpenSSL has no memory left.
void trustSystem(SSL_CTX* context);

} // namespace oauth_batch
