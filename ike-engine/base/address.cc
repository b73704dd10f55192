#include "ike-engine/base/address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace latchkey::base {

std::optional<Address> Address::from_bytes(Bytes octets) {
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  Address address;
  address.family_ = octets.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::ranges::copy(octets, address.octets_.begin());
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.find(char{0}) != std::string_view::npos) return std::nullopt;  // inet_pton would stop there
  const std::string terminated(text);
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) return from_bytes(Bytes(octets).first(4));
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return from_bytes(octets);
  return std::nullopt;
}

Address Address::any(Family family) {
  Address address;
  address.family_ = family;
  return address;
}

bool Address::in(const Address& network, unsigned prefix) const {
  if (family_ != network.family_ || prefix > host_prefix()) return false;
  const std::size_t whole = prefix / 8;
  if (!std::equal(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(whole), network.octets_.begin())) {
    return false;
  }
  const unsigned bits = prefix % 8;
  if (bits == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits));
  return (octets_[whole] & mask) == (network.octets_[whole] & mask);
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, octets_.data(), text.data(), text.size());
  return text.data();
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

}  // namespace latchkey::base

std::size_t std::hash<latchkey::base::Address>::operator()(const latchkey::base::Address& address) const noexcept {
  const auto octets = address.bytes();
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(octets.data()), octets.size()});
}
