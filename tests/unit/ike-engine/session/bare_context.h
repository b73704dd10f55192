#pragma once
// What an action is given, with nothing in it: no responder, no session, an hour after the beginning of time.

#include "ike-engine/session/context.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/seeded_random.h"

namespace latchkey::session {

struct BareContext {
  api::EngineConfig config;
  support::SeededRandom random{7};
  support::FakeKernel kernel;
  api::Output output;
  api::EngineStats stats;
  Context context{config, random, kernel, output, stats, base::TimePoint(std::chrono::hours(1))};
};

}  // namespace latchkey::session
