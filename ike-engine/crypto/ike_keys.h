#pragma once
// The key schedule (RFC 7296 sections 2.14, 2.15, 2.17, 2.18; RFC 7619 section 2.1).

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
base::Result<base::SecretBytes> skeyseed(base::PrfId prf, base::Bytes nonce_i, base::Bytes nonce_r, base::Bytes g_ir);
/// SKEYSEED of a rekeyed IKE SA: prf(SK_d (old), g^ir (new) | Ni | Nr).
base::Result<base::SecretBytes> skeyseed_rekey(base::PrfId old_prf, base::Bytes old_sk_d, base::Bytes g_ir,
                                               base::Bytes nonce_i, base::Bytes nonce_r);
/// The seven keys; `integ_size` 0 for an AEAD, `encr_size` with the salt.
base::Result<IkeKeys> derive_ike_keys(base::PrfId prf, base::Bytes skeyseed, const KeyInputs& inputs,
                                      std::size_t integ_size, std::size_t encr_size);

struct ChildKeys {
  base::SecretBytes initiator_to_responder;  ///< key and salt
  base::SecretBytes responder_to_initiator;
};
/// KEYMAT for one child SA pair; `g_ir` is empty without PFS. `key_size` is of one direction, salt included.
base::Result<ChildKeys> derive_child_keys(base::PrfId prf, base::Bytes sk_d, base::Bytes g_ir, base::Bytes nonce_i,
                                          base::Bytes nonce_r, std::size_t key_size);

/// The octets that a side's AUTH covers: message | nonce of the other | prf(SK_p, id), where `id_body` is the ID
/// payload without its generic header (RFC 7296 section 2.15).
base::Result<base::Buffer> signed_octets(base::PrfId prf, base::Bytes message, base::Bytes other_nonce,
                                         base::Bytes sk_p, base::Bytes id_body);
/// AUTH data of method 13: prf(prf(SK_p, "Key Pad for IKEv2"), octets) (RFC 7619 section 2.1).
base::Result<base::SecretBytes> null_auth(base::PrfId prf, base::Bytes sk_p, base::Bytes octets);

}  // namespace latchkey::crypto
