#pragma once
// Which encryption and integrity algorithms this program can open messages with, and what Wireshark calls them.

#include <optional>
#include <string_view>
#include <vector>

#include "ike-engine/crypto/encryption.h"

namespace latchkey::inspect {

/// An encryption algorithm with what it takes for integrity.
struct Algorithm {
  base::EncrId encr;
  std::uint16_t key_bits;
  crypto::Encryption encryption;
};

/// All combinations, in an order that does not change.
const std::vector<Algorithm>& all_algorithms();

/// The combination that an ikev2_decryption_table names "AES-CBC-256 [RFC3602]" and "HMAC_SHA2_256_128 [RFC4868]"; what
/// stands in brackets does not matter. Nothing for one that we do not have.
std::optional<Algorithm> wireshark_algorithm(std::string_view encr, std::string_view integ);

}  // namespace latchkey::inspect
