#pragma once
// The key schedule and what AUTH covers (RFC 7296 sections 2.14, 2.15, 2.17, 2.18; RFC 7619; RFC 8784; RFC 9242;
// RFC 9370).

#include "ike-engine/base/ids.h"
#include "ike-engine/crypto/prf.h"

namespace latchkey::crypto {

/// What both sides know when IKE_SA_INIT is over.
struct KeyInputs {
  base::Bytes nonce_i;
  base::Bytes nonce_r;
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
};

struct IkeKeys {
  base::SecretBytes sk_d, sk_ai, sk_ar, sk_ei, sk_er, sk_pi, sk_pr;  ///< sk_ai and sk_ar are empty for an AEAD
};

/// SKEYSEED = prf(Ni | Nr, g^ir).
base::Result<base::SecretBytes> skeyseed(Prf f, base::Bytes nonce_i, base::Bytes nonce_r, base::Bytes g_ir);
/// SKEYSEED of a rekeyed IKE SA: prf(SK_d (old), g^ir (new) | Ni | Nr | further), where `further` are the secrets of
/// IKE_FOLLOWUP_KE exchanges, joined (RFC 9370 section 2.2.4).
base::Result<base::SecretBytes> skeyseed_rekey(Prf old_prf, base::Bytes old_sk_d, base::Bytes g_ir, base::Bytes nonce_i,
                                               base::Bytes nonce_r, base::Bytes further = {});
/// SKEYSEED(n) after the n-th additional key exchange of an IKE SA that is being set up: prf(SK_d(n-1), SK(n) | Ni |
/// Nr), with the nonces of IKE_SA_INIT. The seven keys follow as ever (RFC 9370 section 2.2.2).
base::Result<base::SecretBytes> skeyseed_additional(Prf f, base::Bytes sk_d, base::Bytes shared_secret,
                                                    base::Bytes nonce_i, base::Bytes nonce_r);
/// The seven keys; `integ_size` 0 for an AEAD, `encr_size` with the salt.
base::Result<IkeKeys> derive_ike_keys(Prf f, base::Bytes skeyseed, const KeyInputs& inputs, std::size_t integ_size,
                                      std::size_t encr_size);

/// Runs SK_d, SK_pi and SK_pr through prf+ under a postquantum preshared key (RFC 8784 section 3). For the first IKE SA
/// only, never after a rekeying, and with additional key exchanges for the last keys alone. On an error `keys` are
/// as they were. Errors: unsupported, internal.
base::Result<void> mix_ppk(Prf f, base::Bytes ppk, IkeKeys& keys);

struct ChildKeys {
  base::SecretBytes initiator_to_responder;  ///< key and salt
  base::SecretBytes responder_to_initiator;
};
/// KEYMAT for one child SA pair; `g_ir` is empty without PFS. `key_size` is of one direction, salt included; `further`
/// as for skeyseed_rekey.
base::Result<ChildKeys> derive_child_keys(Prf f, base::Bytes sk_d, base::Bytes g_ir, base::Bytes nonce_i,
                                          base::Bytes nonce_r, std::size_t key_size, base::Bytes further = {});

/// The octets that a side's AUTH covers: message | nonce of the other | prf(SK_p, id) | IntAuth, where `id_body` is the
/// ID payload without its generic header (RFC 7296 section 2.15) and `int_auth` is empty without IKE_INTERMEDIATE.
base::Result<base::Buffer> signed_octets(Prf f, base::Bytes message, base::Bytes other_nonce, base::Bytes sk_p,
                                         base::Bytes id_body, base::Bytes int_auth = {});
/// One side's IntAuth after one more IKE_INTERMEDIATE exchange: prf(SK_p, previous | A | P). `previous` is empty the
/// first time; SK_p is of the keys that protected the message; `associated` reaches from the IKE header to the generic
/// header of the Encrypted payload, with both lengths adjusted, and `inner` are the payloads inside it (RFC 9242
/// section 3.3.2).
base::Result<base::SecretBytes> intermediate_auth(Prf f, base::Bytes sk_p, base::Bytes previous, base::Bytes associated,
                                                  base::Bytes inner);
/// IntAuth: the last values of both sides and the message ID of the first IKE_AUTH (RFC 9242 section 3.3.2).
base::Buffer int_auth(base::Bytes initiator, base::Bytes responder, base::MessageId first_auth);

/// AUTH data of method 2: prf(prf(psk, "Key Pad for IKEv2"), octets) (RFC 7296 section 2.15). What a peer sent is
/// compared with it by base::same_secret.
base::Result<base::SecretBytes> psk_auth(Prf f, base::Bytes psk, base::Bytes octets);
/// AUTH data of method 13: the same with SK_p in the secret's place (RFC 7619 section 2.1).
base::Result<base::SecretBytes> null_auth(Prf f, base::Bytes sk_p, base::Bytes octets);

}  // namespace latchkey::crypto
