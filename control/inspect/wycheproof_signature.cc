// Signatures: ECDSA, EdDSA, RSA with PKCS #1 v1.5 and PSS.
#include <array>
#include <optional>

#include "control/inspect/wycheproof_group.h"
#include "ike-engine/crypto/schemes.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::inspect {
namespace {

using base::Buffer;
using base::Bytes;
using base::HashAlgorithm;
using crypto::Padding;
using crypto::PublicKey;
using crypto::SchemeFamily;

using Key = std::expected<base::Result<PublicKey>, std::string>;

/// RFC 3110 section 2. The file's modulus may have a zero in front.
Buffer rfc3110(Bytes modulus, Bytes exponent) {
  while (!modulus.empty() && modulus.front() == 0) modulus = modulus.subspan(1);
  return base::concat({std::array{static_cast<std::uint8_t>(exponent.size())}, exponent, modulus});
}

/// From the numbers: a file of PSS signatures marks its key's DER as being for PSS alone, which IKE knows nothing of.
Key rsa_key_of(const JsonObject& numbers) {
  const auto modulus = numbers.octets("modulus");
  if (!modulus) return std::unexpected(modulus.error());
  const auto exponent = numbers.octets("publicExponent");
  if (!exponent) return std::unexpected(exponent.error());
  if (exponent->size() > 255) return std::unexpected(numbers.path("publicExponent") + " is too long");
  return PublicKey::from_ipseckey(2, rfc3110(*modulus, *exponent));
}

Key key_of_der(const JsonObject& group) {
  const auto der = group.octets("publicKeyDer");
  if (!der) return std::unexpected(der.error());
  return PublicKey::from_spki(*der);
}

/// A group's key. A key that the engine refuses verifies nothing; but if it is RSA or of an unknown curve, the whole
/// file is of a kind that IKE refuses, and that is said.
std::expected<std::optional<PublicKey>, std::string> key_of(const WycheproofGroup& group, SchemeFamily family) {
  const auto numbers = JsonObject::of(group.fields["publicKey"], group.fields.path("publicKey"));
  const bool by_numbers = family == SchemeFamily::rsa && numbers && numbers->has("modulus");
  const Key key = by_numbers ? rsa_key_of(*numbers) : key_of_der(group.fields);
  if (!key) return std::unexpected(key.error());
  if (*key) return **key;
  const base::Error& why = key->error();
  if (family == SchemeFamily::rsa || why.code == base::Errc::unsupported) {
    return std::unexpected(group.fields.where() + ": " + std::string(why.text));
  }
  return std::nullopt;
}

std::expected<HashAlgorithm, std::string> hash_of(const WycheproofGroup& group) {
  const auto name = group.fields.text("sha");
  if (!name) return std::unexpected(name.error());
  if (*name == "SHA-256") return HashAlgorithm::sha2_256;
  if (*name == "SHA-384") return HashAlgorithm::sha2_384;
  if (*name == "SHA-512") return HashAlgorithm::sha2_512;
  return std::unexpected(group.fields.path("sha") + " is a hash that IKE does not sign with");
}

/// What a test says.
struct SignatureVector {
  std::optional<PublicKey> key;  ///< nothing for one that is refused
  Buffer text;
  Buffer signature;
};

std::expected<SignatureVector, std::string> read_signature(const WycheproofGroup& group, const JsonObject& test,
                                                           SchemeFamily family) {
  auto key = key_of(group, family);
  if (!key) return std::unexpected(key.error());
  auto text = test.octets("msg");
  if (!text) return std::unexpected(text.error());
  auto signature = test.octets("sig");
  if (!signature) return std::unexpected(signature.error());
  return SignatureVector{std::move(*key), std::move(*text), std::move(*signature)};
}

/// By AUTH method 14.
Ruled rule(const WycheproofGroup& group, const JsonObject& test, SchemeFamily family, Padding padding,
           HashAlgorithm hash) {
  const auto vector = read_signature(group, test, family);
  if (!vector) return std::unexpected(vector.error());
  if (!vector->key) return Ruling{};
  const Buffer identifier = crypto::algorithm_identifier(family, padding, hash);
  const auto verified = crypto::verify_digital_signature(*vector->key, identifier, vector->signature, vector->text);
  return Ruling{verified.has_value()};
}

Ruled rule_hashed(const WycheproofGroup& group, const JsonObject& test, SchemeFamily family, Padding padding) {
  const auto hash = hash_of(group);
  if (!hash) return std::unexpected(hash.error());
  return rule(group, test, family, padding, *hash);
}

std::size_t size_of(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::sha2_384: return 48;
    case HashAlgorithm::sha2_512: return 64;
    default: return 32;
  }
}

/// RFC 7427 appendix A.4's way: MGF1 with the same hash, a salt of the hash's size.
std::expected<void, std::string> check_pss(const WycheproofGroup& group) {
  const auto hash = hash_of(group);
  if (!hash) return std::unexpected(hash.error());
  const auto salt = group.fields.number("sLen", 65535);
  if (!salt) return std::unexpected(salt.error());
  if (group.fields["mgfSha"] != group.fields["sha"] || *salt != size_of(*hash)) {
    return std::unexpected(group.fields.where() + " has PSS parameters that IKE does not use");
  }
  return {};
}

/// RFC 4754 section 3: the method names curve and hash at once.
std::optional<base::AuthMethod> method_of(crypto::KeyType type, HashAlgorithm hash) {
  using crypto::KeyType;
  if (type == KeyType::ecdsa_p256 && hash == HashAlgorithm::sha2_256) return base::AuthMethod::ecdsa_256;
  if (type == KeyType::ecdsa_p384 && hash == HashAlgorithm::sha2_384) return base::AuthMethod::ecdsa_384;
  if (type == KeyType::ecdsa_p521 && hash == HashAlgorithm::sha2_512) return base::AuthMethod::ecdsa_521;
  return std::nullopt;
}

}  // namespace

Ruled rule_on_ecdsa(const WycheproofGroup& group, const JsonObject& test) {
  return rule_hashed(group, test, SchemeFamily::ecdsa, Padding::none);
}

// r and s side by side, as methods 9, 10 and 11 have them.
Ruled rule_on_ecdsa_p1363(const WycheproofGroup& group, const JsonObject& test) {
  const auto hash = hash_of(group);
  if (!hash) return std::unexpected(hash.error());
  const auto vector = read_signature(group, test, SchemeFamily::ecdsa);
  if (!vector) return std::unexpected(vector.error());
  if (!vector->key) return Ruling{};
  const auto method = method_of(vector->key->type(), *hash);
  if (!method) return std::unexpected(group.fields.where() + " has a curve and a hash that IKE does not use together");
  return Ruling{crypto::verify_ecdsa_auth(*vector->key, *method, vector->signature, vector->text).has_value()};
}

Ruled rule_on_eddsa(const WycheproofGroup& group, const JsonObject& test) {
  return rule(group, test, SchemeFamily::ed25519, Padding::none, HashAlgorithm::identity);
}

Ruled rule_on_rsa_pkcs1(const WycheproofGroup& group, const JsonObject& test) {
  return rule_hashed(group, test, SchemeFamily::rsa, Padding::pkcs1);
}

Ruled rule_on_rsa_pss(const WycheproofGroup& group, const JsonObject& test) {
  if (auto usual = check_pss(group); !usual) return std::unexpected(usual.error());
  return rule_hashed(group, test, SchemeFamily::rsa, Padding::pss);
}

}  // namespace latchkey::inspect
