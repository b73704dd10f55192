#include "unbound-module/ipseckey.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "ike-engine/crypto/public_key.h"

namespace latchkey::unbound {
namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kMaxName = 255;  // RFC 1035 section 2.3.4
constexpr std::uint8_t kMaxLabel = 63;

/// An uncompressed name in wire form, its final zero octet included. The root is refused: it is no gateway.
base::Result<base::Buffer> read_name(base::Reader& in) {
  base::Writer name;
  for (;;) {
    const std::uint8_t length = in.u8();
    if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway name");
    // RFC 4025 section 2.5
    //= Compression MUST NOT be used.
    if (length > kMaxLabel) return fail(Errc::malformed, "IPSECKEY gateway name is compressed");
    name.u8(length);
    if (length == 0) break;
    name.bytes(in.bytes(length));
    if (name.size() >= kMaxName) return fail(Errc::malformed, "IPSECKEY gateway name is too long");
  }
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway name");
  if (name.size() == 1) return fail(Errc::malformed, "IPSECKEY gateway name is the root");
  return name.take();
}

base::Result<base::Buffer> read_gateway(GatewayType type, base::Reader& in) {
  switch (type) {
    case GatewayType::none: return base::Buffer{};
    case GatewayType::ipv4: return base::to_buffer(in.bytes(4));
    case GatewayType::ipv6: return base::to_buffer(in.bytes(16));
    case GatewayType::name: return read_name(in);
  }
  return fail(Errc::unsupported, "IPSECKEY gateway type");
}

base::Buffer to_wire(const IpseckeyRecord& record) {
  base::Writer out(3 + record.gateway.size() + record.key.size());
  out.u8(record.precedence);
  out.u8(static_cast<std::uint8_t>(record.gateway_type));
  out.u8(record.algorithm);
  out.bytes(record.gateway);
  out.bytes(record.key);
  return out.take();
}

/// Security rule 1: a forward-DNS key gives its owner no power over somebody else's address.
bool gateway_accepted(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  if (record.gateway_type == GatewayType::none) return true;
  // RFC 4025 section 4.1.2
  //= Thus, any records obtained under unverified conditions (e.g., no DNSSEC or trusted path to source)
  //= that have a non-null gateway field MUST be ignored.
  if (!secure || record.gateway_type == GatewayType::name) return false;
  return base::same(record.gateway, address.bytes());
}

}  // namespace

base::Result<IpseckeyRecord> parse_ipseckey(base::Bytes rdata) {
  base::Reader in(rdata);
  IpseckeyRecord record;
  record.precedence = in.u8();
  record.gateway_type = static_cast<GatewayType>(in.u8());
  record.algorithm = in.u8();
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY");
  auto gateway = read_gateway(record.gateway_type, in);
  if (!gateway) return std::unexpected(gateway.error());
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway");
  record.gateway = std::move(*gateway);
  record.key = base::to_buffer(in.rest());
  return record;
}

std::string to_text(const IpseckeyRecord& record) {
  const base::Buffer wire = to_wire(record);
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> rdf(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_IPSECKEY, wire.size(), wire.data()), &ldns_rdf_deep_free);
  if (rdf) {
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rdf2str(rdf.get()), &std::free);
    if (text) return text.get();
  }
  return "\\# " + std::to_string(wire.size()) + " " + base::to_hex(wire);  // RFC 3597 section 5
}

base::Result<api::DnsKey> usable(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  if (record.algorithm < 2) return fail(Errc::unsupported, "IPSECKEY without a key that IKEv2 can use");
  if (!gateway_accepted(record, address, secure)) return fail(Errc::mismatch, "IPSECKEY gateway refused");
  const auto key = crypto::PublicKey::from_ipseckey(record.algorithm, record.key);
  if (!key) return std::unexpected(key.error());
  return api::DnsKey{record.algorithm, record.key};
}

IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas) {
  IpseckeySet set;
  for (const base::Bytes rdata : rdatas) {
    auto record =
        set.records.size() < kMaxRecords ? parse_ipseckey(rdata) : fail(Errc::exhausted, "IPSECKEY set is too large");
    if (!record) {
      ++set.malformed;
      continue;
    }
    // RFC 4025 section 2.2
    //= Gateways listed in IPSECKEY records with lower precedence are to be attempted first.
    const auto behind = std::upper_bound(set.records.begin(), set.records.end(), record->precedence,
                                         [](auto value, const auto& other) { return value < other.precedence; });
    set.records.insert(behind, std::move(*record));
  }
  return set;
}

UsableKeys usable_keys(const IpseckeySet& set, const base::Address& address, bool secure) {
  UsableKeys result;
  result.skipped = set.malformed;
  for (const IpseckeyRecord& record : set.records) {
    auto key = usable(record, address, secure);
    if (!key)
      ++result.skipped;
    else if (std::find(result.keys.begin(), result.keys.end(), *key) == result.keys.end())
      result.keys.push_back(std::move(*key));
  }
  return result;
}

}  // namespace latchkey::unbound
