#pragma once
// The verb `kdf`: IKE's key derivation (RFC 7296 sections 2.14, 2.17, 2.18) for test vectors.

#include <string_view>

#include "control/inspect/answer.h"

namespace latchkey::inspect {

/// A vector, a list of vectors, an ACVP file ("testGroups") or a NIST response file (.fax). For each vector
/// {"skeyseed", "dkm", "dkm_child_sa", "dkm_child_sa_dh", "skeyseed_rekey"} as far as its inputs reach:
///
///     skeyseed        prf(ni | nr, g_ir)
///     dkm             prf+(skeyseed, ni | nr | spi_i | spi_r); its first octets are SK_d
///     dkm_child_sa    prf+(SK_d, ni | nr)
///     dkm_child_sa_dh prf+(SK_d, g_ir_new | ni | nr)
///     skeyseed_rekey  prf(SK_d, g_ir_new | ni | nr)
///
/// "skeyseed" and "sk_d" may be inputs, too. Lengths are those of the expected values if the vector has them, else as
/// "dkm_length" and "dkm_child_sa_length" say in bits, else all keys of AES-CBC-128 with the PRF's own hash. A list
/// gives a list, with the vectors' names.
Outcome kdf(std::string_view file);

}  // namespace latchkey::inspect
