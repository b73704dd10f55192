#include "ike-engine/crypto/key_exchange.h"

#include <algorithm>
#include <utility>

#include "ike-engine/crypto/groups.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

using base::Bytes;
using base::Errc;
using base::fail;
using base::KeMethod;
using base::SecretBytes;

std::size_t ke_public_size(KeMethod method) {
  const GroupRow* row = group_of(method);
  return row == nullptr ? 0 : row->public_size;
}

KeyExchange::KeyExchange(KeMethod method, SecretBytes secret, base::Buffer public_value)
    : method_(method), private_(std::move(secret)), public_(std::move(public_value)) {}

base::Result<KeyExchange> KeyExchange::generate(KeMethod method, const RandomFill& random) {
  const GroupRow* row = group_of(method);
  if (row == nullptr) return fail(Errc::unsupported, "key exchange method");
  SecretBytes secret(row->private_size);
  // A scalar at or beyond the curve's order is drawn anew (2^-32 for P-256); a generator that never hits is broken.
  for (int attempt = 0; attempt < 64; ++attempt) {
    random(secret.mutable_view());
    secret.mutable_view().front() &= row->private_mask;
    auto public_value = row->public_from(secret.view());
    if (public_value) return KeyExchange(method, std::move(secret), std::move(*public_value));
    if (public_value.error().code != Errc::malformed) return std::unexpected(public_value.error());
  }
  return fail(Errc::internal, "random numbers that are no private key");
}

base::Result<KeyExchange> KeyExchange::from_private(KeMethod method, Bytes private_value) {
  const GroupRow* row = group_of(method);
  if (row == nullptr) return fail(Errc::unsupported, "key exchange method");
  const bool fits = row->private_may_be_shorter ? !private_value.empty() && private_value.size() <= row->public_size
                                                : private_value.size() == row->private_size;
  if (!fits) return fail(Errc::malformed, "size of a private value");
  auto public_value = row->public_from(private_value);
  if (!public_value) return std::unexpected(public_value.error());
  return KeyExchange(method, SecretBytes(private_value), std::move(*public_value));
}

base::Result<KeyExchange> KeyExchange::resume(KeMethod method, SecretBytes private_value, Bytes public_value) {
  if (group_of(method) == nullptr) return fail(Errc::unsupported, "key exchange method");
  return KeyExchange(method, std::move(private_value), base::to_buffer(public_value));
}

base::Result<SecretBytes> KeyExchange::shared_secret(Bytes peer_public) const {
  const QuietErrors quiet;
  const GroupRow* row = group_of(method_);
  // RFC 7296 section 3.4
  //= The length of the Diffie-Hellman public value for MODP groups MUST be equal to the length of the prime modulus
  if (peer_public.size() != row->public_size) return fail(Errc::malformed, "size of a public value");
  return row->shared_from({private_.view(), public_}, peer_public);
}

}  // namespace latchkey::crypto
