#pragma once
// A raw key as its owner's IPSECKEY record shows it.

#include "ike-engine/api/credentials.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::support {

/// Not of a key on P-521, which has no such form.
inline api::DnsKey dns_key_of(const crypto::PrivateKey& key) {
  return {key.ipseckey_algorithm(), key.ipseckey_key().value()};
}

}  // namespace latchkey::support
