#include "unbound-module/reverse_name.h"

#include <ranges>
#include <string>
#include <string_view>

namespace latchkey::unbound {
namespace {

void add_label(base::Writer& name, std::string_view label) {
  name.u8(static_cast<std::uint8_t>(label.size()));
  name.bytes({reinterpret_cast<const std::uint8_t*>(label.data()), label.size()});
}

}  // namespace

base::Buffer reverse_name(const base::Address& address) {
  constexpr std::string_view kNibbles = "0123456789abcdef";
  const bool ipv4 = address.family() == base::Family::ipv4;
  base::Writer name;
  for (const std::uint8_t octet : address.bytes() | std::views::reverse) {
    if (ipv4) {
      add_label(name, std::to_string(octet));
    } else {
      add_label(name, kNibbles.substr(octet & 15U, 1));
      add_label(name, kNibbles.substr(octet >> 4U, 1));
    }
  }
  add_label(name, ipv4 ? "in-addr" : "ip6");
  add_label(name, "arpa");
  name.u8(0);
  return name.take();
}

}  // namespace latchkey::unbound
