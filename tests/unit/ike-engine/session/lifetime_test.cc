#include "ike-engine/session/lifetime.h"

#include <gtest/gtest.h>

#include "tests/unit/ike-engine/session/bare_context.h"

namespace latchkey::session {
namespace {

using std::chrono::seconds;

// RFC 7296 section 2.8.1: so that both sides rarely begin at once.
TEST(rekeying_time, is_somewhere_in_the_last_fifth_but_not_the_last_tenth) {
  BareContext bare;
  base::Duration earliest = base::Duration::max(), latest{};
  for (int draw = 0; draw < 500; ++draw) {
    const base::Duration when = rekeying_time(seconds(1000), bare.context) - bare.context.now;
    earliest = std::min(earliest, when);
    latest = std::max(latest, when);
  }
  EXPECT_GE(earliest, seconds(800));
  EXPECT_LT(earliest, seconds(805));
  EXPECT_LE(latest, seconds(900));
  EXPECT_GT(latest, seconds(895));
}

}  // namespace
}  // namespace latchkey::session
