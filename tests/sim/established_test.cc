// The life of an IKE SA after it is established: requests of the server's, our end, renewal.

#include <gtest/gtest.h>

#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/notify.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Create;

/// A world whose tunnel is up.
class established : public ::testing::Test {
 protected:
  void SetUp() override {
    session = world.connect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_NE(world.last<api::Established>(), nullptr);
    sent_before = world.sent.size();
  }
  support::ResponderSa& sa() { return *world.responder.newest(); }
  // The engine's answer to the responder's newest request.
  std::vector<wire::RawPayload> answer(const std::vector<api::Datagram>& request) {
    const std::size_t before = sa().responses.size();
    world.inject(request);
    world.run(milliseconds(50));
    EXPECT_EQ(sa().responses.size(), before + 1);
    return sa().responses.size() > before ? sa().responses.back().payloads() : std::vector<wire::RawPayload>{};
  }
  bool answers_with(const std::vector<api::Datagram>& request, NotifyType type) {
    return support::find_notify(answer(request), type).has_value();
  }

  World world{ed25519_key(), {}};
  api::SessionId session;
  std::size_t sent_before = 0;
};

TEST_F(established, answers_liveness_checks_with_nothing) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(answer(world.responder.send_liveness_check()).empty());
  EXPECT_EQ(world.count<api::Down>(), 0u);
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, answers_an_informational_with_unknown_notify_with_nothing) {
  const auto notify = support::notify_payload(static_cast<NotifyType>(40000));
  EXPECT_TRUE(answer(world.responder.send_request(ExchangeType::informational, {notify})).empty());
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, obeys_a_delete_of_the_ike_sa) {
  EXPECT_TRUE(answer(world.responder.send_delete_ike()).empty());
  ASSERT_NE(world.last<api::Down>(), nullptr);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::deleted_by_peer);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_TRUE(world.kernel.installed().back().guard_kept) << "a lost tunnel must not become plaintext";
  EXPECT_EQ(world.engine.sessions(), 0u);
}

TEST_F(established, obeys_a_delete_of_the_child_and_then_ends_the_ike_sa) {
  const auto payloads = answer(world.responder.send_delete_child());
  ASSERT_EQ(payloads.size(), 1u);
  const auto del = wire::parse_delete(payloads.front().body);
  ASSERT_TRUE(del);
  EXPECT_EQ(del->spis, std::vector{world.last<api::Established>()->spi_in});
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::deleted_by_peer);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_TRUE(sa().deleted);
}

TEST_F(established, ignores_a_delete_of_somebody_elses_child) {
  const wire::Delete del{base::ProtocolId::esp, {base::Spi{0x12345678}}};
  const auto request =
      world.responder.send_request(ExchangeType::informational, {support::payload(PayloadType::delete_, del)});
  EXPECT_TRUE(answer(request).empty());
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, answers_an_unknown_critical_payload_with_its_type) {
  wire::Header header;
  header.spi_i = sa().spi_i;
  header.spi_r = sa().spi_r;
  header.exchange = ExchangeType::informational;
  header.message_id.value = sa().next_request++;
  const auto chain = *base::from_hex("00 80 0004");  // next none, critical, length 4
  const auto payloads = answer(world.responder.send_sealed(header, static_cast<PayloadType>(200), chain));
  const auto data = support::find_notify(payloads, NotifyType::unsupported_critical_payload);
  ASSERT_TRUE(data);
  EXPECT_EQ(base::to_buffer(*data), base::Buffer{200});
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, ends_after_a_request_that_is_no_chain_of_payloads) {
  wire::Header header;
  header.spi_i = sa().spi_i;
  header.spi_r = sa().spi_r;
  header.exchange = ExchangeType::informational;
  header.message_id.value = sa().next_request++;
  const auto chain = *base::from_hex("00 00 0003");  // a payload of length 3
  EXPECT_TRUE(
      answers_with(world.responder.send_sealed(header, PayloadType::notify, chain), NotifyType::invalid_syntax));
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::malformed);
  EXPECT_EQ(world.kernel.live(), 0u);
}

TEST_F(established, answers_a_repeated_request_by_the_same_octets) {
  const auto request = world.responder.send_create_child(Create::new_child);
  answer(request);
  const auto first = world.sent.back().bytes;
  world.inject(request);
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent_before + 2);
  EXPECT_EQ(world.sent.back().bytes, first);
}

TEST_F(established, answers_a_repeated_delete_after_the_end) {
  const auto request = world.responder.send_delete_ike();
  answer(request);
  const auto first = world.sent.back().bytes;
  world.inject(request);
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent_before + 2);
  EXPECT_EQ(world.sent.back().bytes, first);
  world.run(seconds(60));
  EXPECT_EQ(world.engine.next_deadline(), base::kNever) << "and forgets in the end";
}

TEST_F(established, does_not_answer_ids_outside_the_window) {
  for (int i = 0; i < 2; ++i) answer(world.responder.send_liveness_check());
  for (const std::uint32_t id : {0u, 5u}) {
    sa().next_request = id;
    world.inject(world.responder.send_liveness_check());
    world.run(milliseconds(50));
  }
  EXPECT_EQ(sa().responses.size(), 2u);
  EXPECT_EQ(world.engine.stats().dropped_message_id, 2u);
}

TEST_F(established, does_not_answer_what_has_a_bad_icv) {
  auto request = world.responder.send_liveness_check();
  request.front().bytes.back() ^= 1;
  world.inject(request);
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent_before);
  EXPECT_EQ(world.engine.stats().dropped_bad_icv, 1u);
}

TEST_F(established, ignores_what_is_not_protected) {
  wire::Header header;
  header.spi_i = sa().spi_i;
  header.spi_r = sa().spi_r;
  header.exchange = ExchangeType::informational;
  const auto path = world.sent.back().path;
  for (const bool response : {false, true}) {
    header.response = response;
    for (const auto type : {NotifyType::invalid_ike_spi, NotifyType::authentication_failed}) {
      const auto chain = support::chain_of({support::notify_payload(type)});
      world.engine.receive(wire::write_message(header, chain), path, world.now);
    }
    const auto chain =
        support::chain_of({support::payload(PayloadType::delete_, wire::Delete{base::ProtocolId::ike, {}})});
    world.engine.receive(wire::write_message(header, chain), path, world.now);
  }
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent_before);
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, ignores_a_late_reply_to_ike_sa_init) {
  world.engine.receive(sa().init_reply, world.sent.front().path, world.now);
  world.engine.receive(sa().init_reply, world.sent.back().path, world.now);
  world.run(milliseconds(50));
  EXPECT_EQ(world.sent.size(), sent_before);
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, close_deletes_everything_and_tells_the_server) {
  world.close(session);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_FALSE(world.kernel.installed().back().guard_kept);
  world.run(seconds(1));
  EXPECT_TRUE(sa().deleted);
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
  EXPECT_EQ(world.engine.sessions(), 0u);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::closed);
}

TEST_F(established, close_repeats_its_delete_when_it_gets_lost_and_gives_up_in_the_end) {
  world.config.weather.loss = 100;
  world.close(session);
  world.run(seconds(300));
  EXPECT_EQ(world.sent.size(), sent_before + 1 + world.config.engine.max_retransmits);
  for (std::size_t i = sent_before; i < world.sent.size(); ++i) {
    EXPECT_EQ(world.sent[i].bytes, world.sent[sent_before].bytes);
  }
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
}

TEST_F(established, answers_while_its_own_delete_is_under_way) {
  world.config.weather.loss = 100;
  world.close(session);
  world.config.weather.loss = 0;
  EXPECT_TRUE(answers_with(world.responder.send_create_child(Create::rekey_ike), NotifyType::temporary_failure));
  EXPECT_TRUE(answer(world.responder.send_delete_ike()).empty());
}

TEST_F(established, counts_traffic) {
  world.kernel.counters = {1, 2, 3, 4};
  const auto counters = world.engine.counters(session);
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->bytes_out, 2u);
  EXPECT_FALSE(world.engine.counters(api::SessionId{999}));
}

TEST_F(established, is_renewed_before_its_life_ends_and_never_without_a_tunnel) {
  const auto first = *world.last<api::Established>();
  const base::TimePoint end = world.now + world.config.engine.lifetime;
  while (world.count<api::Established>() == 1 && world.now < end) {
    world.run(seconds(10));
    ASSERT_GE(world.kernel.live(), 1u);
  }
  const auto* second = world.last<api::Established>();
  ASSERT_EQ(world.count<api::Established>(), 2u);
  EXPECT_EQ(second->session, first.session);
  EXPECT_NE(second->spi_in, first.spi_in);
  world.run(seconds(5));
  EXPECT_EQ(world.count<api::Down>(), 0u);
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_TRUE(world.kernel.installed().front().guard_kept) << "its policies are the new one's";
  EXPECT_TRUE(world.responder.sas().front()->deleted);
  EXPECT_FALSE(world.responder.newest()->deleted);
  EXPECT_EQ(world.engine.sessions(), 1u);
}

// The server sends by the old child until it knows that we have the new one.
TEST_F(established, takes_packets_by_the_old_child_until_the_server_has_deleted_it) {
  ASSERT_TRUE(world.run_until_settled(world.config.engine.lifetime));
  ASSERT_EQ(world.kernel.installed().size(), 2u);
  EXPECT_EQ(world.kernel.live(), 2u);
  EXPECT_EQ(world.kernel.installed()[0].reqid, world.kernel.installed()[1].reqid);
  world.run(seconds(5));
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(established, ends_with_its_life_when_it_cannot_be_renewed) {
  world.responder.behaviour().silent_init = true;
  world.run(world.config.engine.lifetime + seconds(1));
  ASSERT_NE(world.last<api::Down>(), nullptr);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::lifetime);
  EXPECT_EQ(world.count<api::Failed>(), 0u);
  EXPECT_GE(world.steps("renewal"), 3u);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_TRUE(world.kernel.installed().back().guard_kept);
  EXPECT_EQ(world.engine.sessions(), 0u);
  EXPECT_EQ(world.engine.half_open(), 0u);
}

// Security rule 3: names that publish the proven key rely on the tunnel. Another key of the same negotiation, maybe of
// another name, must not take it over later.
TEST(renewal, takes_no_other_key_than_the_one_that_was_proven) {
  World world(ed25519_key(1), {});
  world.connect(seconds(30), {dns_key_of(ed25519_key(2)), world.responder.dns_key()});
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_EQ(world.count<api::Established>(), 1u);
  world.responder.change_key(ed25519_key(2));
  world.run(world.config.engine.lifetime + seconds(1));
  EXPECT_GE(world.steps("renewal_failed"), 1u);
  EXPECT_EQ(world.count<api::Established>(), 1u);
  ASSERT_NE(world.last<api::Down>(), nullptr);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::lifetime);
}

TEST_F(established, close_during_a_renewal_ends_both) {
  world.responder.behaviour().silent_init = true;
  while (world.steps("renewal") == 0) world.run(seconds(1));
  world.close(session);
  EXPECT_EQ(world.engine.half_open(), 0u);
  world.run(seconds(60));
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
  EXPECT_EQ(world.count<api::Down>(), 1u);
  EXPECT_EQ(world.count<api::Failed>(), 0u);
}

}  // namespace
}  // namespace latchkey::sim
