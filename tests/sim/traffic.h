#pragma once
// ESP between the residents' kernels, as far as a count of packets goes.

#include "tests/sim/town.h"

namespace latchkey::sim {

/// Those of a kernel's children that are there.
std::vector<const support::FakeKernel::Installed*> live_children(const support::FakeKernel& kernel);

struct Sent {
  std::size_t child = 0;  ///< its place in the kernel's list
  bool arrived = false;
};
/// So many packets go out by the newest child of `from` that sends. They come in where somebody has its other end,
/// unless the network is silent or the address is no longer theirs. Nothing without a child.
std::optional<Sent> send_packets(Town& town, Number from, std::uint64_t count);
/// Tells the engine what its kernel has to say of children that have carried enough.
void tell_worn_out(Resident& resident, base::TimePoint now);

}  // namespace latchkey::sim
