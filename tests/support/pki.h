#pragma once
// Keys and certificates as OpenSSL makes them, weak and wrong ones included.

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::support {

using KeyPair = std::shared_ptr<EVP_PKEY>;

/// A new key: "ed25519", "ed448", "x25519", "rsa:BITS", or the name of a curve ("P-256"). A failure ends the test
/// program.
KeyPair make_key(std::string_view kind);
/// The Ed25519 key of these 32 octets: always the same.
KeyPair ed25519_of(base::Bytes seed);
/// An RSA key of any numbers, which need not make sense; private with `d`.
KeyPair rsa_of_numbers(base::Bytes modulus, std::uint64_t exponent, base::Bytes d = {});
/// An EC key with the private half of one and the public half of the other, both on P-256.
KeyPair mixed_up(const KeyPair& private_half, const KeyPair& public_half);

/// PKCS#8, encrypted if a password is given.
std::string private_pem(const KeyPair& key, const char* password = nullptr);
std::string public_pem(const KeyPair& key);
base::Buffer spki(const KeyPair& key);
/// The same for a curve that is spelled out instead of named.
base::Buffer spki_with_explicit_curve(const KeyPair& key);

/// 2026-01-01, the tests' today, in seconds since 1970.
inline constexpr std::int64_t kToday = 1767225600;
inline constexpr std::int64_t kDay = 86400;

struct CertificateSpec {
  std::string common_name = "leaf";
  /// Name and value as in openssl.cnf: {"subjectAltName", "DNS:a.example"}.
  std::vector<std::pair<std::string, std::string>> extensions = {};
  std::int64_t not_before = kToday - kDay;
  std::int64_t not_after = kToday + kDay;
  const char* digest = "SHA256";  ///< nullptr for Ed25519
};

/// A certificate and the key that it is about.
struct Issued {
  KeyPair key;
  base::Buffer der;

  crypto::Certificate certificate() const { return crypto::Certificate::from_der(der).value(); }
  std::string pem() const;
  base::Buffer subject() const;  ///< the distinguished name in DER
};

/// A certificate for `key`, signed by `issuer`, or by itself.
Issued issue(const CertificateSpec& spec, const KeyPair& key, const Issued* issuer);

/// A CA under `issuer` (nullptr: a root) with a key on P-256.
Issued make_ca(std::string_view name, const Issued* issuer = nullptr,
               std::vector<std::pair<std::string, std::string>> more = {});
/// A leaf with these subjectAltNames ("DNS:a.example,IP:192.0.2.1") and a key on P-256.
Issued make_leaf(const Issued& issuer, std::string_view names);

}  // namespace latchkey::support
