#include "tests/support/pki.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>

namespace latchkey::support {

using base::Buffer;
using base::Bytes;

namespace {

void must(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "tests/support/pki: %s\n", what);
  std::abort();
}

KeyPair owned(EVP_PKEY* key) {
  must(key != nullptr, "key");
  return {key, EVP_PKEY_free};
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
Bio memory() { return {BIO_new(BIO_s_mem()), BIO_free}; }

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

template <class Object>
Buffer der_of(int (*encode)(const Object*, unsigned char**), const Object* object) {
  Buffer out(static_cast<std::size_t>(encode(object, nullptr)));
  unsigned char* at = out.data();
  encode(object, &at);
  return out;
}

using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;

KeyPair key_from(const char* type, const Builder& builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(builder.get()),
                                                                           OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  must(EVP_PKEY_fromdata_init(context.get()) == 1 &&
           EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) == 1,
       "key from its parts");
  return owned(key);
}

using Parsed = std::unique_ptr<X509, decltype(&X509_free)>;
Parsed parsed(const Buffer& der) {
  const unsigned char* at = der.data();
  return {d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free};
}

void add_extension(X509* certificate, X509* issuer, const std::string& name, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf(nullptr, &context, name.c_str(), value.c_str()), X509_EXTENSION_free);
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

}  // namespace

KeyPair make_key(std::string_view kind) {
  if (kind.starts_with("rsa:")) {
    return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t(std::atoi(kind.substr(4).data()))));
  }
  if (kind.starts_with("ed") || kind.starts_with("x"))
    return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, std::string(kind).c_str()));
  return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", std::string(kind).c_str()));
}

KeyPair ed25519_of(Bytes seed) {
  return owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
}

KeyPair rsa_of_numbers(Bytes modulus, std::uint64_t exponent, Bytes d) {
  const Builder builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const Number n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr), BN_free);
  const Number private_exponent(BN_bin2bn(d.data(), static_cast<int>(d.size()), nullptr), BN_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_uint64(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent);
  if (!d.empty()) {
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, private_exponent.get());
    // PKCS#8 has a place for each of these.
    for (const char* name : {OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
                             OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
      OSSL_PARAM_BLD_push_BN(builder.get(), name, private_exponent.get());
    }
  }
  return key_from("RSA", builder);
}

KeyPair mixed_up(const KeyPair& private_half, const KeyPair& public_half) {
  const Builder builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  BIGNUM* number = nullptr;
  must(EVP_PKEY_get_bn_param(private_half.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1, "private half");
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> secret(number, BN_free);
  Buffer point(65);
  std::size_t size = 0;
  EVP_PKEY_get_octet_string_param(public_half.get(), OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point.data(), point.size(),
                                  &size);
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get());
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), size);
  return key_from("EC", builder);
}

std::string private_pem(const KeyPair& key, const char* password) {
  const Bio bio = memory();
  const EVP_CIPHER* cipher = password == nullptr ? nullptr : EVP_aes_256_cbc();
  must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), cipher, nullptr, 0, nullptr, const_cast<char*>(password)) ==
           1,
       "private PEM");
  return text_of(bio);
}

std::string public_pem(const KeyPair& key) {
  const Bio bio = memory();
  must(PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1, "public PEM");
  return text_of(bio);
}

Buffer spki(const KeyPair& key) { return der_of<EVP_PKEY>(i2d_PUBKEY, key.get()); }

Buffer spki_with_explicit_curve(const KeyPair& key) {
  const KeyPair copy = owned(EVP_PKEY_dup(key.get()));
  must(EVP_PKEY_set_utf8_string_param(copy.get(), OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT) == 1,
       "explicit curve");
  return spki(copy);
}

std::string Issued::pem() const {
  const Bio bio = memory();
  must(PEM_write_bio_X509(bio.get(), parsed(der).get()) == 1, "certificate PEM");
  return text_of(bio);
}

Buffer Issued::subject() const {
  const auto certificate = parsed(der);
  return der_of<X509_NAME>(i2d_X509_NAME, X509_get_subject_name(certificate.get()));
}

Issued issue(const CertificateSpec& spec, const KeyPair& key, const Issued* issuer) {
  static long serial = 0;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
  const auto* name = reinterpret_cast<const unsigned char*>(spec.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "O", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("Latchkey"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  ASN1_TIME_set(X509_getm_notBefore(raw), spec.not_before);
  ASN1_TIME_set(X509_getm_notAfter(raw), spec.not_after);
  X509_set_pubkey(raw, key.get());
  const Parsed above = issuer != nullptr ? parsed(issuer->der) : Parsed{nullptr, X509_free};
  X509* signer = above ? above.get() : raw;
  X509_set_issuer_name(raw, X509_get_subject_name(signer));
  for (const auto& [extension, value] : spec.extensions) add_extension(raw, signer, extension, value);
  EVP_PKEY* signing_key = issuer != nullptr ? issuer->key.get() : key.get();
  must(X509_sign(raw, signing_key, spec.digest == nullptr ? nullptr : EVP_get_digestbyname(spec.digest)) > 0,
       "signing");
  return {key, der_of<X509>(i2d_X509, raw)};
}

Issued make_ca(std::string_view name, const Issued* issuer, std::vector<std::pair<std::string, std::string>> more) {
  CertificateSpec spec{.common_name = std::string(name), .extensions = std::move(more)};
  spec.extensions.emplace_back("basicConstraints", "critical,CA:TRUE");
  spec.extensions.emplace_back("keyUsage", "critical,keyCertSign,cRLSign");
  spec.extensions.emplace_back("subjectKeyIdentifier", "hash");
  return issue(spec, make_key("P-256"), issuer);
}

Issued make_leaf(const Issued& issuer, std::string_view names) {
  CertificateSpec spec;
  spec.extensions = {{"subjectAltName", std::string(names)}, {"keyUsage", "critical,digitalSignature"}};
  return issue(spec, make_key("P-256"), &issuer);
}

}  // namespace latchkey::support
