// Two engines for days: everything that has a life is replaced in time, from either side, in any weather.

#include <gtest/gtest.h>

#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Life {
  const char* name;
  Weather weather;
  bool pfs = false;
};

class life : public ::testing::TestWithParam<Life> {
 protected:
  static PairConfig config(std::uint64_t seed) {
    PairConfig config;
    config.seed = seed;
    config.weather = GetParam().weather;
    config.client.pfs = config.server.pfs = GetParam().pfs;
    for (api::EngineConfig* each : {&config.client, &config.server}) each->max_retransmits = 12;
    return config;
  }
  // Both have a child in use that the other has, too.
  static bool has_tunnel(const Pair& pair) {
    for (const auto& ours : pair.client.kernel.installed()) {
      if (!ours.live || !ours.sending) continue;
      for (const auto& theirs : pair.server.kernel.installed()) {
        if (theirs.live && theirs.child.spi_in == ours.child.spi_out) return true;
      }
    }
    return false;
  }
};

TEST_P(life, of_a_day_is_never_without_a_tunnel) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    Pair pair(config(seed));
    bring_up(pair);
    for (const base::TimePoint end = pair.now + hours(24); pair.now < end; pair.run(minutes(1))) {
      ASSERT_TRUE(has_tunnel(pair)) << seed;
      ASSERT_LE(pair.client.kernel.live(), 4u);
      ASSERT_LE(pair.client.engine->ike_sas(), 4u);
    }
    for (const Host* host : {&pair.client, &pair.server}) {
      EXPECT_EQ(host->count<api::Down>(), 0u) << seed;
      EXPECT_EQ(host->count<api::Established>(), 1u) << "nothing was negotiated from the beginning";
      EXPECT_GE(host->count<api::Rekeyed>(), 26u);
      EXPECT_LE(host->count<api::Rekeyed>(), 64u);
      EXPECT_GE(host->steps("ike_sa_rekeyed"), 6u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(in_, life,
                         ::testing::Values(Life{"fine_weather", {}}, Life{"fine_weather_with_pfs", {}, true},
                                           Life{"bad_weather",
                                                {.latency = milliseconds(50),
                                                 .jitter = milliseconds(400),
                                                 .loss = 25,
                                                 .duplication = 20,
                                                 .corruption = 5}}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace latchkey::sim
