#include "tests/bench/crypto_floor.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <span>
#include <vector>

namespace latchkey::bench {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// What goes in has the sizes of a real negotiation; what it says makes no difference.
constexpr std::size_t kSignedOctets = 350;  ///< IKE_SA_INIT message, nonce, prf of the identity
constexpr std::size_t kAuthMessage = 300;
constexpr std::size_t kAssociated = 32;
constexpr std::size_t kNatHashInput = 26;
constexpr std::size_t kIdPayload = 60;
constexpr std::size_t kSeed = 80;  ///< Ni | Nr | SPIi | SPIr

void must(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

struct CryptoFloor::Impl {
  explicit Impl(ServerKeyType type);
  ~Impl();

  void agree();
  void prf(std::size_t data);
  void prf_plus(int blocks);
  void aead(bool seal);
  void nat_hash();
  void verify();
  void sign();

  EVP_MD* sha2 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD* sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_CIPHER* gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_MAC_CTX* mac = EVP_MAC_CTX_new(hmac);
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  EVP_PKEY_CTX* x25519 = EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr);
  const EVP_MD* signature_digest = nullptr;
  EVP_PKEY* server = nullptr;
  std::vector<std::uint8_t> signature = std::vector<std::uint8_t>(512);
  std::array<std::uint8_t, 32> peer_public{};
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 32> out{};
  std::array<std::uint8_t, 16> icv{};
  std::array<std::uint8_t, 400> in{};
  std::array<std::uint8_t, 400> text{};
};

CryptoFloor::Impl::Impl(ServerKeyType type) {
  const OSSL_PARAM with_sha2[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
      OSSL_PARAM_construct_end()};
  must(EVP_MAC_CTX_set_params(mac, with_sha2) == 1 && EVP_PKEY_keygen_init(x25519) == 1);
  must(RAND_bytes(key.data(), 32) == 1 && RAND_bytes(in.data(), 400) == 1);
  EVP_PKEY* peer = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
  std::size_t size = peer_public.size();
  must(EVP_PKEY_get_raw_public_key(peer, peer_public.data(), &size) == 1);
  EVP_PKEY_free(peer);
  switch (type) {
    case ServerKeyType::rsa2048: server = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}); break;
    case ServerKeyType::ecdsa_p256: server = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"); break;
    case ServerKeyType::ed25519: server = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
  }
  signature_digest = type == ServerKeyType::ed25519 ? nullptr : sha2;
  EVP_MD_CTX* signing = EVP_MD_CTX_new();
  size = signature.size();
  must(EVP_DigestSignInit(signing, nullptr, signature_digest, nullptr, server) == 1);
  must(EVP_DigestSign(signing, signature.data(), &size, in.data(), kSignedOctets) == 1);
  EVP_MD_CTX_free(signing);
  signature.resize(size);
}

CryptoFloor::Impl::~Impl() {
  EVP_PKEY_free(server);
  EVP_PKEY_CTX_free(x25519);
  EVP_CIPHER_CTX_free(cipher);
  EVP_MD_CTX_free(digest);
  EVP_MAC_CTX_free(mac);
  EVP_CIPHER_free(gcm);
  EVP_MAC_free(hmac);
  EVP_MD_free(sha1);
  EVP_MD_free(sha2);
}

void CryptoFloor::Impl::agree() {
  EVP_PKEY* own = nullptr;
  std::array<std::uint8_t, 32> own_public;
  std::size_t size = own_public.size();
  must(EVP_PKEY_generate(x25519, &own) == 1 && EVP_PKEY_get_raw_public_key(own, own_public.data(), &size) == 1);
  EVP_PKEY* peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer_public.data(), peer_public.size());
  EVP_PKEY_CTX* derivation = EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr);
  size = out.size();
  must(EVP_PKEY_derive_init(derivation) == 1 && EVP_PKEY_derive_set_peer_ex(derivation, peer, 0) == 1);
  must(EVP_PKEY_derive(derivation, out.data(), &size) == 1);
  EVP_PKEY_CTX_free(derivation);
  EVP_PKEY_free(peer);
  EVP_PKEY_free(own);
}

void CryptoFloor::Impl::prf(std::size_t data) {
  std::size_t size = 0;
  must(EVP_MAC_init(mac, key.data(), key.size(), nullptr) == 1 && EVP_MAC_update(mac, in.data(), data) == 1);
  must(EVP_MAC_final(mac, out.data(), &size, out.size()) == 1);
}

void CryptoFloor::Impl::prf_plus(int blocks) {
  std::size_t size = 0;
  for (int block = 1; block <= blocks; ++block) {
    const auto counter = static_cast<std::uint8_t>(block);
    const bool first = block == 1;
    must(EVP_MAC_init(mac, first ? key.data() : nullptr, first ? key.size() : 0, nullptr) == 1);
    must(first || EVP_MAC_update(mac, out.data(), out.size()) == 1);
    must(EVP_MAC_update(mac, in.data(), kSeed) == 1 && EVP_MAC_update(mac, &counter, 1) == 1);
    must(EVP_MAC_final(mac, out.data(), &size, out.size()) == 1);
  }
}

void CryptoFloor::Impl::aead(bool seal) {
  int size = 0;
  must(EVP_CipherInit_ex(cipher, gcm, nullptr, key.data(), in.data(), seal ? 1 : 0) == 1);
  must(EVP_CipherUpdate(cipher, nullptr, &size, in.data(), kAssociated) == 1);
  must(EVP_CipherUpdate(cipher, text.data(), &size, in.data(), kAuthMessage) == 1);
  if (!seal) must(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, 16, icv.data()) == 1);
  // What is opened was never sealed: the check fails at the same cost.
  must(EVP_CipherFinal_ex(cipher, text.data(), &size) == (seal ? 1 : 0));
  if (seal) must(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, icv.data()) == 1);
}

void CryptoFloor::Impl::nat_hash() {
  unsigned size = 0;
  must(EVP_DigestInit_ex2(digest, sha1, nullptr) == 1 && EVP_DigestUpdate(digest, in.data(), kNatHashInput) == 1);
  must(EVP_DigestFinal_ex(digest, out.data(), &size) == 1);
}

void CryptoFloor::Impl::verify() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  must(EVP_DigestVerifyInit(context, nullptr, signature_digest, nullptr, server) == 1);
  must(EVP_DigestVerify(context, signature.data(), signature.size(), in.data(), kSignedOctets) == 1);
  EVP_MD_CTX_free(context);
}

void CryptoFloor::Impl::sign() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::array<std::uint8_t, 512> made;
  std::size_t size = made.size();
  must(EVP_DigestSignInit(context, nullptr, signature_digest, nullptr, server) == 1);
  must(EVP_DigestSign(context, made.data(), &size, in.data(), kSignedOctets) == 1);
  EVP_MD_CTX_free(context);
}

CryptoFloor::CryptoFloor(ServerKeyType type) : impl_(std::make_unique<Impl>(type)) {}
CryptoFloor::~CryptoFloor() = default;

void CryptoFloor::work(bool sign) {
  std::array<std::uint8_t, 40> spi_and_nonce;
  must(RAND_bytes(spi_and_nonce.data(), 40) == 1);
  for (int i = 0; i < 4; ++i) impl_->nat_hash();
  impl_->agree();
  impl_->prf(32);             // SKEYSEED
  impl_->prf_plus(6);         // SK_*
  impl_->prf(kIdPayload);     // MACedIDForI
  impl_->prf(kIdPayload);     // MACedIDForR
  impl_->prf(17);             // "Key Pad for IKEv2"
  impl_->prf(kSignedOctets);  // AUTH_NULL
  impl_->aead(true);
  impl_->aead(false);
  sign ? impl_->sign() : impl_->verify();
  impl_->prf_plus(3);  // KEYMAT
}

}  // namespace latchkey::bench
