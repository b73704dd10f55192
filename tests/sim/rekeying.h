#pragma once
// Two engines whose tunnel is up, for tests of what comes after.

#include <gtest/gtest.h>

#include "tests/sim/pair.h"
#include "tests/sim/world.h"

namespace latchkey::sim {

/// Lifetimes so long that nothing is rekeyed by itself.
api::EngineConfig patient();
PairConfig patient_pair(std::uint64_t seed = 1);

/// Serves, connects, and waits until both sides have said Established.
void bring_up(Pair& pair, api::Mode mode = api::Mode::tunnel);
/// The same with a server that leases an address to a client that asks for one.
void bring_up_with_lease(Pair& pair);
/// The kernel says that the newest child of `host` should be replaced; its engine asks for that at once.
void wear_out(Pair& pair, Host& host);

/// Both sides have one and the same child and one IKE SA, and never lost the tunnel. "" or what is wrong.
std::string check_one_tunnel(const Pair& pair);
/// Nothing is left of the tunnel on either side. "" or what is left.
std::string check_nothing_left(const Pair& pair);

}  // namespace latchkey::sim
