#pragma once
// Suites as the configuration writes them; the same words as in `latchkeyctl status`.

#include <optional>
#include <string>
#include <string_view>

#include "ike-engine/api/types.h"

namespace latchkey::host {

/// "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519" or, for a cipher that is no AEAD,
/// "AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519"; nothing for what we do not have.
std::optional<api::IkeSuite> parse_ike_suite(std::string_view text);
/// "AES_GCM_16_256/ESN", "AES_CBC_256/HMAC_SHA2_256_128/NO_ESN"; nothing for what we do not have.
std::optional<api::EspSuite> parse_esp_suite(std::string_view text);
/// What may stand in each place, for an error message.
std::string_view ike_suite_form();
std::string_view esp_suite_form();

}  // namespace latchkey::host
