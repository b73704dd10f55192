// What the RFCs demand of an engine and no other test shows (docs/RFC-COVERAGE.md says which sentence each is for).

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/notify.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Behaviour;
using support::Payload;
using support::Payloads;

void expect_up(World& world) {
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_NE(world.last<api::Established>(), nullptr);
}

bool is_notify(const Payload& payload, NotifyType type) {
  const auto notify = wire::parse_notify(payload.body);
  return payload.type == PayloadType::notify && notify && notify->type == type;
}

// RFC 7296 section 2.5
TEST(payloads, are_taken_in_any_order) {
  const auto reverse = [](Payloads& payloads) { std::reverse(payloads.begin(), payloads.end()); };
  World world(ed25519_key(), Behaviour{.edit_init = reverse, .edit_auth = reverse});
  expect_up(world);
}

// RFC 7296 section 2.5: without the critical bit they are skipped (refusals.do_not_come_from_an_unknown_payload).
TEST(payloads, that_are_unknown_are_skipped_in_the_init_too) {
  const auto add = [](Payloads& payloads) { payloads.insert(payloads.begin(), {PayloadType{200}, {1, 2, 3}}); };
  World world(ed25519_key(), Behaviour{.edit_init = add});
  expect_up(world);
}

// RFC 7296 section 2.9: the rest of what was offered may have a child of its own, which nobody has to want.
TEST(additional_ts_possible, is_taken_for_what_it_is_and_changes_nothing) {
  const auto add = [](Payloads& payloads) {
    payloads.push_back(support::notify_payload(NotifyType::additional_ts_possible));
  };
  World world(ed25519_key(), Behaviour{.edit_auth = add});
  expect_up(world);
  world.run(seconds(60));
  EXPECT_EQ(world.kernel.live(), 1u);
}

// RFC 7296 section 1.2: the rejection was not authenticated, so the suites must not shrink because of it.
TEST(invalid_ke, leaves_the_proposals_as_they_were) {
  World world(ed25519_key(), Behaviour{.ke = base::KeMethod::modp2048});
  expect_up(world);
  const auto first = wire::parse_message(world.sent[0].bytes);
  const auto second = wire::parse_message(world.sent[1].bytes);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(base::same(first->find(PayloadType::sa)->body, second->find(PayloadType::sa)->body));
  EXPECT_FALSE(base::same(first->find(PayloadType::ke)->body, second->find(PayloadType::ke)->body));
}

// RFC 7296 sections 2.11 and 2.23
TEST(requests, are_answered_from_where_they_arrived_to_where_they_came_from) {
  World world(ed25519_key(), {});
  expect_up(world);
  auto request = world.responder.send_liveness_check();
  request.front().path.local.port = 61234;  // a NAT has moved the server
  world.inject(request);
  world.run(milliseconds(50));
  ASSERT_EQ(world.responder.newest()->responses.size(), 1u);
  EXPECT_EQ(world.sent.back().path.remote, request.front().path.local);
  EXPECT_EQ(world.sent.back().path.local, request.front().path.remote);
}

// RFC 7383 section 2.6.1
TEST(requests, in_fragments_get_their_answer_again_for_the_first_one_only) {
  World world(ed25519_key(), {});
  expect_up(world);
  auto& sa = *world.responder.newest();
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = sa.spi_r;
  header.exchange = ExchangeType::informational;
  header.message_id.value = sa.next_request++;
  const auto chain = support::chain_of({support::notify_payload(NotifyType{40000}, base::Buffer(400, 1))});
  std::vector<api::Datagram> fragments;
  for (auto& octets : sa.sealing.seal(header, chain.first(), chain.view(), 200)) fragments.push_back({sa.path, octets});
  ASSERT_GE(fragments.size(), 3u);
  world.inject(fragments);
  world.run(milliseconds(50));
  const std::size_t sent = world.sent.size();
  ASSERT_EQ(sa.responses.size(), 1u);
  const auto answer = world.sent.back().bytes;

  world.inject({fragments.begin() + 1, fragments.end()});
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent);
  world.inject({fragments.front()});
  world.run(milliseconds(50));
  ASSERT_EQ(world.sent.size(), sent + 1);
  EXPECT_EQ(world.sent.back().bytes, answer);
}

// RFC 7383 section 2.3
TEST(fragmentation, is_announced_by_an_empty_notify) {
  World world(ed25519_key(), {});
  world.connect();
  const auto message = wire::parse_message(world.sent.front().bytes);
  ASSERT_TRUE(message);
  const base::Buffer announced{0, 0, 0x40, 0x2e};  // protocol ID 0, SPI size 0, 16430
  EXPECT_TRUE(std::any_of(message->payloads.begin(), message->payloads.end(),
                          [&](const wire::RawPayload& payload) { return base::same(payload.body, announced); }));
}

// RFC 7383 section 2.4
TEST(fragmentation, is_not_used_with_a_server_that_does_not_know_it) {
  WorldConfig config;
  config.engine.fragment_size = 150;
  Behaviour behaviour;
  behaviour.edit_init = [](Payloads& payloads) {
    std::erase_if(payloads, [](const Payload& p) { return is_notify(p, NotifyType::fragmentation_supported); });
  };
  World world(ed25519_key(), behaviour, config);
  expect_up(world);
  EXPECT_EQ(world.responder.newest()->fragments_received, 0u);
  EXPECT_GT(world.sent.back().bytes.size(), 150u);
}

/// Gives these IKE SPIs, as far as they go, whenever 8 octets are asked for.
class ChosenSpis : public api::Random {
 public:
  explicit ChosenSpis(std::vector<std::uint8_t> spis) : spis_(std::move(spis)) {}
  void fill(base::MutableBytes out) override {
    if (out.size() != 8 || next_ == spis_.size()) return rest_.fill(out);
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    out.back() = spis_[next_++];
  }

 private:
  std::vector<std::uint8_t> spis_;
  std::size_t next_ = 0;
  support::SeededRandom rest_{1};
};

// RFC 7296 sections 2.6 and 3.1
TEST(ike_spis, are_never_zero_and_never_twice_the_same) {
  World world(ed25519_key(), {});
  ChosenSpis random({0, 7, 7, 0, 9});
  api::Engine engine({}, random, world.kernel);
  api::ConnectRequest request;
  request.local = {*base::Address::parse("192.0.2.1"), 500};
  request.remote = *base::Address::parse("198.51.100.7");
  request.keys = {world.responder.dns_key()};
  std::vector<std::uint64_t> spis;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(engine.connect(request, world.now));
    const api::Output output = engine.take_output();
    ASSERT_EQ(output.datagrams.size(), 1u);
    spis.push_back(wire::parse_message(output.datagrams.front().bytes)->header.spi_i.value);
  }
  EXPECT_EQ(spis, (std::vector<std::uint64_t>{7, 9}));
}

// RFC 7619 section 2, RFC 7296 section 2.21.2; and a DELETE for whoever does not look at the notify.
TEST(authentication_failed, is_said_to_a_server_that_proves_no_key) {
  World world(ed25519_key(), Behaviour{.signing = support::Signing::null});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  world.run(seconds(1));
  const auto payloads = world.responder.newest()->requests.back().payloads();
  EXPECT_TRUE(support::find_notify(payloads, NotifyType::authentication_failed));
  EXPECT_TRUE(world.responder.newest()->deleted);
}

}  // namespace
}  // namespace latchkey::sim
