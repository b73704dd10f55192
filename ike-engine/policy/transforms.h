#pragma once
// Suites' parts as transforms, the way the wire has them. For this folder.

#include "ike-engine/wire/sa.h"

namespace latchkey::policy {

/// The cipher with the key length attribute that it takes (RFC 7296 section 3.3.5).
wire::Transform encr_transform(base::EncrId encr, std::uint16_t key_bits);
/// A transform without attributes.
wire::Transform transform(base::PrfId id);
wire::Transform transform(base::IntegId id);
wire::Transform transform(base::KeMethod id);
wire::Transform esn_transform(bool esn);
/// Of additional key exchange `index`, from 0 to 6 (RFC 9370).
wire::Transform additional_transform(std::size_t index, base::KeMethod id);
/// The key size that a cipher's transform means.
std::uint16_t key_bits_of(const wire::Transform& encr);

}  // namespace latchkey::policy
