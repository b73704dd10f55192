#pragma once
// SAs and policies as values, before they become netlink messages.

#include <chrono>
#include <cstdint>
#include <optional>

#include "ike-engine/api/types.h"

namespace latchkey::xfrm {

/// Which way a policy looks; the numbers are the kernel's.
enum class Direction : std::uint8_t { in = 0, out = 1, fwd = 2 };

enum class Action : std::uint8_t { allow = 0, block = 1 };

/// The packets that a policy is about. Both addresses are of one family.
struct Selector {
  base::Address source;
  std::uint8_t source_prefix = 0;
  base::Address destination;
  std::uint8_t destination_prefix = 0;
  std::uint8_t protocol = 0;                 ///< 0: any
  std::optional<std::uint16_t> source_port;  ///< of ICMP: the type
  std::optional<std::uint16_t> destination_port;

  friend auto operator<=>(const Selector&, const Selector&) = default;
};

/// What names a policy in the kernel: there is one at most for each.
struct PolicyKey {
  Direction direction{};
  Selector selector;

  friend auto operator<=>(const PolicyKey&, const PolicyKey&) = default;
};

/// The ESP that a policy demands. In transport mode the outer addresses are not used.
struct Template {
  api::Mode mode{};
  base::ReqId reqid;
  base::Address source;
  base::Address destination;
  base::Spi spi = {};  ///< of the one SA that does; 0: any with that reqid

  friend bool operator==(const Template&, const Template&) = default;
};

struct Policy {
  PolicyKey key;
  std::uint32_t priority = 0;  ///< the lowest number wins
  Action action = Action::allow;
  std::optional<Template> esp;
  std::chrono::seconds expiry{0};  ///< hard, from now; 0: none

  friend bool operator==(const Policy&, const Policy&) = default;
};

/// Ports of the UDP datagrams around ESP, as in the packets of this SA.
struct UdpPorts {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;

  friend bool operator==(const UdpPorts&, const UdpPorts&) = default;
};

/// What names an SA in the kernel.
struct SaName {
  base::Address destination;
  base::Spi spi;

  friend auto operator<=>(const SaName&, const SaName&) = default;
};

/// One direction's SA. `key` is a view of its share of KEYMAT: key, salt, and the integrity key if there is one.
struct Sa {
  api::Mode mode{};
  api::EspSuite suite;
  base::Address source;
  base::Address destination;
  base::Spi spi;
  base::ReqId reqid;
  base::Bytes key;
  std::optional<UdpPorts> encapsulation;
  std::chrono::seconds expiry{0};  ///< hard, from now; 0: none
  std::uint16_t replay_window = 128;
  api::SoftLimits soft = {};  ///< where the kernel is to say so
  bool other_family = false;  ///< carries packets of the family that its own addresses are not of
};

}  // namespace latchkey::xfrm
