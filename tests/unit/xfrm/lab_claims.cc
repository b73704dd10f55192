#include "tests/unit/xfrm/lab_claims.h"

#include <cstdio>
#include <cstdlib>

#include "xfrm/algorithms.h"

namespace latchkey::xfrm_lab {
namespace {

std::string g_case = "start";

base::SecretBytes key_for(const Shape& shape, base::Spi spi) {
  const std::size_t size = xfrm::algorithms_of(shape.suite)->key();
  return base::SecretBytes(base::Buffer(size, static_cast<std::uint8_t>(spi.value)));
}

}  // namespace

void begin_case(const std::string& name) { g_case = name; }

void claim(bool holds, const std::string& what) {
  fmt::print("{} {}: {}\n", holds ? "ok" : "not ok", g_case, what);
  std::fflush(stdout);
  if (!holds) std::exit(1);
}

base::TimePoint now() { return std::chrono::time_point_cast<base::Duration>(std::chrono::steady_clock::now()); }

api::ChildSa child_of(const Shape& shape, const Host& own, const Host& peer, base::Spi in, base::Spi out) {
  api::ChildSa child;
  child.mode = shape.mode;
  child.suite = shape.suite;
  child.local = own.address(shape.family);
  child.remote = peer.address(shape.family);
  child.encapsulated = shape.encapsulated;
  child.local_port = child.remote_port = 4500;
  child.spi_in = in;
  child.spi_out = out;
  child.key_in = key_for(shape, in);
  child.key_out = key_for(shape, out);
  return child;
}

std::unique_ptr<api::ReservedSpi> set_aside(const Shape& shape, const Host& own, const Host& peer) {
  auto spi = own.kernel->allocate_spi(own.address(shape.family), peer.address(shape.family));
  claim(spi.has_value(), "an SPI is set aside " + own.kernel->last_error());
  return std::move(*spi);
}

Tunnel install(const Host& own, std::unique_ptr<api::ReservedSpi> reserved, const api::ChildSa& child) {
  auto tunnel = own.kernel->install(std::move(reserved), child);
  claim(tunnel.has_value(), "a child is installed " + own.kernel->last_error());
  return std::move(*tunnel);
}

Ends connect(const Shape& shape, const Host& client, const Host& server) {
  auto client_spi = set_aside(shape, client, server), server_spi = set_aside(shape, server, client);
  const base::Spi here = client_spi->spi(), there = server_spi->spi();
  Ends out;
  out.client = install(client, std::move(client_spi), child_of(shape, client, server, here, there));
  out.server = install(server, std::move(server_spi), child_of(shape, server, client, there, here));
  return out;
}

}  // namespace latchkey::xfrm_lab
