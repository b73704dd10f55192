#include "host/cidr.h"

#include <algorithm>
#include <charconv>

namespace latchkey::host {
namespace {

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error != std::errc{} || end != text.data() + text.size() || prefix > most) return std::nullopt;
  return prefix;
}

bool host_bits_are_zero(const base::Address& address, unsigned prefix) {
  const base::Bytes octets = address.bytes();
  for (unsigned bit = prefix; bit < address.host_prefix(); ++bit) {
    if (octets[bit / 8] & (0x80U >> (bit % 8))) return false;
  }
  return true;
}

}  // namespace

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = base::Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr{*address, address->host_prefix()};
  const auto prefix = parse_prefix(text.substr(slash + 1), address->host_prefix());
  if (!prefix || !host_bits_are_zero(*address, *prefix)) return std::nullopt;
  return Cidr{*address, *prefix};
}

std::string Cidr::to_string() const { return network.to_string() + "/" + std::to_string(prefix); }

bool any_contains(std::span<const Cidr> networks, const base::Address& address) {
  return std::ranges::any_of(networks, [&](const Cidr& cidr) { return cidr.contains(address); });
}

}  // namespace latchkey::host
