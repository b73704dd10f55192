// What peers tell each other of what led nowhere: INVALID_MESSAGE_ID and INVALID_SPI (RFC 7296 sections 1.5, 2.3 and
// 3.10.1).

#include <gtest/gtest.h>

#include <set>

#include "ike-engine/wire/notify.h"
#include "tests/sim/creations.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::Create;
using support::Payloads;

base::Buffer octets(std::uint32_t number) {
  base::Writer out;
  out.u32(number);
  return out.take();
}

class complaints : public Creations {
 protected:
  void SetUp() override {
    Creations::SetUp();
    sent_before = world.sent.size();
  }
  // Requests of the responder's with this ID, the same or different ones.
  void send_with_id(std::uint32_t id, int times = 1) {
    for (int i = 0; i < times; ++i) {
      sa().next_request = id;
      world.inject(world.responder.send_liveness_check());
      world.run(milliseconds(50));
    }
  }
  // The answer to a complaint of the responder's.
  std::vector<wire::RawPayload> complain(NotifyType type, base::Buffer data) {
    return answer(world.responder.send_request(ExchangeType::informational, {support::notify_payload(type, data)}));
  }
  // What the engine has complained of.
  std::vector<base::Buffer> heard() {
    std::vector<base::Buffer> ids;
    for (const support::Plain& request : sa().requests) {
      const auto payloads = request.payloads();
      const auto data = support::find_notify(payloads, NotifyType::invalid_message_id);
      if (data) ids.push_back(base::to_buffer(*data));
    }
    return ids;
  }
  std::size_t sent() const { return world.sent.size() - sent_before; }

  std::size_t sent_before = 0;
};

TEST_F(complaints, of_an_id_above_the_window_name_it_in_a_request_and_answer_nothing) {
  send_with_id(5);
  EXPECT_EQ(sa().responses.size(), 0u);
  EXPECT_EQ(sent(), 1u);
  EXPECT_EQ(heard(), std::vector<base::Buffer>{octets(5)});
  EXPECT_EQ(sa().requests.back().header.exchange, ExchangeType::informational);
  EXPECT_EQ(world.engine.stats().complaints_made, 1u);
  EXPECT_EQ(world.engine.stats().dropped_message_id, 1u);
  EXPECT_EQ(world.steps("invalid_message_id"), 1u);
  sa().next_request = 0;
  EXPECT_TRUE(answer(world.responder.send_liveness_check()).empty()) << "it has not moved the window";
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, are_made_once_a_minute) {
  send_with_id(7, 100);
  EXPECT_EQ(heard().size(), 1u);
  world.run(seconds(54));
  send_with_id(8);
  EXPECT_EQ(heard().size(), 1u);
  world.run(seconds(2));
  send_with_id(0xffffffff, 100);
  EXPECT_EQ(heard(), (std::vector<base::Buffer>{octets(7), octets(0xffffffff)}));
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, wait_for_the_one_that_is_under_way) {
  world.config.weather.loss = 100;
  for (std::uint32_t id = 5; id < 8; ++id) {
    sa().next_request = id;
    for (const auto& datagram : world.responder.send_liveness_check()) {
      world.engine.receive(datagram.bytes, world.sent.back().path, world.now);
    }
    world.collect();
    world.run(seconds(20));
  }
  std::set<base::Buffer> different;
  for (std::size_t i = sent_before; i < world.sent.size(); ++i) different.insert(world.sent[i].bytes);
  EXPECT_EQ(different.size(), 1u) << "only retransmissions";
  EXPECT_GT(sent(), 1u);
}

TEST_F(complaints, are_not_made_of_what_is_below_the_window_or_has_no_right_icv) {
  for (int i = 0; i < 3; ++i) answer(world.responder.send_liveness_check());
  const std::size_t before = sent();
  send_with_id(0);
  send_with_id(1);
  sa().next_request = 9;
  auto forged = world.responder.send_liveness_check();
  forged.front().bytes.back() ^= 1;
  world.inject(forged);
  world.run(milliseconds(50));
  EXPECT_EQ(sent(), before);
  EXPECT_EQ(world.engine.stats().dropped_bad_icv, 1u);
  EXPECT_EQ(world.engine.stats().complaints_made, 0u);
}

TEST_F(complaints, are_not_made_again_because_the_ike_sa_is_rekeyed) {
  send_with_id(5);
  sa().next_request = 0;
  ASSERT_FALSE(ask(Create::rekey_ike).empty());
  delete_ike(first_sa());
  ASSERT_EQ(world.responder.sas().size(), 2u);
  send_with_id(5);
  EXPECT_EQ(world.engine.stats().complaints_made, 1u);
}

TEST_F(complaints, of_our_ids_are_acknowledged_counted_and_written_down_once_a_minute) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(complain(NotifyType::invalid_message_id, octets(3)).empty());
  EXPECT_EQ(sent(), 100u);
  EXPECT_EQ(world.engine.stats().complaints_heard, 100u);
  EXPECT_EQ(world.steps("peer_complains"), 1u);
  world.run(seconds(60));
  EXPECT_TRUE(complain(NotifyType::invalid_message_id, {1, 2, 3}).empty());
  EXPECT_EQ(world.last<api::Progress>()->detail, "notify=INVALID_MESSAGE_ID number=none");
  EXPECT_EQ(sent(), 101u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, of_a_childs_packets_have_it_rekeyed) {
  EXPECT_TRUE(complain(NotifyType::invalid_spi, octets(sa().child->spi_in.value)).empty());
  EXPECT_EQ(world.last<api::Progress>()->step, "peer_complains");
  world.run(seconds(1));
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, of_a_child_that_the_peer_does_not_have_get_it_another_one) {
  bool once = true;
  world.responder.behaviour().edit_creation = [&](Payloads& payloads) {
    if (std::exchange(once, false)) payloads = {support::notify_payload(NotifyType::child_sa_not_found)};
  };
  complain(NotifyType::invalid_spi, octets(sa().child->spi_in.value));
  world.run(seconds(1));
  EXPECT_FALSE(once);
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_TRUE(sa().deleted_children.empty());
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, by_hundreds_have_one_child_rekeyed_a_minute) {
  for (int i = 0; i < 200; ++i) complain(NotifyType::invalid_spi, octets(sa().child->spi_in.value));
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  world.run(minutes(1));
  for (int i = 0; i < 200; ++i) complain(NotifyType::invalid_spi, octets(sa().child->spi_in.value));
  EXPECT_EQ(world.count<api::Rekeyed>(), 2u);
  EXPECT_EQ(world.engine.stats().complaints_heard, 400u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, of_packets_that_no_child_of_ours_sends_change_nothing) {
  const base::Buffer whole = octets(sa().child->spi_in.value);
  for (const base::Buffer& data : {octets(sa().child->spi_out.value), octets(0), octets(0xffffffff), base::Buffer{},
                                   base::Buffer(whole.begin(), whole.begin() + 3), base::Buffer(5, whole.front())}) {
    EXPECT_TRUE(complain(NotifyType::invalid_spi, data).empty());
    world.run(seconds(2));
  }
  EXPECT_EQ(requests(ExchangeType::create_child_sa), 0u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, of_a_child_that_has_been_replaced_are_of_packets_under_way) {
  const base::Spi old = sa().child->spi_in;
  ASSERT_FALSE(ask(Create::rekey_child).empty());
  complain(NotifyType::invalid_spi, octets(old.value));
  world.run(seconds(1));
  EXPECT_EQ(requests(ExchangeType::create_child_sa), 0u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(complaints, of_a_peer_that_has_asked_for_patience_do_not_shorten_it) {
  const base::Spi known = sa().child->spi_in;
  world.responder.behaviour().edit_creation = only(NotifyType::temporary_failure);
  wear_out();
  world.run(seconds(1));
  ASSERT_EQ(requests(ExchangeType::create_child_sa), 1u);
  complain(NotifyType::invalid_spi, octets(known.value));
  world.run(seconds(5));
  EXPECT_EQ(requests(ExchangeType::create_child_sa), 1u);
}

// RFC 7296 section 1.5: outside an IKE SA it has SPIs that mean nothing, and anybody could have sent it.
TEST_F(complaints, from_outside_the_ike_sa_are_not_believed_nor_answered) {
  const auto body =
      support::chain_of({support::notify_payload(NotifyType::invalid_spi, octets(sa().child->spi_in.value))});
  wire::Header header;
  header.exchange = ExchangeType::informational;
  header.initiator = true;
  const api::Path path = world.sent.back().path;
  for (const bool named : {false, true}) {
    header.spi_i = named ? sa().spi_i : base::IkeSpi{};
    header.spi_r = named ? sa().spi_r : base::IkeSpi{};
    world.engine.receive(wire::write_message(header, body), path, world.now);
    world.collect();
    world.run(seconds(5));
  }
  EXPECT_EQ(sent(), 0u);
  EXPECT_EQ(world.engine.stats().complaints_heard, 0u);
  EXPECT_TRUE(has_tunnel());
}

}  // namespace
}  // namespace latchkey::sim
