#include "xfrm/algorithms.h"

#include <linux/xfrm.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace latchkey::xfrm {
namespace {

using base::EncrId;
using base::IntegId;

struct Cipher {
  EncrId id;
  const char* name;
  std::size_t salt;        ///< in octets, behind the key
  std::uint32_t icv_bits;  ///< 0: it needs an integrity algorithm
};
// RFC 4106, RFC 4309, RFC 7634, RFC 3602, RFC 3686. The kernel takes the salt as the key's end, as KEYMAT has it.
constexpr std::array kCiphers{
    Cipher{EncrId::aes_gcm_16, "rfc4106(gcm(aes))", 4, 128},
    Cipher{EncrId::chacha20_poly1305, "rfc7539esp(chacha20,poly1305)", 4, 128},
    Cipher{EncrId::aes_ccm_8, "rfc4309(ccm(aes))", 3, 64},
    Cipher{EncrId::aes_ccm_12, "rfc4309(ccm(aes))", 3, 96},
    Cipher{EncrId::aes_ccm_16, "rfc4309(ccm(aes))", 3, 128},
    Cipher{EncrId::aes_cbc, "cbc(aes)", 0, 0},
    Cipher{EncrId::aes_ctr, "rfc3686(ctr(aes))", 4, 0},
};

struct Mac {
  IntegId id;
  const char* name;
  std::size_t key;
  std::uint32_t icv_bits;
};
// RFC 4868. XFRMA_ALG_AUTH would mean another length for HMAC-SHA2-256: 96 bits, those of a draft.
constexpr std::array kMacs{
    Mac{IntegId::hmac_sha2_256_128, "hmac(sha256)", 32, 128},
    Mac{IntegId::hmac_sha2_384_192, "hmac(sha384)", 48, 192},
    Mac{IntegId::hmac_sha2_512_256, "hmac(sha512)", 64, 256},
};

bool is_key_size(const api::EspSuite& suite) {
  if (suite.encr == EncrId::chacha20_poly1305) return suite.key_bits == 256;
  return suite.key_bits == 128 || suite.key_bits == 192 || suite.key_bits == 256;
}

/// One of the kernel's structures, which all begin with a name and end in a key of that many bits.
template <class Head>
void put(Message& message, std::uint16_t type, Head head, const char* name, base::Bytes key) {
  const base::MutableBytes space = message.attribute_space(type, sizeof head + key.size());
  std::strncpy(head.alg_name, name, sizeof head.alg_name - 1);
  head.alg_key_len = static_cast<std::uint32_t>(key.size() * 8);
  std::memcpy(space.data(), &head, sizeof head);
  std::ranges::copy(key, space.begin() + sizeof head);
}

}  // namespace

base::Result<Algorithms> algorithms_of(const api::EspSuite& suite) {
  const auto cipher = std::ranges::find(kCiphers, suite.encr, &Cipher::id);
  const auto mac = std::ranges::find(kMacs, suite.integ, &Mac::id);
  if (cipher == kCiphers.end() || !is_key_size(suite)) return base::fail(base::Errc::unsupported, "ESP cipher");
  const bool aead = cipher->icv_bits != 0;
  if (aead != (suite.integ == IntegId::none) || (!aead && mac == kMacs.end())) {
    return base::fail(base::Errc::unsupported, "ESP integrity algorithm");
  }
  const std::size_t key = suite.key_bits / 8U + cipher->salt;
  if (aead) return Algorithms{cipher->name, key, cipher->icv_bits, nullptr, 0};
  return Algorithms{cipher->name, key, mac->icv_bits, mac->name, mac->key};
}

void put_algorithms(Message& message, const Algorithms& algorithms, base::Bytes key) {
  const base::Bytes cipher_key = key.first(algorithms.cipher_key);
  if (algorithms.integrity == nullptr) {
    xfrm_algo_aead head{};
    head.alg_icv_len = algorithms.icv_bits;
    return put(message, XFRMA_ALG_AEAD, head, algorithms.cipher, cipher_key);
  }
  put(message, XFRMA_ALG_CRYPT, xfrm_algo{}, algorithms.cipher, cipher_key);
  xfrm_algo_auth head{};
  head.alg_trunc_len = algorithms.icv_bits;
  put(message, XFRMA_ALG_AUTH_TRUNC, head, algorithms.integrity, key.subspan(algorithms.cipher_key));
}

}  // namespace latchkey::xfrm
