#include "ike-engine/session/table.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/ike-engine/session/bare_context.h"

namespace latchkey::session {
namespace {

TEST(table, no_pair_of_state_and_event_stands_twice) {
  std::set<std::pair<State, Event>> seen;
  for (const Row& row : transitions()) {
    EXPECT_TRUE(seen.emplace(row.state, row.event).second)
        << static_cast<int>(row.state) << " " << static_cast<int>(row.event);
    EXPECT_NE(row.action, nullptr);
  }
}

TEST(table, nothing_leads_out_of_dead) {
  for (const Row& row : transitions()) EXPECT_NE(row.state, State::dead);
}

TEST(table, an_unauthenticated_reply_counts_only_until_the_sa_is_established) {
  for (const Row& row : transitions()) {
    const bool unauthenticated = row.event == Event::init_response || row.event == Event::cookie ||
                                 row.event == Event::invalid_ke || row.event == Event::init_refused;
    if (unauthenticated) {
      EXPECT_TRUE(row.state == State::init_sent || row.state == State::auth_sent);
    }
  }
}

TEST(table, an_event_without_a_row_is_counted_and_changes_nothing) {
  BareContext bare;
  IkeSa sa;
  sa.state = State::lingering;
  Input input;
  dispatch(sa, Event::close, bare.context, input);
  EXPECT_EQ(sa.state, State::lingering);
  EXPECT_EQ(bare.stats.dropped_no_transition, 1u);
  EXPECT_TRUE(bare.output.datagrams.empty() && bare.output.events.empty());
}

}  // namespace
}  // namespace latchkey::session
