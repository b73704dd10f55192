#include "ike-engine/crypto/prf.h"

#include <algorithm>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::PrfId;
using base::SecretBytes;

MacContext hmac_context(const char* digest) {
  static const Mac hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  MacContext context(EVP_MAC_CTX_new(hmac.get()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
      OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters) != 1) return nullptr;
  return context;
}

/// HMAC-SHA1 is here because the only key schedules that others publish with their rekeyings use it; policy/ neither
/// offers nor accepts it.
EVP_MAC_CTX* context_of(PrfId id) {
  thread_local const MacContext sha1 = hmac_context("SHA1");
  thread_local const MacContext sha2_256 = hmac_context("SHA2-256");
  thread_local const MacContext sha2_384 = hmac_context("SHA2-384");
  thread_local const MacContext sha2_512 = hmac_context("SHA2-512");
  switch (id) {
    case PrfId::hmac_sha1: return sha1.get();
    case PrfId::hmac_sha2_256: return sha2_256.get();
    case PrfId::hmac_sha2_384: return sha2_384.get();
    case PrfId::hmac_sha2_512: return sha2_512.get();
    default: return nullptr;
  }
}

bool set_key(EVP_MAC_CTX* context, Bytes key) {
  // To OpenSSL a null key means the key of before.
  static constexpr std::uint8_t kEmpty = 0;
  return EVP_MAC_init(context, key.empty() ? &kEmpty : key.data(), key.size(), nullptr) == 1;
}

bool again_with_same_key(EVP_MAC_CTX* context) { return EVP_MAC_init(context, nullptr, 0, nullptr) == 1; }

bool update(EVP_MAC_CTX* context, Bytes data) { return EVP_MAC_update(context, data.data(), data.size()) == 1; }

bool update(EVP_MAC_CTX* context, std::initializer_list<Bytes> data) {
  return std::ranges::all_of(data, [context](Bytes part) { return update(context, part); });
}

bool finish(EVP_MAC_CTX* context, base::MutableBytes out) {
  std::size_t size = 0;
  return EVP_MAC_final(context, out.data(), &size, out.size()) == 1 && size == out.size();
}

}  // namespace

std::size_t prf_size(PrfId prf) {
  switch (prf) {
    case PrfId::hmac_sha1: return 20;
    case PrfId::hmac_sha2_256: return 32;
    case PrfId::hmac_sha2_384: return 48;
    case PrfId::hmac_sha2_512: return 64;
    default: return 0;
  }
}

base::Result<SecretBytes> prf(PrfId id, Bytes key, std::initializer_list<Bytes> data) {
  EVP_MAC_CTX* context = context_of(id);
  if (context == nullptr) return fail(Errc::unsupported, "PRF");
  SecretBytes out(prf_size(id));
  if (!set_key(context, key) || !update(context, data) || !finish(context, out.mutable_view())) {
    return fail(Errc::internal, "HMAC");
  }
  return out;
}

base::Result<SecretBytes> prf_plus(PrfId id, Bytes key, std::initializer_list<Bytes> seed, std::size_t size) {
  EVP_MAC_CTX* context = context_of(id);
  if (context == nullptr) return fail(Errc::unsupported, "PRF");
  const std::size_t block = prf_size(id);
  // RFC 7296 section 2.13
  //= The constant concatenated to the end of each prf function is a single octet.
  if (size > 255 * block) return fail(Errc::malformed, "prf+ of more than 255 blocks");
  SecretBytes out((size + block - 1) / block * block);
  const base::MutableBytes blocks = out.mutable_view();
  bool ok = set_key(context, key);
  std::uint8_t counter = 1;
  for (std::size_t at = 0; at < blocks.size(); at += block, ++counter) {
    if (at > 0) ok = ok && again_with_same_key(context) && update(context, blocks.subspan(at - block, block));
    ok = ok && update(context, seed) && update(context, Bytes(&counter, 1)) &&
         finish(context, blocks.subspan(at, block));
  }
  if (!ok) return fail(Errc::internal, "HMAC");
  return out.size() == size ? std::move(out) : SecretBytes(out.view().first(size));
}

}  // namespace latchkey::crypto
