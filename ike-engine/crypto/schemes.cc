#include "ike-engine/crypto/schemes.h"

#include <algorithm>
#include <array>
#include <vector>

namespace latchkey::crypto {

namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::fail;
using base::HashAlgorithm;

struct Named {
  Scheme scheme;
  Buffer identifier;
};

Buffer hex(std::string_view digits) { return *base::from_hex(digits); }

/// A DER element whose content is shorter than 128 octets.
Buffer element(std::uint8_t tag, std::initializer_list<Bytes> content) {
  Buffer body = base::concat(content);
  const std::array<std::uint8_t, 2> head{tag, static_cast<std::uint8_t>(body.size())};
  body.insert(body.begin(), head.begin(), head.end());
  return body;
}

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kInteger = 0x02;

struct ShaRow {
  HashAlgorithm hash;
  std::uint8_t salt;       ///< PSS salt length: the hash's size
  std::uint8_t hash_arc;   ///< last arc of id-sha256 and its kin
  std::uint8_t rsa_arc;    ///< last arc of sha256WithRSAEncryption and its kin
  std::uint8_t ecdsa_arc;  ///< last arc of ecdsa-with-SHA256 and its kin
  std::string_view pss, pkcs1, ecdsa;
};

// RFC 8247 section 3.2
//= | 2 | SHA2-256 | MUST |
constexpr std::array kSha{
    ShaRow{HashAlgorithm::sha2_256, 32, 1, 0x0b, 2, "RSA-PSS-SHA256", "RSA-PKCS1-SHA256", "ECDSA-SHA256"},
    ShaRow{HashAlgorithm::sha2_384, 48, 2, 0x0c, 3, "RSA-PSS-SHA384", "RSA-PKCS1-SHA384", "ECDSA-SHA384"},
    ShaRow{HashAlgorithm::sha2_512, 64, 3, 0x0d, 4, "RSA-PSS-SHA512", "RSA-PKCS1-SHA512", "ECDSA-SHA512"},
};

/// Which of PSS's optional parts are written out. RFC 4055 section 2.1 lets a hash carry NULL or nothing; the explicit
/// trailerField 1, which DER would leave out, stands in RFC 7427's own example.
struct PssForm {
  bool null_in_hash;
  bool null_in_mgf;
  bool trailer;
};

Buffer hash_identifier(const ShaRow& sha, bool null) {
  const Buffer oid = base::concat({hex("0609608648016503 0402"), std::array{sha.hash_arc}});
  return element(kSequence, {oid, null ? hex("0500") : Buffer{}});
}

// RFC 8247 section 3.2
//= RSASSA-PSS MUST be supported
// RFC 7427 appendix A.4: hash, MGF1 with the same hash, salt of the hash's size.
Buffer pss_identifier(const ShaRow& sha, PssForm form) {
  const Buffer hash = element(0xa0, {hash_identifier(sha, form.null_in_hash)});
  const Buffer mgf1 = element(kSequence, {hex("06092a864886f70d010108"), hash_identifier(sha, form.null_in_mgf)});
  const Buffer mgf = element(0xa1, {mgf1});
  const Buffer salt = element(0xa2, {element(kInteger, {std::array{sha.salt}})});
  const Buffer trailer = form.trailer ? hex("a303020101") : Buffer{};
  const Buffer parameters = element(kSequence, {hash, mgf, salt, trailer});
  return element(kSequence, {hex("06092a864886f70d01010a"), parameters});
}

/// RFC 7427 appendix A.1: the parameters are NULL.
Buffer pkcs1_identifier(std::uint8_t arc) {
  return element(kSequence, {hex("06092a864886f70d0101"), std::array{arc}, hex("0500")});
}

/// RFC 7427 appendix A.3: the parameters are absent.
Buffer ecdsa_identifier(std::uint8_t arc) { return element(kSequence, {hex("06082a8648ce3d0403"), std::array{arc}}); }

/// RFC 8420 appendix A: id-Ed25519, the parameters are absent.
Buffer ed25519_identifier() { return hex("300506032b6570"); }

void add_sha(std::vector<Named>& table, const ShaRow& sha) {
  // What peers send most comes first.
  for (const bool trailer : {false, true}) {
    for (const bool null_in_hash : {true, false}) {
      for (const bool null_in_mgf : {true, false}) {
        table.push_back({{SchemeFamily::rsa, Padding::pss, sha.hash, sha.pss},
                         pss_identifier(sha, {null_in_hash, null_in_mgf, trailer})});
      }
    }
  }
  table.push_back({{SchemeFamily::rsa, Padding::pkcs1, sha.hash, sha.pkcs1}, pkcs1_identifier(sha.rsa_arc)});
  table.push_back({{SchemeFamily::ecdsa, Padding::none, sha.hash, sha.ecdsa}, ecdsa_identifier(sha.ecdsa_arc)});
}

std::vector<Named> make_table() {
  std::vector<Named> table;
  for (const ShaRow& sha : kSha) add_sha(table, sha);
  table.push_back({{SchemeFamily::ed25519, Padding::none, HashAlgorithm::identity, "Ed25519"}, ed25519_identifier()});
  return table;
}

const std::vector<Named>& table() {
  static const std::vector<Named> schemes = make_table();
  return schemes;
}

constexpr Scheme ecdsa(HashAlgorithm hash, std::string_view name) {
  return {SchemeFamily::ecdsa, Padding::none, hash, name};
}

// RFC 4754 section 3
constexpr std::array kEcdsaMethods{
    EcdsaMethod{base::AuthMethod::ecdsa_256, KeyType::ecdsa_p256, ecdsa(HashAlgorithm::sha2_256, "ECDSA-SHA256")},
    EcdsaMethod{base::AuthMethod::ecdsa_384, KeyType::ecdsa_p384, ecdsa(HashAlgorithm::sha2_384, "ECDSA-SHA384")},
    EcdsaMethod{base::AuthMethod::ecdsa_521, KeyType::ecdsa_p521, ecdsa(HashAlgorithm::sha2_512, "ECDSA-SHA512")},
};

// RFC 8247 section 3.2
//= | 1 | SHA1 | MUST NOT |
/// RFC 7427 appendices A.1.1, A.2.1, A.3.1, A.4.1 and A.4.2: what is made with SHA-1.
bool is_sha1(Bytes identifier) {
  static const std::array kSha1{
      hex("300d06092a864886f70d0101050500"), hex("300906072a8648ce380403"), hex("300906072a8648ce3d0401"),
      hex("300d06092a864886f70d01010a3000"),
      hex("303e06092a864886f70d01010a3031a00b300906052b0e03021a0500a118301606092a864886f70d010108300906052b0e03021a0500"
          "a203020114a303020101")};
  return std::ranges::any_of(kSha1, [identifier](const Buffer& known) { return base::same(known, identifier); });
}

}  // namespace

base::Result<Scheme> scheme_of(Bytes algorithm_identifier) {
  for (const Named& named : table()) {
    if (base::same(named.identifier, algorithm_identifier)) return named.scheme;
  }
  if (is_sha1(algorithm_identifier)) return fail(Errc::weak, "signature with SHA-1");
  return fail(Errc::unsupported, "signature scheme");
}

Buffer algorithm_identifier(SchemeFamily family, Padding padding, HashAlgorithm hash) {
  for (const Named& named : table()) {
    const Scheme& scheme = named.scheme;
    if (scheme.family == family && scheme.padding == padding && scheme.hash == hash) return named.identifier;
  }
  return {};
}

const EcdsaMethod* ecdsa_method(base::AuthMethod method) {
  const auto* const row = std::ranges::find(kEcdsaMethods, method, &EcdsaMethod::method);
  return row == kEcdsaMethods.end() ? nullptr : row;
}

const EcdsaMethod* ecdsa_method_of(KeyType type) {
  const auto* const row = std::ranges::find(kEcdsaMethods, type, &EcdsaMethod::curve);
  return row == kEcdsaMethods.end() ? nullptr : row;
}

SchemeFamily family_of(KeyType type) {
  switch (type) {
    case KeyType::rsa: return SchemeFamily::rsa;
    case KeyType::ed25519: return SchemeFamily::ed25519;
    default: return SchemeFamily::ecdsa;
  }
}

}  // namespace latchkey::crypto
