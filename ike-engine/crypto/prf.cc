#include "ike-engine/crypto/prf.h"

#include "ike-engine/crypto/hmac.h"
#include "ike-engine/crypto/transforms.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::SecretBytes;

EVP_MAC_CTX* context_of(Prf f) { return f.row() == nullptr ? nullptr : f.row()->context(); }

}  // namespace

Prf::Prf(base::PrfId id) : row_(prf_row(id)) {}

std::size_t Prf::size() const { return row_ == nullptr ? 0 : row_->size; }

base::Result<SecretBytes> prf(Prf f, Bytes key, std::initializer_list<Bytes> data) {
  EVP_MAC_CTX* context = context_of(f);
  if (context == nullptr) return fail(Errc::unsupported, "PRF");
  SecretBytes out(f.size());
  if (!hmac_key(context, key) || !hmac_update(context, data) || !hmac_finish(context, out.mutable_view())) {
    return fail(Errc::internal, "HMAC");
  }
  return out;
}

base::Result<SecretBytes> prf_plus(Prf f, Bytes key, std::initializer_list<Bytes> seed, std::size_t size) {
  EVP_MAC_CTX* context = context_of(f);
  if (context == nullptr) return fail(Errc::unsupported, "PRF");
  const std::size_t block = f.size();
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
