#pragma once
// The arithmetic behind KeyExchange, a row for each method.

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

/// Our half as octets.
struct OwnHalf {
  base::Bytes private_value;
  base::Bytes public_value;
};

struct GroupRow {
  base::KeMethod method;
  std::size_t private_size;     ///< of a fresh private value, in octets
  std::uint8_t private_mask;    ///< bits of its first octet that may be set: a scalar of 521 bits has 66 octets
  bool private_may_be_shorter;  ///< an exponent, as opposed to a scalar of fixed size
  std::size_t public_size;      ///< on the wire, in octets

  /// The public value. Errors: malformed (not a private value of this group), internal.
  base::Result<base::Buffer> (*public_from)(base::Bytes private_value);
  /// g^ir with a public value of the right size. Errors: weak, internal.
  base::Result<base::SecretBytes> (*shared_from)(const OwnHalf& own, base::Bytes peer_public);
};

/// The row of a method; nullptr if we do not have it.
const GroupRow* group_of(base::KeMethod method);

base::Result<base::Buffer> x25519_public(base::Bytes private_value);
base::Result<base::SecretBytes> x25519_shared(const OwnHalf& own, base::Bytes peer_public);
base::Result<base::Buffer> x448_public(base::Bytes private_value);
base::Result<base::SecretBytes> x448_shared(const OwnHalf& own, base::Bytes peer_public);

base::Result<base::Buffer> ecp256_public(base::Bytes private_value);
base::Result<base::SecretBytes> ecp256_shared(const OwnHalf& own, base::Bytes peer_public);
base::Result<base::Buffer> ecp384_public(base::Bytes private_value);
base::Result<base::SecretBytes> ecp384_shared(const OwnHalf& own, base::Bytes peer_public);
base::Result<base::Buffer> ecp521_public(base::Bytes private_value);
base::Result<base::SecretBytes> ecp521_shared(const OwnHalf& own, base::Bytes peer_public);

base::Result<base::Buffer> modp2048_public(base::Bytes private_value);
base::Result<base::SecretBytes> modp2048_shared(const OwnHalf& own, base::Bytes peer_public);
base::Result<base::Buffer> modp3072_public(base::Bytes private_value);
base::Result<base::SecretBytes> modp3072_shared(const OwnHalf& own, base::Bytes peer_public);
base::Result<base::Buffer> modp4096_public(base::Bytes private_value);
base::Result<base::SecretBytes> modp4096_shared(const OwnHalf& own, base::Bytes peer_public);

}  // namespace latchkey::crypto
