#include "ike-engine/crypto/signature.h"

#include "ike-engine/crypto/keys.h"
#include "ike-engine/crypto/pss.h"
#include "ike-engine/crypto/schemes.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::HashAlgorithm;

/// OpenSSL is strict about what is inside: PKCS#1 padding is compared as a whole, ECDSA's DER must be minimal and
/// alone, Ed25519's S must be below the order.
base::Result<std::string_view> verify(const PublicKey& key, const Scheme& scheme, Bytes signature, Bytes octets) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &options, digest_of(scheme.hash), nullptr, key.impl().pkey.get()) != 1) {
    return fail(Errc::internal, "signature context");
  }
  if (scheme.padding == Padding::pss && !choose_pss(options)) return fail(Errc::internal, "PSS");
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), octets.data(), octets.size()) != 1) {
    return fail(Errc::bad_signature, "signature does not verify");
  }
  return scheme.name;
}

/// Appends a DER INTEGER for an unsigned number: no needless zeros in front, one if the top bit is set.
void append_integer(base::Writer& out, Bytes number) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool padded = (number[0] & 0x80) != 0;
  out.u8(0x02);
  out.u8(static_cast<std::uint8_t>(number.size() + (padded ? 1 : 0)));
  if (padded) out.u8(0);
  out.bytes(number);
}

/// r and s side by side as the DER that OpenSSL wants. At most 2 * 66 octets inside.
base::Buffer der_from_r_s(Bytes r_s) {
  base::Writer numbers;
  append_integer(numbers, r_s.first(r_s.size() / 2));
  append_integer(numbers, r_s.last(r_s.size() / 2));
  base::Writer out;
  out.u8(0x30);
  if (numbers.size() > 0x7f) out.u8(0x81);
  out.u8(static_cast<std::uint8_t>(numbers.size()));
  out.bytes(numbers.view());
  return out.take();
}

}  // namespace

bool choose_pss(EVP_PKEY_CTX* options) {
  int padding = RSA_PKCS1_PSS_PADDING;
  int salt = RSA_PSS_SALTLEN_DIGEST;
  // MGF1's hash is the signature's own unless it is set.
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &padding),
                                   OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt),
                                   OSSL_PARAM_construct_end()};
  return EVP_PKEY_CTX_set_params(options, parameters) == 1;
}

base::Result<std::string_view> verify_digital_signature(const PublicKey& key, Bytes algorithm_identifier,
                                                        Bytes signature, Bytes octets) {
  const QuietErrors quiet;
  const auto scheme = scheme_of(algorithm_identifier);
  if (!scheme) return std::unexpected(scheme.error());
  if (scheme->family != family_of(key.type())) return fail(Errc::mismatch, "signature scheme of another key type");
  return verify(key, *scheme, signature, octets);
}

base::Result<std::string_view> verify_ecdsa_auth(const PublicKey& key, base::AuthMethod method, Bytes signature,
                                                 Bytes octets) {
  const QuietErrors quiet;
  const EcdsaMethod* row = ecdsa_method(method);
  if (row == nullptr) return fail(Errc::unsupported, "authentication method");
  if (row->curve != key.type()) return fail(Errc::mismatch, "authentication method of another key type");
  if (signature.size() != 2 * coordinate_size(row->curve)) {
    return fail(Errc::malformed, "size of an ECDSA signature");
  }
  return verify(key, row->scheme, der_from_r_s(signature), octets);
}

}  // namespace latchkey::crypto
