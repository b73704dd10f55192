#pragma once
// What stands behind Certificate and TrustStore. Only for this folder.

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

using X509Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using X509Store = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;
using X509StoreContext = std::unique_ptr<X509_STORE_CTX, FreedBy<X509_STORE_CTX_free>>;
using X509Name = std::unique_ptr<X509_NAME, FreedBy<X509_NAME_free>>;

struct Certificate::Impl {
  X509Certificate x509;
  base::Buffer der;
};

struct TrustStore::Impl {
  X509Store store;
  base::Buffer hashes;
};

/// The key that a certificate is about, through security rule 7. Errors: as PublicKey::from_spki.
base::Result<PublicKey> public_key_of(const X509* certificate);

}  // namespace latchkey::crypto
