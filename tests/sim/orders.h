#pragma once
// Every order in which the datagrams of a few exchanges may arrive, and every loss of some of them: each is played from
// the beginning, in virtual time, and has to end well.

#include <functional>

#include "tests/sim/rekeying.h"

namespace latchkey::sim {

struct Orders {
  PairConfig config;
  std::function<void(Pair&)> begin;                 ///< after the tunnel is up: what both sides do at once
  std::function<std::string(const Pair&)> check;    ///< "" or what is wrong, when all has come to rest
  base::Duration rest = std::chrono::seconds(200);  ///< from when nothing is under way any more to the check
  unsigned losses = 0;                              ///< of so many datagrams, at any place
  std::size_t limit = 20000;                        ///< runs; more would be a mistake in the test
};

struct Explored {
  std::size_t runs = 0;
  std::string wrong;  ///< of the first run that ended badly, with its choices and its story
};

/// Plays them all, or up to the first that ends badly.
Explored explore(const Orders& orders);

}  // namespace latchkey::sim
