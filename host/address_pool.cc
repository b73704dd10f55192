#include "host/address_pool.h"

#include <fmt/format.h>

#include "host/cidr.h"
#include "host/log.h"

namespace latchkey::host {
namespace {

using base::Address;

std::unexpected<std::string> expected(std::string_view what, std::string_view text) {
  return std::unexpected(fmt::format("expected {}, found {}", what, escape(text)));
}

/// The last address of a network.
Address last_of(const Cidr& cidr) {
  base::Buffer octets = base::to_buffer(cidr.network.bytes());
  for (unsigned bit = cidr.prefix; bit < cidr.network.host_prefix(); ++bit) {
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] | (0x80U >> (bit % 8)));
  }
  return *Address::from_bytes(octets);
}

/// `address` with another last bit: the neighbour inside a network of at least two addresses.
Address neighbour(const Address& address) {
  base::Buffer octets = base::to_buffer(address.bytes());
  octets.back() = static_cast<std::uint8_t>(octets.back() ^ 1U);
  return *Address::from_bytes(octets);
}

api::AddressPool hosts_of(const Cidr& cidr) {
  const Address first = cidr.network, last = last_of(cidr);
  if (cidr.network.host_prefix() - cidr.prefix < 2) return {first, last};
  return {neighbour(first), first.is_v4() ? neighbour(last) : last};
}

}  // namespace

std::expected<api::AddressPool, std::string> parse_pool(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const auto cidr = Cidr::parse(text);
    if (!cidr) return expected("FIRST-LAST or a network such as 100.64.0.0/16", text);
    return hosts_of(*cidr);
  }
  const auto first = Address::parse(text.substr(0, dash)), last = Address::parse(text.substr(dash + 1));
  if (!first || !last || first->family() != last->family()) return expected("two addresses of one family", text);
  if (*last < *first) return expected("the lower address first", text);
  return api::AddressPool{*first, *last};
}

}  // namespace latchkey::host
