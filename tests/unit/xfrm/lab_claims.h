#pragma once
// What the parts of xfrm_lab have in common: claims, tunnels of every shape, and both ends of one.

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/xfrm/lab_hosts.h"

namespace latchkey::xfrm_lab {

inline constexpr std::uint16_t kPort = 7777;
inline constexpr int kCount = 5;

/// What the claims that follow are about.
void begin_case(const std::string& name);
/// Prints a line; ends the process if the claim does not hold.
void claim(bool holds, const std::string& what);
/// The same, with both values.
void claim_equal(const std::string& what, auto is, auto should) {
  const bool equal = std::cmp_equal(is, should);
  claim(equal, equal ? what : fmt::format("{} (is {}, should be {})", what, is, should));
}

base::TimePoint now();

struct Shape {
  std::string name;
  base::Family family = base::Family::ipv4;
  api::Mode mode = api::Mode::tunnel;
  bool encapsulated = true;
  api::EspSuite suite = {};
};

using Tunnel = std::unique_ptr<api::KernelTunnel>;

struct Ends {
  Tunnel client, server;
};

/// One end of a child of that shape, as `own` sees it. Each direction's key is made of its SPI.
api::ChildSa child_of(const Shape& shape, const Host& own, const Host& peer, base::Spi in, base::Spi out);
/// An SPI of `own` for packets from `peer`.
std::unique_ptr<api::ReservedSpi> set_aside(const Shape& shape, const Host& own, const Host& peer);
/// Claims that the kernel takes it.
Tunnel install(const Host& own, std::unique_ptr<api::ReservedSpi> reserved, const api::ChildSa& child);
/// Both ends, the client's first.
Ends connect(const Shape& shape, const Host& client, const Host& server);

}  // namespace latchkey::xfrm_lab
