#include "tests/sim/credentials.h"

#include <map>

#include "tests/sim/world.h"
#include "tests/support/dns_key.h"
#include "tests/support/pki.h"

namespace latchkey::sim {

namespace {

using api::ProofKind;
using support::Issued;

static_assert(kStoryDay == support::kToday);

base::SecretBytes secret_of(Side side) {
  return base::SecretBytes(base::as_bytes(side == Side::impostor ? "open barley" : "open sesame"));
}

// RFC 8032 has three of them.
crypto::PrivateKey key_of(Side side) { return ed25519_key(1 + static_cast<int>(side)); }

support::KeyPair certified_key(std::uint8_t number) { return support::ed25519_of(base::Buffer(32, number)); }

// Ed25519 throughout, so that every run has the same octets.
const Issued& authority(bool honest) {
  const auto make = [](std::uint8_t number) {
    return support::issue({.common_name = "root",
                           .extensions = {{"basicConstraints", "critical,CA:TRUE"},
                                          {"keyUsage", "critical,keyCertSign,cRLSign"},
                                          {"subjectKeyIdentifier", "hash"}},
                           .digest = nullptr},
                          certified_key(number), nullptr);
  };
  static const Issued roots[] = {make(1), make(2)};
  return roots[honest ? 0 : 1];
}

const Issued& certificate(Side side, std::string_view name) {
  static std::map<std::pair<Side, std::string>, Issued> known;
  const auto [found, fresh] = known.try_emplace({side, std::string(name)});
  if (fresh) {
    found->second = support::issue(
        {.extensions = {{"subjectAltName", "DNS:" + std::string(name)}, {"keyUsage", "critical,digitalSignature"}},
         .digest = nullptr},
        certified_key(static_cast<std::uint8_t>(3 + static_cast<int>(side))), &authority(side != Side::impostor));
  }
  return found->second;
}

}  // namespace

api::DnsKey server_key() { return dns_key_of(key_of(Side::server)); }

api::OwnProof own_proof(Side side, ProofKind kind, std::string_view name) {
  api::OwnProof own{.kind = kind, .id = fqdn(name)};
  switch (kind) {
    case ProofKind::anonymous: return {};
    case ProofKind::shared_secret: own.shared_secret = secret_of(side); break;
    case ProofKind::raw_key: own.private_key = *key_of(side).to_pem(); break;
    case ProofKind::certificate:
      own.private_key = base::SecretBytes(base::as_bytes(support::private_pem(certificate(side, name).key)));
      own.certificates = {certificate(side, name).der};
  }
  return own;
}

api::PeerProof demanded_proof(Side side, ProofKind kind, std::string_view name) {
  api::PeerProof peer{.name = std::string(api::to_string(kind)), .kind = kind, .id = fqdn(name)};
  switch (kind) {
    case ProofKind::anonymous: break;
    case ProofKind::shared_secret: peer.shared_secret = secret_of(side); break;
    case ProofKind::raw_key: peer.keys = {dns_key_of(key_of(side))}; break;
    case ProofKind::certificate: peer.authorities = {authority(true).der};
  }
  return peer;
}

api::Ppk ppk_of(Side side, bool required) {
  const std::string_view name = side == Side::server ? "ours" : "another";
  return {base::to_buffer(base::as_bytes(name)), base::SecretBytes(base::as_bytes("0123456789abcdef")), required};
}

}  // namespace latchkey::sim
