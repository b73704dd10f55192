#include "tests/sim/addresses.h"

#include <fmt/format.h>

#include <array>

namespace latchkey::sim {

namespace {

struct Prefixes {
  std::string_view ipv4, ipv6;
};
constexpr std::array<Prefixes, 7> kPrefixes{{{"198.51.100.", "2001:db8:1::"},
                                             {"192.0.2.", "2001:db8:2::"},
                                             {"192.168.1.", "fd00:1::"},
                                             {"203.0.113.", "2001:db8:3::"},
                                             {"198.18.0.", "2001:db8:4::"},
                                             {"100.64.0.", "fd64::"},
                                             {"100.64.1.", "fd64:1::"}}};

}  // namespace

base::Address address_in(Net net, bool ipv6, std::uint64_t n) {
  const Prefixes& prefixes = kPrefixes[static_cast<std::size_t>(net)];
  const std::uint64_t last = 1 + (n + 249) % 250;
  const std::string text = ipv6 ? fmt::format("{}{:x}", prefixes.ipv6, last) : fmt::format("{}{}", prefixes.ipv4, last);
  return *base::Address::parse(text);
}

}  // namespace latchkey::sim
