#pragma once
// X.509 certificates as credentials (RFC 5280, RFC 4945, RFC 7296 section 3.6). OpenSSL judges them; what it is asked
// to judge by stands here. There is no network below this: no CRL, no OCSP, no fetching of issuers.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::crypto {

/// Octets of one certificate, and certificates of one file, at most.
inline constexpr std::size_t kMaxCertificate = std::size_t{16} << 10;
inline constexpr std::size_t kMaxCertificates = 1024;
/// CA certificates between a leaf and the configured CA, at most, and certificates that a peer may send with its own.
inline constexpr std::size_t kMaxIntermediates = 8;

/// A certificate that could be read, and nothing more: nobody has vouched for it yet. Cheap to copy (shared,
/// immutable).
class Certificate {
 public:
  /// One certificate in DER, alone. Errors: malformed.
  static base::Result<Certificate> from_der(base::Bytes der);
  /// All certificates of a PEM text, in order; other blocks are skipped. Errors: not_found (none), malformed,
  /// exhausted.
  static base::Result<std::vector<Certificate>> from_pem(std::string_view pem);

  base::Bytes der() const;
  /// The key that it is about, through security rule 7. Errors: as PublicKey::from_spki.
  base::Result<PublicKey> public_key() const;
  /// SHA-1 of its SubjectPublicKeyInfo: what CERTREQ calls a CA by (RFC 7296 section 3.7).
  std::array<std::uint8_t, 20> subject_key_hash() const;
  /// Whether it says that it is a CA (basic constraints, and key usage if it has one).
  bool is_ca() const;
  /// Its subject as RFC 2253 writes it, of printable ASCII alone: for logs.
  std::string subject() const;
  /// Its subject in DER, as an ID payload of type ID_DER_ASN1_DN holds it. Errors: internal.
  base::Result<base::Buffer> subject_der() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Certificate(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

/// The CAs that an operator trusts. Each ends a chain, self-signed or not. Cheap to copy (shared, immutable).
class TrustStore {
 public:
  /// Errors: not_found (no certificate at all), mismatch (one is no CA's), weak or unsupported (one's key), internal.
  static base::Result<TrustStore> of(std::span<const Certificate> authorities);

  std::size_t size() const;
  /// The CAs' subject_key_hash() side by side, for CERTREQ.
  base::Bytes authority_hashes() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TrustStore(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

/// What stands in an ID payload.
struct Identity {
  base::IdType type{};
  base::Bytes data;
};

/// Whether the certificate is for `identity`: FQDN, RFC822 and addresses by a subjectAltName that is exactly that (the
/// case of a domain does not matter; no wildcards, no common name), DER_ASN1_DN by the subject. Vouches for nothing.
/// Errors: mismatch, unsupported (an identity of another type), malformed (an identity that is none).
base::Result<void> check_identity(const Certificate& leaf, const Identity& identity);

/// The leaf's key, if the leaf is for `identity` and a chain of valid certificates reaches from a CA of the store to
/// it: valid at `now` (seconds since 1970), CA certificates where CAs must stand, keys that security rule 7 takes,
/// signatures of 112 bits (no SHA-1, no MD5), name constraints kept, and the leaf's usages fit: digitalSignature or
/// nonRepudiation if it has a key usage, one of IKE, TLS server, TLS client or any if it has an extended one. Of
/// `intermediates`, in any order, kMaxIntermediates are looked at. Revocation is not checked. Errors, each with a text
/// for a person: exhausted (too many intermediates, chain too long), not_found (no CA of ours), bad_signature, weak,
/// mismatch (the rest), malformed, unsupported.
base::Result<PublicKey> verify_chain(const TrustStore& store, const Certificate& leaf,
                                     std::span<const Certificate> intermediates, std::int64_t now,
                                     const Identity& identity);

}  // namespace latchkey::crypto
