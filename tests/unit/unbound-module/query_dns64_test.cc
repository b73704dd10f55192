// What a module in front of us may make of an answer: dns64 asks for A and makes AAAA of it.
#include <gmock/gmock.h>

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

class Dns64Story : public QueryStory {
 protected:
  /// A question for A whose address is 192.0.2.1 and of which only DNS64's AAAA is wanted, up to its key's lookup.
  void answered(lk_security security) {
    resolver.translated = true;
    EXPECT_EQ(resolve({v4(1)}, security), LK_HOLD);
  }
};

TEST_F(Dns64Story, of_a_name_without_a_key_is_given_on_and_kept) {
  answered(LK_SECURE);
  EXPECT_EQ(key_answered(Answer(LK_SECURE)), LK_FINISHED);
  EXPECT_EQ(verdict(), "released");
  EXPECT_EQ(resolver.given_on, "kept");
}

TEST_F(Dns64Story, of_a_private_name_is_refused_without_a_negotiation) {
  answered(LK_SECURE);
  EXPECT_EQ(has_key(LK_SECURE), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-dns64");
  EXPECT_TRUE(resolver.refused);
  EXPECT_TRUE(gate.wants.empty());
  EXPECT_EQ(resolver.given_on, "none");
}

TEST_F(Dns64Story, of_a_private_name_that_is_asked_for_itself_too_is_not_given_on) {
  hold({v4(1)});
  other_family(Answer(LK_SECURE));
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_EQ(resolver.given_on, "none");
}

TEST_F(Dns64Story, of_an_unsigned_key_is_given_on_once) {
  answered(LK_INSECURE);
  EXPECT_EQ(has_key(LK_INSECURE), LK_HOLD);
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-clear");
  EXPECT_EQ(resolver.given_on, "once");
}

TEST_F(Dns64Story, of_what_is_bogus_is_not_given_on) {
  resolver.translated = true;
  EXPECT_EQ(resolve({v4(1)}, LK_BOGUS), LK_FINISHED);
  EXPECT_EQ(resolver.given_on, "none");
}

TEST_F(Dns64Story, of_the_resolvers_own_is_never_kept) {
  resolver.clients = false;
  EXPECT_EQ(resolve(), LK_FINISHED);
  EXPECT_EQ(resolver.given_on, "once");
}

TEST_F(Dns64Story, of_what_is_only_observed_is_given_on_and_kept) {
  Settings settings;
  settings.observe = true;
  worker = std::make_unique<Worker>(gate, memory, settings);
  answered(LK_SECURE);
  EXPECT_EQ(resolver.given_on, "kept");
}

}  // namespace
}  // namespace latchkey::unbound
