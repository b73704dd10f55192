// Floods of questions that have to be held (security rule 9): bounded, and each of them has its answer.

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

constexpr std::size_t kQuestions = 10000;

class QueryFlood : public testing::Test {
 protected:
  /// A signed zone that answers for A at once, and for IPSECKEY never.
  struct Held {
    std::string text;
    Buffer name;
    FakeResolver resolver;
    std::unique_ptr<Query> query;
  };

  lk_next ask(std::size_t n, const char* client) { return ask(n, client, worker); }
  lk_next ask(std::size_t n, const char* client, Worker& there) {
    Held& held = *questions.emplace_back(std::make_unique<Held>());
    held.text = "n" + std::to_string(n) + ".evil.example";
    held.name = wire(held.text);
    held.resolver.client = base::Address::parse(client);
    held.resolver.answer.add(held.text, kTypeA, {v4(1)});
    held.query =
        std::make_unique<Query>(held.resolver, there, lk_question{view(base::Bytes(held.name)), kTypeA, 1, 1, 0, 0});
    held.query->begin();
    return held.query->resolved();
  }

  FakeGate gate;
  PrivateNames memory;
  Worker worker{gate, memory, Settings{}};
  std::vector<std::unique_ptr<Held>> questions;
};

TEST_F(QueryFlood, for_keys_that_never_come_is_bounded_and_refused_with_an_extended_error) {
  std::size_t held = 0;
  for (std::size_t n = 0; n < kQuestions; ++n)
    held += ask(n, n % 2 == 0 ? "192.0.2.1" : "192.0.2.2") == LK_HOLD ? 1 : 0;
  EXPECT_EQ(held, 1000U);
  EXPECT_EQ(gate.turned_away.size(), kQuestions - held);
  std::size_t silent = 0;
  for (const auto& question : questions) {
    if (question->query->error()) continue;
    question->resolver.now += 4'001'000;
    EXPECT_EQ(question->query->again(), LK_FINISHED);
    if (!question->resolver.refused || !question->query->error()) ++silent;
  }
  EXPECT_EQ(silent, 0U) << "never silence";
  EXPECT_EQ(gate.decisions.size(), kQuestions);
  EXPECT_EQ(questions.back()->query->error()->code, 0);
  EXPECT_THAT(questions.back()->query->error()->text, testing::HasSubstr("too many"));
  EXPECT_EQ(gate.decisions[1000].verdict, "servfail-limit");
  EXPECT_EQ(gate.held.size(), 0U);
  EXPECT_EQ(ask(0, "192.0.2.1"), LK_HOLD);
}

// Unbound answers num-queries-per-thread recursions at once and drops the others without a word: ours are some of them.
TEST_F(QueryFlood, on_one_thread_leaves_room_there_for_what_needs_no_tunnel) {
  Settings settings;
  settings.held_a_worker = 100;
  Worker crowded{gate, memory, settings};
  std::size_t held = 0;
  for (std::size_t n = 0; n < 300; ++n) held += ask(n, "192.0.2.1", crowded) == LK_HOLD ? 1 : 0;
  EXPECT_EQ(held, 50U);
  EXPECT_EQ(gate.turned_away.size(), 250U);
  for (std::size_t n = 0; n < 300; ++n) held += ask(n, "192.0.2.2", crowded) == LK_HOLD ? 1 : 0;
  EXPECT_EQ(held, 100U) << "of one client or of many";
  EXPECT_EQ(questions.back()->query->error()->code, 0);
  EXPECT_EQ(ask(0, "192.0.2.1"), LK_HOLD) << "another thread has room";
  questions.front().reset();
  EXPECT_EQ(ask(300, "192.0.2.1", crowded), LK_HOLD);
  questions.clear();
  EXPECT_EQ(gate.held.size(), 0U);
}

TEST_F(QueryFlood, with_thousands_of_addresses_in_an_answer_fills_no_table) {
  std::vector<Buffer> addresses;
  for (std::uint8_t n = 0; n < 250; ++n) addresses.push_back(v4(n));
  Held& held = *questions.emplace_back(std::make_unique<Held>());
  held.name = wire("n0.evil.example");
  held.resolver.answer = Answer(LK_INSECURE);
  held.resolver.answer.add("n0.evil.example", kTypeA, std::move(addresses));
  held.query =
      std::make_unique<Query>(held.resolver, worker, lk_question{view(base::Bytes(held.name)), kTypeA, 1, 1, 0, 0});
  held.query->begin();
  EXPECT_EQ(held.query->resolved(), LK_HOLD);
  held.resolver.now += 4'001'000;  // the key never comes
  EXPECT_EQ(held.query->again(), LK_FINISHED);
  EXPECT_EQ(gate.clear.size(), kMaxAddresses);
}

TEST_F(QueryFlood, of_one_client_leaves_room_for_another) {
  for (std::size_t n = 0; n < kQuestions; ++n) ask(n, "192.0.2.1");
  EXPECT_EQ(gate.held.size(), 500U);
  EXPECT_EQ(ask(0, "192.0.2.2"), LK_HOLD);
}

TEST_F(QueryFlood, that_the_resolver_gives_up_leaves_nothing_behind) {
  for (std::size_t n = 0; n < 700; ++n) ask(n, "192.0.2.1");
  questions.clear();
  EXPECT_EQ(gate.held.size(), 0U);
}

}  // namespace
}  // namespace latchkey::unbound
