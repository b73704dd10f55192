#pragma once
// A server's key pair and the IPSECKEY record that publishes it.

#include <expected>
#include <optional>
#include <string>

#include "ike-engine/crypto/signature.h"

namespace latchkey::control {

struct KeygenOptions {
  std::string type = "ed25519";          ///< ed25519, ecdsa, rsa
  std::optional<unsigned> bits = {};     ///< rsa: 2048 to 4096, default 3072; ecdsa: 256 (default) or 384
  std::string out = "latchkey-key.pem";  ///< where the private key goes
  std::string from = {};                 ///< a private key that is there already, instead of a new one
  std::string name = "@";                ///< the record's owner
};

/// A new key. The error is a sentence about type or bits.
std::expected<crypto::PrivateKey, std::string> new_key(const KeygenOptions& options);

/// The key in a file. The error is a sentence that begins with the path.
std::expected<crypto::PrivateKey, std::string> key_of_file(const std::string& path);

/// Two lines for a zone file that say the same: the record in its own form and in RFC 3597's. `name` is "@" or a domain
/// name, to which a final dot is added if it has none. Precedence 10, no gateway. The error is a sentence.
std::expected<std::string, std::string> record_lines(const std::string& name, const crypto::PublicKey& key);

}  // namespace latchkey::control
