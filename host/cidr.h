#pragma once
// A network: address and prefix length.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ike-engine/base/address.h"

namespace latchkey::host {

struct Cidr {
  base::Address network;
  unsigned prefix = 0;

  /// "10.0.0.0/8", "2001:db8::/32"; an address alone is its own network. Nothing if it is neither, if the
  /// prefix is too long or if bits behind the prefix are set (a slip that would otherwise match more than was
  /// meant).
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const base::Address& address) const { return address.in(network, prefix); }
  std::string to_string() const;

  friend bool operator==(const Cidr&, const Cidr&) = default;
};

/// Whether any of the networks contains the address.
bool any_contains(std::span<const Cidr> networks, const base::Address& address);

}  // namespace latchkey::host
