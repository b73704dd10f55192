#include "unbound-module/address_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace latchkey::unbound {
namespace {

struct Row {
  std::string_view network;
  std::string_view why;
};

constexpr std::array kSpecial{
    Row{"0.0.0.0/8", "this network"},
    Row{"10.0.0.0/8", "private"},
    Row{"100.64.0.0/10", "shared"},
    Row{"127.0.0.0/8", "loopback"},
    Row{"169.254.0.0/16", "link-local"},
    Row{"172.16.0.0/12", "private"},
    Row{"192.0.0.0/24", "protocol assignments"},
    Row{"192.0.2.0/24", "documentation"},
    Row{"192.31.196.0/24", "AS112"},
    Row{"192.52.193.0/24", "AMT"},
    Row{"192.88.99.0/24", "6to4 relay"},
    Row{"192.168.0.0/16", "private"},
    Row{"192.175.48.0/24", "AS112"},
    Row{"198.18.0.0/15", "benchmarking"},
    Row{"198.51.100.0/24", "documentation"},
    Row{"203.0.113.0/24", "documentation"},
    Row{"224.0.0.0/4", "multicast"},
    Row{"240.0.0.0/4", "reserved or broadcast"},
    Row{"::1/128", "loopback"},
    Row{"::/96", "unspecified or IPv4-compatible"},
    Row{"::ffff:0.0.0.0/96", "IPv4-mapped"},
    Row{"64:ff9b:1::/48", "local NAT64"},
    Row{"100::/64", "discard-only"},
    Row{"100:0:0:1::/64", "dummy prefix"},
    Row{"2001::/23", "protocol assignments"},
    Row{"2001:db8::/32", "documentation"},
    Row{"2002::/16", "6to4"},
    Row{"2620:4f:8000::/48", "AS112"},
    Row{"3fff::/20", "documentation"},
    Row{"5f00::/16", "segment routing"},
    Row{"fc00::/7", "private"},
    Row{"fe80::/10", "link-local"},
    Row{"fec0::/10", "site-local"},
    Row{"ff00::/8", "multicast"},
};

struct Special {
  host::Cidr network;
  std::string_view why;
};

const std::vector<Special>& specials() {
  static const std::vector<Special> rows = [] {
    std::vector<Special> parsed;
    for (const Row& row : kSpecial) parsed.push_back({host::Cidr::parse(row.network).value(), row.why});
    return parsed;
  }();
  return rows;
}

/// RFC 6052 section 2.2: the last 32 bits behind the well-known prefix are an IPv4 address.
std::optional<base::Address> behind_nat64(const base::Address& address) {
  static const host::Cidr well_known = host::Cidr::parse("64:ff9b::/96").value();
  if (!well_known.contains(address)) return std::nullopt;
  return base::Address::from_bytes(address.bytes().subspan(12));
}

}  // namespace

std::string_view special_purpose(const base::Address& address) {
  if (const auto embedded = behind_nat64(address)) return special_purpose(*embedded);
  const auto row = std::ranges::find_if(specials(), [&](const Special& s) { return s.network.contains(address); });
  return row == specials().end() ? std::string_view{} : row->why;
}

std::string_view forbidden(const base::Address& address, std::span<const host::Cidr> allowed,
                           const std::function<bool(const base::Address&)>& is_own) {
  if (host::any_contains(allowed, address)) return {};
  if (is_own(address)) return "our own address";
  if (const auto embedded = behind_nat64(address)) return forbidden(*embedded, allowed, is_own);
  return special_purpose(address);
}

}  // namespace latchkey::unbound
