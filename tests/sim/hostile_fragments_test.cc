// Fragments that lie, never become whole, or become too much (RFC 7383).

#include <gtest/gtest.h>

#include "tests/sim/siege.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::Buffer;
using base::Bytes;
using base::ExchangeType;
using base::PayloadType;
using std::chrono::seconds;
using support::Payload;
using support::Payloads;

/// A stranger whose IKE_SA_INIT was answered, and its IKE_AUTH to be sent in parts.
class hostile_fragments : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(stranger.agree()); }

  /// Its claim as it stands in SK, and `ballast` octets more.
  void prepare(std::size_t ballast = 0) {
    Payloads claim = stranger.claim();
    claim.push_back({PayloadType::vendor_id, Buffer(ballast, 'v')});
    chain = support::chain_of(claim);
  }
  Bytes half(std::size_t which) const {
    const Bytes all = chain.view();
    return which == 1 ? all.first(all.size() / 2) : all.subspan(all.size() / 2);
  }
  /// One part of the claim; how many answers came.
  std::size_t send(std::size_t number, std::size_t total, Bytes content) {
    const auto header = stranger.header(ExchangeType::ike_auth);
    return stranger.send_sealed(header, number == 1 ? chain.first() : PayloadType::none, content, number, total).size();
  }
  std::size_t send_half(std::size_t which) { return send(which, 2, half(which)); }
  /// The whole claim in pieces of a kibioctet; how many answers came.
  std::size_t send_pieces() {
    constexpr std::size_t kPiece = 1024;
    const Bytes all = chain.view();
    const std::size_t total = (all.size() + kPiece - 1) / kPiece;
    std::size_t answers = 0;
    for (std::size_t i = 0; i < total; ++i) {
      answers += send(i + 1, total, all.subspan(i * kPiece, std::min(kPiece, all.size() - i * kPiece)));
    }
    return answers;
  }
  void wait(base::Duration span) {
    const base::TimePoint until = server.now + span;
    while (server.engine.next_deadline() <= until) {
      server.now = server.engine.next_deadline();
      server.engine.expire(server.now);
    }
    server.now = until;
  }
  bool is_in() const { return server.engine.sessions() == 1; }

  Server server{open_to_all()};
  Stranger stranger{server};
  wire::PayloadChain chain;
};

TEST_F(hostile_fragments, of_an_honest_claim_let_it_in) {
  prepare();
  EXPECT_EQ(send_half(2), 0u);
  EXPECT_EQ(send_half(1), 1u);
  EXPECT_TRUE(is_in());
}

// RFC 7383 section 2.6
TEST_F(hostile_fragments, that_do_not_become_whole_are_forgotten_after_fifteen_seconds) {
  prepare();
  EXPECT_EQ(send_half(1), 0u);
  wait(seconds(15));
  EXPECT_EQ(send_half(2), 0u) << "the first half is still there";
  wait(seconds(14));
  EXPECT_EQ(send_half(1), 1u) << "fourteen seconds are not too long";
  EXPECT_TRUE(is_in());
}

TEST_F(hostile_fragments, that_do_not_become_whole_leave_nothing) {
  prepare();
  EXPECT_EQ(send_half(2), 0u);
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST_F(hostile_fragments, of_one_who_has_proven_nothing_are_kept_up_to_16_kib) {
  prepare(16 * 1024);
  EXPECT_EQ(send_pieces(), 0u);
  EXPECT_EQ(send_pieces(), 0u);
  EXPECT_FALSE(is_in());
  wait(seconds(15));  // a smaller total does not take the place of a larger one
  prepare(15 * 1024);
  EXPECT_EQ(send_pieces(), 1u);
  EXPECT_TRUE(is_in());
}

TEST(hostile_init, counts_to_what_is_kept_of_a_stranger) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  payloads.push_back({PayloadType::vendor_id, Buffer(7 * 1024, 'v')});
  ASSERT_TRUE(stranger.agree(payloads));
  const Buffer piece(1000, 1);
  for (std::size_t i = 1; i <= 10; ++i) {
    (void)stranger.send_sealed(stranger.header(ExchangeType::ike_auth), PayloadType::idi, piece, i, 12);
  }
  EXPECT_EQ(server.engine.stats().dropped_malformed, 0u);
  // Ten thousand octets and these seven are too many, so the tenth began anew: the first is wanted again.
  const auto before = server.engine.stats().dropped_message_id;
  (void)stranger.send_sealed(stranger.header(ExchangeType::ike_auth), PayloadType::idi, piece, 1, 12);
  EXPECT_EQ(server.engine.stats().dropped_message_id, before);
}

TEST(hostile_init, of_more_than_8_kib_is_not_looked_at) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  payloads.push_back({PayloadType::vendor_id, Buffer(8 * 1024, 'v')});
  EXPECT_FALSE(stranger.agree(payloads));
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  EXPECT_EQ(harm_by_strangers(server), "");

  const auto add = [](Payloads& reply) { reply.push_back({PayloadType::vendor_id, Buffer(8 * 1024, 'v')}); };
  World world(ed25519_key(), support::Behaviour{.edit_init = add});
  world.connect(seconds(10));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(harm_by_server(world), "");
}

TEST_F(hostile_fragments, with_impossible_numbers_are_dropped) {
  prepare();
  EXPECT_EQ(send(0, 2, half(1)), 0u);
  EXPECT_EQ(send(3, 2, half(1)), 0u);
  EXPECT_EQ(send(65535, 2, half(1)), 0u);
  EXPECT_EQ(send(1, 65, half(1)), 0u);
  EXPECT_EQ(send(1, 65535, half(1)), 0u);
  EXPECT_EQ(send_half(1), 0u);
  EXPECT_EQ(send_half(2), 1u);
  EXPECT_TRUE(is_in());
}

TEST_F(hostile_fragments, with_the_number_of_another_do_not_take_its_place) {
  prepare();
  const Buffer other(half(1).size(), 0xff);
  EXPECT_EQ(send_half(1), 0u);
  EXPECT_EQ(send(1, 2, other), 0u);
  EXPECT_EQ(send(1, 1, other), 0u) << "a smaller total";
  EXPECT_EQ(send_half(2), 1u);
  EXPECT_TRUE(is_in());
}

TEST_F(hostile_fragments, with_a_larger_total_begin_anew) {
  prepare();
  EXPECT_EQ(send_half(1), 0u);
  EXPECT_EQ(send(3, 3, half(2).subspan(10)), 0u);
  EXPECT_EQ(send_half(2), 0u) << "the total has grown since";
  EXPECT_EQ(send(1, 3, half(1)), 0u);
  EXPECT_EQ(send(2, 3, half(2).first(10)), 1u);
  EXPECT_TRUE(is_in());
}

TEST_F(hostile_fragments, are_forgotten_when_the_message_comes_in_one_piece) {
  prepare();
  EXPECT_EQ(send_half(1), 0u);
  EXPECT_TRUE(stranger.ask(ExchangeType::ike_auth, stranger.claim()));
  EXPECT_TRUE(is_in());
  stranger.next_request = 1;
  EXPECT_EQ(send_half(2), 0u);
}

TEST_F(hostile_fragments, that_hold_nothing_make_an_empty_message) {
  for (std::size_t i = 1; i <= 63; ++i) EXPECT_EQ(send(i, 64, {}), 0u);
  EXPECT_EQ(send(64, 64, {}), 1u) << "INVALID_SYNTAX or AUTHENTICATION_FAILED";
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST(hostile_answer, in_fragments_is_kept_up_to_16_kib) {
  World large(ed25519_key(), support::Behaviour{.fragment_size = 1200, .ballast = 14 * 1024});
  large.connect();
  ASSERT_TRUE(large.run_until_settled());
  EXPECT_NE(large.last<api::Established>(), nullptr);

  World world(ed25519_key(), support::Behaviour{.fragment_size = 1200, .ballast = 17 * 1024});
  world.connect(seconds(20));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(harm_by_server(world), "");
}

}  // namespace
}  // namespace latchkey::sim
