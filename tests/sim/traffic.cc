#include "tests/sim/traffic.h"

#include <algorithm>

namespace latchkey::sim {

namespace {

using Installed = support::FakeKernel::Installed;

template <class Is>
std::optional<std::size_t> newest(const std::vector<Installed>& tunnels, Is is) {
  for (std::size_t index = tunnels.size(); index-- > 0;) {
    if (tunnels[index].live && is(tunnels[index])) return index;
  }
  return std::nullopt;
}

}  // namespace

std::vector<const Installed*> live_children(const support::FakeKernel& kernel) {
  std::vector<const Installed*> live;
  for (const Installed& tunnel : kernel.installed()) {
    if (tunnel.live) live.push_back(&tunnel);
  }
  return live;
}

std::optional<Sent> send_packets(Town& town, Number from, std::uint64_t count) {
  support::FakeKernel& kernel = town.at(from).host.kernel;
  const auto sender = newest(kernel.installed(), [](const Installed& tunnel) { return tunnel.sending; });
  if (!sender) return std::nullopt;
  kernel.carry_by(*sender, 0, count);
  const api::ChildSa& child = kernel.installed()[*sender].child;
  const Number to = owner_of(child.spi_out);
  if (to >= town.size() || !town.carries(from, child, to)) return Sent{*sender};
  support::FakeKernel& theirs = town.at(to).host.kernel;
  const auto receiver =
      newest(theirs.installed(), [&](const Installed& tunnel) { return tunnel.child.spi_in == child.spi_out; });
  if (receiver) theirs.carry_by(*receiver, count, 0);
  return Sent{*sender, receiver.has_value()};
}

void tell_worn_out(Resident& resident, base::TimePoint now) {
  for (const api::Expired& expired : resident.host.kernel.take_worn_out()) {
    if (resident.host.engine) resident.host.engine->expired(expired, now);
  }
}

}  // namespace latchkey::sim
