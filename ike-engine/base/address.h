#pragma once
// IP addresses and endpoints as values.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::base {

enum class Family : std::uint8_t { ipv4 = 4, ipv6 = 6 };

/// An IPv4 or IPv6 address in network order.
class Address {
 public:
  /// 0.0.0.0.
  Address() = default;
  /// From 4 or 16 octets in network order; nothing for another count.
  static std::optional<Address> from_bytes(Bytes octets);
  /// From its text form ("192.0.2.1", "2001:db8::1"); nothing if it is not one.
  static std::optional<Address> parse(std::string_view text);
  /// 0.0.0.0 or ::.
  static Address any(Family family);

  Family family() const { return family_; }
  bool is_v4() const { return family_ == Family::ipv4; }
  Bytes bytes() const { return Bytes(octets_).first(is_v4() ? 4 : 16); }
  /// 32 or 128.
  std::uint8_t host_prefix() const { return is_v4() ? 32 : 128; }
  /// Whether the first `prefix` bits are those of `network`; false across families.
  bool in(const Address& network, unsigned prefix) const;
  std::string to_string() const;

  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  Family family_ = Family::ipv4;
  std::array<std::uint8_t, 16> octets_{};
};

/// An address and a UDP port in host order.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  /// "192.0.2.1:500", "[2001:db8::1]:4500".
  std::string to_string() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace latchkey::base

template <>
struct std::hash<latchkey::base::Address> {
  std::size_t operator()(const latchkey::base::Address& address) const noexcept;
};
