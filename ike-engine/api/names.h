#pragma once
// Transforms as logs, status and configuration call them: the registry's names, in capitals, without "ENCR_" and
// "AUTH_".

#include <string>

#include "ike-engine/base/iana.h"

namespace latchkey::api {

/// "AES_GCM_16_256"; without a size for ciphers that have only one: "CHACHA20_POLY1305". "ENCR_99_256" for a number
/// that we have no name for.
std::string encr_name(base::EncrId encr, std::uint16_t key_bits);
/// "HMAC_SHA2_256_128", "NONE", "INTEG_99".
std::string integ_name(base::IntegId integ);
/// "PRF_HMAC_SHA2_256", "PRF_99".
std::string prf_name(base::PrfId prf);
/// "CURVE25519", "ECP_256", "MODP_2048", "KE_99".
std::string ke_name(base::KeMethod ke);

}  // namespace latchkey::api
