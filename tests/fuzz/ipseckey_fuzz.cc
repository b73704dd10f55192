// The rdata of IPSECKEY, in wire form and as text: what a zone's owner may write. Security rules 1 and 7 are the
// oracle.

#include <cstdlib>

#include "unbound-module/ipseckey.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::unbound {
namespace {

void check(bool truth) {
  if (!truth) std::abort();
}

bool has_its_gateways_size(const IpseckeyRecord& record) {
  switch (record.gateway_type) {
    case GatewayType::none: return record.gateway.empty();
    case GatewayType::ipv4: return record.gateway.size() == 4;
    case GatewayType::ipv6: return record.gateway.size() == 16;
    case GatewayType::name: return record.gateway.size() >= 2 && record.gateway.size() <= 255;
  }
  return false;
}

void check_rule_1(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  const base::Buffer rdata = to_wire(record);
  const auto ways = routes_to(address, parse_set({rdata}), secure).ways;
  if (ways.empty()) return;
  check(ways.size() == 1 && ways[0].keys.size() == 1);
  const api::DnsKey& key = ways[0].keys[0];
  check(key.algorithm == record.algorithm && key.algorithm >= 2 && key.key == record.key);
  if (record.gateway_type == GatewayType::none) return;
  check(secure && record.gateway_type != GatewayType::name && base::same(record.gateway, address.bytes()));
}

// The text is read back as the same record, except where it has no form: no key behind an algorithm, or a key without.
void check_text(const IpseckeyRecord& record) {
  const auto again = parse_ipseckey_text(to_text(record));
  check((record.algorithm == 0) != record.key.empty() || (again && *again == record));
}

// The same record with a key that is good (RFC 8032 section 7.1, TEST 1), so that its gateway alone decides.
IpseckeyRecord with_good_key(IpseckeyRecord record) {
  record.algorithm = 4;
  record.key = *base::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  return record;
}

// Any text: what is read as a record is a record.
void fuzz_text(std::string_view text) {
  const auto record = parse_ipseckey_text(text);
  if (record) check(parse_ipseckey(to_wire(*record)) == *record);
}

void fuzz(base::Bytes rdata) {
  fuzz_text({reinterpret_cast<const char*>(rdata.data()), rdata.size()});
  const base::Address addresses[] = {*base::Address::parse("192.0.2.1"), *base::Address::parse("2001:db8::1")};
  const auto record = parse_ipseckey(rdata);
  if (record) {
    check(base::same(to_wire(*record), rdata) && has_its_gateways_size(*record));
    check_text(*record);
    for (const auto& address : addresses) {
      for (const bool secure : {true, false}) {
        check_rule_1(*record, address, secure);
        check_rule_1(with_good_key(*record), address, secure);
      }
    }
  }
  const IpseckeySet set = parse_set({rdata, rdata});
  check(set.records.size() + set.refused + set.malformed == 2 && set.malformed == (record ? 0U : 2U));
  const auto routes = routes_to(addresses[0], set, true);
  check(routes.ways.size() <= 1 && (routes.ways.empty() || routes.ways[0].keys.size() == 1));
}

}  // namespace
}  // namespace latchkey::unbound

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const latchkey::base::Buffer rdata(data, data + size);
  latchkey::unbound::fuzz(rdata);
  return 0;
}
