#include "ike-engine/crypto/ike_keys.h"

#include <array>

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::SecretBytes;

std::array<std::uint8_t, 8> octets_of(base::IkeSpi spi) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(spi.value >> (56 - 8 * i));
  return octets;
}

/// Takes keys off the front of a stream of key material, in the order of the RFC's braces.
class KeyStream {
 public:
  explicit KeyStream(Bytes material) : left_(material) {}
  SecretBytes take(std::size_t size) {
    SecretBytes key(left_.first(size));
    left_ = left_.subspan(size);
    return key;
  }

 private:
  Bytes left_;
};

}  // namespace

base::Result<SecretBytes> skeyseed(Prf f, Bytes nonce_i, Bytes nonce_r, Bytes g_ir) {
  return prf(f, base::concat({nonce_i, nonce_r}), {g_ir});
}

base::Result<SecretBytes> skeyseed_rekey(Prf old_prf, Bytes old_sk_d, Bytes g_ir, Bytes nonce_i, Bytes nonce_r,
                                         Bytes further) {
  // RFC 7296 section 2.18
  //= SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr)
  // RFC 9370 section 2.2.4: the secrets of further key exchanges stand behind the nonces.
  return prf(old_prf, old_sk_d, {g_ir, nonce_i, nonce_r, further});
}

base::Result<SecretBytes> skeyseed_additional(Prf f, Bytes sk_d, Bytes shared_secret, Bytes nonce_i, Bytes nonce_r) {
  // RFC 9370 section 2.2.2: each secret is mixed in by way of the SK_d before it.
  return prf(f, sk_d, {shared_secret, nonce_i, nonce_r});
}

base::Result<IkeKeys> derive_ike_keys(Prf f, Bytes skeyseed, const KeyInputs& inputs, std::size_t integ_size,
                                      std::size_t encr_size) {
  const auto spi_i = octets_of(inputs.spi_i);
  const auto spi_r = octets_of(inputs.spi_r);
  // RFC 7296 section 2.14
  //= The lengths of SK_d, SK_pi, and SK_pr MUST be the preferred key length of the PRF agreed upon.
  const std::size_t size = f.size();
  // RFC 7296 section 2.14
  //= {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+ (SKEYSEED, Ni | Nr | SPIi | SPIr)
  const auto material =
      prf_plus(f, skeyseed, {inputs.nonce_i, inputs.nonce_r, spi_i, spi_r}, 3 * size + 2 * integ_size + 2 * encr_size);
  if (!material) return std::unexpected(material.error());
  KeyStream stream(material->view());
  IkeKeys keys;
  keys.sk_d = stream.take(size);
  keys.sk_ai = stream.take(integ_size);
  keys.sk_ar = stream.take(integ_size);
  keys.sk_ei = stream.take(encr_size);
  keys.sk_er = stream.take(encr_size);
  keys.sk_pi = stream.take(size);
  keys.sk_pr = stream.take(size);
  return keys;
}

base::Result<void> mix_ppk(Prf f, Bytes ppk, IkeKeys& keys) {
  // RFC 8784 section 3
  //= SK_d  = prf+ (PPK, SK_d')
  //= SK_pi = prf+ (PPK, SK_pi')
  //= SK_pr = prf+ (PPK, SK_pr')
  auto sk_d = prf_plus(f, ppk, {keys.sk_d.view()}, keys.sk_d.size());
  auto sk_pi = prf_plus(f, ppk, {keys.sk_pi.view()}, keys.sk_pi.size());
  auto sk_pr = prf_plus(f, ppk, {keys.sk_pr.view()}, keys.sk_pr.size());
  for (const auto* mixed : {&sk_d, &sk_pi, &sk_pr}) {
    if (!*mixed) return std::unexpected(mixed->error());
  }
  keys.sk_d = std::move(*sk_d);
  keys.sk_pi = std::move(*sk_pi);
  keys.sk_pr = std::move(*sk_pr);
  return {};
}

base::Result<ChildKeys> derive_child_keys(Prf f, Bytes sk_d, Bytes g_ir, Bytes nonce_i, Bytes nonce_r,
                                          std::size_t key_size, Bytes further) {
  // RFC 7296 section 2.17
  //= KEYMAT = prf+(SK_d, g^ir (new) | Ni | Nr)
  const auto material = prf_plus(f, sk_d, {g_ir, nonce_i, nonce_r, further}, 2 * key_size);
  if (!material) return std::unexpected(material.error());
  KeyStream stream(material->view());
  ChildKeys keys;
  // RFC 7296 section 2.17
  //= All keys for SAs carrying data from the initiator to the responder are taken before SAs going from the
  //= responder to the initiator.
  keys.initiator_to_responder = stream.take(key_size);
  keys.responder_to_initiator = stream.take(key_size);
  return keys;
}

base::Result<base::Buffer> signed_octets(Prf f, Bytes message, Bytes other_nonce, Bytes sk_p, Bytes id_body,
                                         Bytes int_auth) {
  // RFC 7296 section 2.15
  //= MACedIDForI = prf(SK_pi, RestOfInitIDPayload)
  const auto maced_id = prf(f, sk_p, {id_body});
  if (!maced_id) return std::unexpected(maced_id.error());
  // RFC 9242 section 3.3.2
  //= InitiatorSignedOctets = RealMsg1 | NonceRData | MACedIDForI | IntAuth
  return base::concat({message, other_nonce, maced_id->view(), int_auth});
}

base::Result<SecretBytes> intermediate_auth(Prf f, Bytes sk_p, Bytes previous, Bytes associated, Bytes inner) {
  // RFC 9242 section 3.3.2
  //= IntAuth_i2 = prf(SK_pi2, IntAuth_i1 | IntAuth_i2A [| IntAuth_i2P])
  return prf(f, sk_p, {previous, associated, inner});
}

base::Buffer int_auth(Bytes initiator, Bytes responder, base::MessageId first_auth) {
  // RFC 9242 section 3.3.2
  //= IntAuth =  IntAuth_iN | IntAuth_rN | IKE_AUTH_MID
  base::Writer out(initiator.size() + responder.size() + 4);
  out.bytes(initiator);
  out.bytes(responder);
  out.u32(first_auth.value);
  return out.take();
}

base::Result<SecretBytes> psk_auth(Prf f, Bytes psk, Bytes octets) {
  // RFC 7296 section 2.15
  //= AUTH = prf( prf(Shared Secret, "Key Pad for IKEv2"), <InitiatorSignedOctets>)
  const auto pad = prf(f, psk, {base::as_bytes("Key Pad for IKEv2")});
  if (!pad) return std::unexpected(pad.error());
  return prf(f, pad->view(), {octets});
}

base::Result<SecretBytes> null_auth(Prf f, Bytes sk_p, Bytes octets) {
  // RFC 7619 section 2.1
  //= the content of the AUTH payload is computed using the syntax of pre-shared secret authentication
  return psk_auth(f, sk_p, octets);
}

}  // namespace latchkey::crypto
