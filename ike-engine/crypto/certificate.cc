#include "ike-engine/crypto/certificate.h"

#include <utility>

#include "ike-engine/crypto/digest.h"
#include "ike-engine/crypto/keys.h"
#include "ike-engine/crypto/pem.h"
#include "ike-engine/crypto/x509.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

/// What an OpenSSL encoder writes; empty if it fails.
template <class Object>
base::Buffer encoded(int (*encode)(const Object*, unsigned char**), const Object* object) {
  const int size = encode(object, nullptr);
  if (size <= 0) return {};
  base::Buffer out(static_cast<std::size_t>(size));
  unsigned char* at = out.data();
  return encode(object, &at) == size ? out : base::Buffer{};
}

/// Has OpenSSL read the extensions, which it otherwise does when they are asked for.
bool has_readable_extensions(X509* certificate) {
  return (X509_get_extension_flags(certificate) & (EXFLAG_INVALID | EXFLAG_NO_FINGERPRINT)) == 0;
}

}  // namespace

base::Result<PublicKey> public_key_of(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return fail(Errc::unsupported, "the certificate's key cannot be read");
  return PublicKey::Impl::of(key);
}

Certificate::Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

base::Result<Certificate> Certificate::from_der(Bytes der) {
  const QuietErrors quiet;
  if (der.size() > kMaxCertificate) return fail(Errc::malformed, "certificate beyond 16 KiB");
  const unsigned char* at = der.data();
  X509Certificate x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509 || at != der.data() + der.size()) return fail(Errc::malformed, "this is no certificate in DER");
  if (!has_readable_extensions(x509.get())) return fail(Errc::malformed, "the certificate's extensions are damaged");
  return Certificate(std::make_shared<Impl>(Impl{std::move(x509), base::to_buffer(der)}));
}

base::Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  const auto blocks = pem_blocks(pem, "CERTIFICATE", kMaxCertificates);
  if (!blocks) return std::unexpected(blocks.error());
  if (blocks->empty()) return fail(Errc::not_found, "the PEM text holds no certificate");
  std::vector<Certificate> certificates;
  for (const base::Buffer& block : *blocks) {
    auto certificate = from_der(block);
    if (!certificate) return std::unexpected(certificate.error());
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

Bytes Certificate::der() const { return impl_->der; }

base::Result<PublicKey> Certificate::public_key() const {
  const QuietErrors quiet;
  return public_key_of(impl_->x509.get());
}

std::array<std::uint8_t, 20> Certificate::subject_key_hash() const {
  const QuietErrors quiet;
  return sha1({encoded<X509_PUBKEY>(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(impl_->x509.get()))});
}

bool Certificate::is_ca() const {
  const QuietErrors quiet;
  // Other values than 1 are certificates of version 1 and other customs of before.
  return X509_check_ca(impl_->x509.get()) == 1;
}

std::string Certificate::subject() const {
  const QuietErrors quiet;
  const Bio bio(BIO_new(BIO_s_mem()));
  const X509_NAME* name = X509_get_subject_name(impl_->x509.get());
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

base::Result<base::Buffer> Certificate::subject_der() const {
  const QuietErrors quiet;
  base::Buffer name = encoded<X509_NAME>(i2d_X509_NAME, X509_get_subject_name(impl_->x509.get()));
  if (name.empty()) return fail(Errc::internal, "subject of a certificate");
  return name;
}

TrustStore::TrustStore(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

base::Result<TrustStore> TrustStore::of(std::span<const Certificate> authorities) {
  const QuietErrors quiet;
  if (authorities.empty()) return fail(Errc::not_found, "no CA certificate");
  Impl impl{X509Store(X509_STORE_new()), {}};
  if (!impl.store) return fail(Errc::internal, "X509_STORE");
  for (const Certificate& authority : authorities) {
    if (!authority.is_ca()) return fail(Errc::mismatch, "one of the trusted certificates is not a CA's");
    if (const auto key = authority.public_key(); !key) return std::unexpected(key.error());
    if (X509_STORE_add_cert(impl.store.get(), authority.impl().x509.get()) != 1) {
      return fail(Errc::internal, "X509_STORE_add_cert");
    }
    const auto hash = authority.subject_key_hash();
    impl.hashes.insert(impl.hashes.end(), hash.begin(), hash.end());
  }
  return TrustStore(std::make_shared<Impl>(std::move(impl)));
}

std::size_t TrustStore::size() const { return impl_->hashes.size() / 20; }

Bytes TrustStore::authority_hashes() const { return impl_->hashes; }

}  // namespace latchkey::crypto
