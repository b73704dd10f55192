#include "ike-engine/crypto/prf.h"

#include "ike-engine/crypto/hmac.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::PrfId;
using base::SecretBytes;

constexpr char kSha1[] = "SHA1";

/// HMAC-SHA1 is here because the only key schedules that others publish with their rekeyings use it; policy/ neither
/// offers nor accepts it.
EVP_MAC_CTX* context_of(PrfId id) {
  switch (id) {
    case PrfId::hmac_sha1: return hmac<kSha1>();
    case PrfId::hmac_sha2_256: return hmac<kSha2_256>();
    case PrfId::hmac_sha2_384: return hmac<kSha2_384>();
    case PrfId::hmac_sha2_512: return hmac<kSha2_512>();
    default: return nullptr;
  }
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
  if (!hmac_key(context, key) || !hmac_update(context, data) || !hmac_finish(context, out.mutable_view())) {
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
  bool ok = hmac_key(context, key);
  std::uint8_t counter = 1;
  for (std::size_t at = 0; at < blocks.size(); at += block, ++counter) {
    if (at > 0) ok = ok && hmac_again(context) && hmac_update(context, blocks.subspan(at - block, block));
    ok = ok && hmac_update(context, seed) && hmac_update(context, Bytes(&counter, 1)) &&
         hmac_finish(context, blocks.subspan(at, block));
  }
  if (!ok) return fail(Errc::internal, "HMAC");
  return out.size() == size ? std::move(out) : SecretBytes(out.view().first(size));
}

}  // namespace latchkey::crypto
