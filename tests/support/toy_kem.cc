#include "tests/support/toy_kem.h"

#include "ike-engine/crypto/prf.h"

namespace latchkey::support {

namespace {

using base::Bytes;
using base::Errc;

constexpr base::PrfId kPrf = base::PrfId::hmac_sha2_256;
constexpr std::size_t kSeed = 32;

base::Buffer stretched(Bytes seed, Bytes label, std::size_t size) {
  return base::to_buffer(crypto::prf_plus(kPrf, seed, {label}, size).value().view());
}

base::Buffer masked(Bytes public_key, Bytes seed) {
  base::Buffer out = stretched(public_key.first(kSeed), base::as_bytes("mask"), kSeed);
  for (std::size_t i = 0; i < kSeed; ++i) out[i] = static_cast<std::uint8_t>(out[i] ^ seed[i]);
  return out;
}

// The seed in a mask, and behind it octets that only this seed gives.
base::Buffer ciphertext_of(Bytes public_key, Bytes seed, std::size_t size) {
  return base::concat({masked(public_key, seed), stretched(seed, public_key, size - kSeed)});
}

}  // namespace

base::Result<crypto::Kem::KeyPair> ToyKem::generate(const crypto::RandomFill& random) const {
  base::SecretBytes seed(kSeed);
  random(seed.mutable_view());
  base::Buffer public_key = stretched(seed.view(), base::as_bytes("public"), public_size_);
  return KeyPair{std::move(seed), std::move(public_key)};
}

base::Result<crypto::Kem::Encapsulated> ToyKem::encapsulate(Bytes public_key, const crypto::RandomFill& random) const {
  if (public_key.size() != public_size_) return base::fail(Errc::malformed, "toy kem: public key of another size");
  base::Buffer seed(kSeed);
  random(seed);
  auto secret = crypto::prf(kPrf, seed, {public_key});
  if (!secret) return std::unexpected(secret.error());
  return Encapsulated{ciphertext_of(public_key, seed, ciphertext_size_), std::move(*secret)};
}

base::Result<base::SecretBytes> ToyKem::decapsulate(const KeyPair& own, Bytes ciphertext) const {
  if (ciphertext.size() != ciphertext_size_) return base::fail(Errc::malformed, "toy kem: ciphertext of another size");
  const base::Buffer seed = masked(own.public_key, ciphertext.first(kSeed));
  const bool whole = base::same(ciphertext_of(own.public_key, seed, ciphertext_size_), ciphertext);
  if (!whole) return crypto::prf(kPrf, own.private_key.view(), {ciphertext});
  return crypto::prf(kPrf, seed, {own.public_key});
}

}  // namespace latchkey::support
