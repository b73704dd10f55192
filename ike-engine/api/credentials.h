#pragma once
// Who we are and whom we believe: values that a host fills in and the engine prepares once.

#include <optional>
#include <string>
#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/secret.h"

namespace latchkey::api {

/// A public key in the form of the IPSECKEY record: what may authenticate a peer.
struct DnsKey {
  std::uint8_t algorithm = 0;  ///< 2 RSA, 3 ECDSA, 4 EdDSA
  base::Buffer key;

  friend auto operator<=>(const DnsKey&, const DnsKey&) = default;
};

/// What stands in IDi or IDr (RFC 7296 section 3.5).
struct Identity {
  base::IdType type = base::IdType::null;
  base::Buffer data;

  /// "FQDN server.example", "IPV4_ADDR 192.0.2.1", "nobody" for ID_NULL; foreign octets are escaped.
  std::string to_string() const;
  friend auto operator<=>(const Identity&, const Identity&) = default;
};

/// How a side proves who it is.
enum class ProofKind : std::uint8_t {
  anonymous,      ///< AUTH_NULL (RFC 7619): it proves nothing but that it is still the same
  raw_key,        ///< a signature by a key that the other side knows beforehand, from DNS or configuration
  shared_secret,  ///< RFC 7296 section 2.15
  certificate,    ///< a signature by a key that a chain of X.509 certificates vouches for
};
/// "anonymous", "raw key", ...
std::string_view to_string(ProofKind kind);

/// How we prove who we are. Move-only: it holds keys.
struct OwnProof {
  ProofKind kind = ProofKind::anonymous;
  Identity id = {};                             ///< nobody for `anonymous`
  base::SecretBytes private_key = {};           ///< PEM, unencrypted: raw_key, certificate
  base::SecretBytes shared_secret = {};         ///< shared_secret
  std::vector<base::Buffer> certificates = {};  ///< DER, ours first, then intermediates: certificate

  OwnProof clone() const;
};

/// A postquantum preshared key (RFC 8784).
struct Ppk {
  base::Buffer id = {};
  base::SecretBytes secret = {};
  bool required = false;  ///< as initiator: rather no IKE SA than one without it

  Ppk clone() const { return {id, secret.clone(), required}; }
};

/// One way in which a peer may prove who it is. Several of them are tried in order.
struct PeerProof {
  std::string name = {};  ///< the operator's word for it, for logs
  ProofKind kind = ProofKind::anonymous;
  std::optional<Identity> id = {};             ///< what its ID payload must hold; nothing: anything
  std::vector<DnsKey> keys = {};               ///< raw_key: any of them
  base::SecretBytes shared_secret = {};        ///< shared_secret
  std::vector<base::Buffer> authorities = {};  ///< certificate: DER of the CAs that a chain must end at

  PeerProof clone() const;
};

}  // namespace latchkey::api
