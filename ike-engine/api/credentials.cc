#include "ike-engine/api/credentials.h"

#include <fmt/format.h>

#include "ike-engine/base/address.h"

namespace latchkey::api {

namespace {

std::string escaped(base::Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    const bool plain = octet > 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
    text += plain ? std::string(1, static_cast<char>(octet)) : fmt::format("\\x{:02x}", octet);
  }
  return text;
}

}  // namespace

std::string Identity::to_string() const {
  using base::IdType;
  const auto address = base::Address::from_bytes(data);
  switch (type) {
    case IdType::null: return "nobody";
    case IdType::ipv4_addr:
    case IdType::ipv6_addr: return address ? address->to_string() : "ADDR " + base::to_hex(data);
    case IdType::fqdn: return "FQDN " + escaped(data);
    case IdType::rfc822_addr: return "RFC822_ADDR " + escaped(data);
    case IdType::der_asn1_dn: return "DER_ASN1_DN " + base::to_hex(data);
    case IdType::key_id: return "KEY_ID " + base::to_hex(data);
    default: return fmt::format("ID_{} {}", static_cast<unsigned>(type), base::to_hex(data));
  }
}

std::string_view to_string(ProofKind kind) {
  switch (kind) {
    case ProofKind::anonymous: return "anonymous";
    case ProofKind::raw_key: return "raw key";
    case ProofKind::shared_secret: return "shared secret";
    case ProofKind::certificate: return "certificate";
  }
  return "unknown";
}

OwnProof OwnProof::clone() const { return {kind, id, private_key.clone(), shared_secret.clone(), certificates}; }

PeerProof PeerProof::clone() const { return {name, kind, id, keys, shared_secret.clone(), authorities}; }

}  // namespace latchkey::api
