// What we make of answers to CREATE_CHILD_SA for a child (RFC 7296 sections 1.3.3, 2.8, 2.21 and 2.25).

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/creations.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::Create;
using support::Payloads;

class asks : public Creations {};
class asks_with_pfs : public Creations {
 protected:
  static WorldConfig config() {
    WorldConfig config = quiet();
    config.engine.pfs = true;
    return config;
  }
  asks_with_pfs() : Creations(config()) {}
};

TEST_F(asks, for_a_rekeyed_child_and_makes_the_same_keys) {
  const auto old = world.kernel.installed().back().child.spi_in;
  wear_out();
  world.run(milliseconds(100));
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_EQ(sa().deleted_children, std::vector{old}) << "who has asked deletes what was replaced";
}

TEST_F(asks_with_pfs, for_a_rekeyed_child_and_makes_the_same_keys) {
  wear_out();
  world.run(milliseconds(100));
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.kernel.live(), 1u);
}

TEST_F(asks, for_what_the_child_has_and_nothing_else) {
  wear_out();
  world.run(milliseconds(100));
  const auto request = first_sa().requests[1].payloads();
  ASSERT_EQ(first_sa().requests[1].header.exchange, ExchangeType::create_child_sa);
  EXPECT_TRUE(support::find_notify(request, NotifyType::rekey_sa));
  const auto it = std::ranges::find(request, PayloadType::sa, &wire::RawPayload::type);
  const auto offer = wire::parse_sa(it->body).value();
  ASSERT_EQ(offer.proposals.size(), 1u);
  EXPECT_EQ(offer.proposals.front().transforms.size(), 2u);
}

TEST_F(asks_with_pfs, again_with_the_method_that_the_peer_wants) {
  const std::size_t sent = requests(ExchangeType::create_child_sa);
  world.responder.behaviour().edit_creation = only(NotifyType::invalid_ke_payload, {0, 19});
  wear_out();
  world.run(milliseconds(25));
  world.responder.behaviour().edit_creation = {};
  world.run(milliseconds(100));
  EXPECT_EQ(requests(ExchangeType::create_child_sa), sent + 2);
  EXPECT_TRUE(has_tunnel());
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
}

TEST_F(asks_with_pfs, not_for_ever_nor_for_what_was_not_offered) {
  for (const std::uint8_t method : {std::uint8_t{19}, std::uint8_t{2}}) {
    const std::size_t before = requests(ExchangeType::create_child_sa);
    unsigned turn = 0;
    world.responder.behaviour().edit_creation = [&](Payloads& payloads) {
      const std::uint8_t wanted = turn++ % 2 == 0 ? method : 31;
      payloads = {support::notify_payload(NotifyType::invalid_ke_payload, base::Buffer{0, wanted})};
    };
    world.responder.behaviour().silent_init = true;
    wear_out();
    world.run(seconds(5));
    EXPECT_EQ(requests(ExchangeType::create_child_sa), before + (method == 19 ? 3 : 1));
  }
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asks, begins_a_new_ike_sa_where_create_child_sa_is_not_taken) {
  for (const auto type : {NotifyType::no_additional_sas, NotifyType::no_proposal_chosen, NotifyType::ts_unacceptable,
                          static_cast<NotifyType>(9999)}) {
    world.responder.behaviour().edit_creation = only(type);
    const std::size_t established = world.count<api::Established>();
    wear_out();
    world.run(seconds(5));
    EXPECT_EQ(world.count<api::Established>(), established + 1) << static_cast<int>(type);
    EXPECT_EQ(world.kernel.live(), 1u);
    EXPECT_EQ(world.count<api::Down>(), 0u);
  }
}

TEST_F(asks, waits_after_temporary_failure) {
  world.responder.behaviour().edit_creation = only(NotifyType::temporary_failure);
  wear_out();
  world.run(seconds(9));
  EXPECT_EQ(requests(ExchangeType::create_child_sa), 1u);
  world.run(seconds(7));
  EXPECT_EQ(requests(ExchangeType::create_child_sa), 2u);
  world.responder.behaviour().edit_creation = {};
  world.run(seconds(16));
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_EQ(compare(), "");
}

TEST_F(asks, begins_a_new_ike_sa_after_minutes_of_temporary_failure) {
  world.responder.behaviour().edit_creation = only(NotifyType::temporary_failure);
  wear_out();
  world.run(minutes(4));
  EXPECT_EQ(world.count<api::Established>(), 1u);
  world.run(minutes(2));
  EXPECT_EQ(world.count<api::Established>(), 2u);
  EXPECT_TRUE(first_sa().deleted);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asks, for_a_new_child_when_the_peer_has_lost_the_old_one) {
  bool once = true;
  world.responder.behaviour().edit_creation = [&](Payloads& payloads) {
    if (std::exchange(once, false)) payloads = {support::notify_payload(NotifyType::child_sa_not_found)};
  };
  wear_out();
  world.run(milliseconds(200));
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_TRUE(sa().deleted_children.empty()) << "the old one went silently";
  EXPECT_FALSE(support::find_notify(first_sa().requests.back().payloads(), NotifyType::rekey_sa));
  EXPECT_EQ(world.kernel.installed().back().reqid, world.kernel.installed().front().reqid);
}

TEST_F(asks, gives_up_a_tunnel_that_the_peer_has_lost_and_does_not_want_again) {
  world.responder.behaviour().edit_creation = only(NotifyType::child_sa_not_found);
  wear_out();
  world.run(seconds(1));
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::peer_refused);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_TRUE(world.kernel.installed().front().guard_kept);
  EXPECT_TRUE(first_sa().deleted);
}

TEST_F(asks, ends_with_the_peers_invalid_syntax) {
  world.responder.behaviour().edit_creation = only(NotifyType::invalid_syntax);
  wear_out();
  world.run(seconds(1));
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::deleted_by_peer);
  EXPECT_EQ(requests(ExchangeType::informational), 0u) << "no DELETE is needed";
  world.run(seconds(60));
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
}

struct BadAnswer {
  const char* name;
  std::function<void(Payloads&)> edit;
};

class asks_and_hears : public Creations, public ::testing::WithParamInterface<BadAnswer> {};

TEST_P(asks_and_hears, deletes_what_it_cannot_take_and_asks_again_later) {
  world.responder.behaviour().edit_creation = GetParam().edit;
  wear_out();
  world.run(seconds(1));
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_EQ(world.kernel.reserved(), 0u);
  EXPECT_EQ(world.count<api::Rekeyed>(), 0u);
  EXPECT_EQ(sa().deleted_children, std::vector{sa().child->spi_out}) << "the peer's new child, not the old one";
  EXPECT_EQ(world.count<api::Down>(), 0u);
  sa().child = std::move(sa().former.back());  // as its kernel has it again
  sa().former.clear();
  world.responder.behaviour().edit_creation = {};
  world.run(seconds(20));
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_EQ(compare(), "");
}

std::vector<BadAnswer> bad_answers() {
  return {
      {"no_nonce", without(PayloadType::nonce)},
      {"no_sa", without(PayloadType::sa)},
      {"no_selectors", without(PayloadType::tsr)},
      {"another_suite",
       [](Payloads& all) {
         auto sa = wire::parse_sa(find(all, PayloadType::sa)->body).value();
         sa.proposals.front().transforms.front().key_bits = 128;
         find(all, PayloadType::sa)->body = support::payload(PayloadType::sa, sa).body;
       }},
      {"wider_selectors",
       [](Payloads& all) {
         find(all, PayloadType::tsi)->body =
             support::payload(PayloadType::tsi, support::range("192.0.2.0", "192.0.2.255")).body;
       }},
      {"another_mode", [](Payloads& all) { all.push_back(support::notify_payload(NotifyType::use_transport_mode)); }},
      {"garbled_selectors", with(PayloadType::tsi, base::Buffer(3))},
  };
}
INSTANTIATE_TEST_SUITE_P(an_answer_with, asks_and_hears, ::testing::ValuesIn(bad_answers()),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(asks, again_when_the_kernel_has_refused_the_new_child) {
  world.kernel.refuse_install = true;
  wear_out();
  world.run(seconds(1));
  EXPECT_EQ(sa().deleted_children, std::vector{sa().child->spi_out});
  world.kernel.refuse_install = false;
  world.kernel.refuse_spi = true;
  world.run(seconds(20));
  world.kernel.refuse_spi = false;
  world.run(seconds(20));
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_EQ(world.count<api::Down>(), 0u);
}

// Two rekeyings of one child that cross: the lowest of four nonces decides (RFC 7296 section 2.8.1).
class crossed : public Creations {
 protected:
  // Ours is under way when theirs arrives; then comes the answer to ours. The responder's two nonces are given.
  void cross(std::uint8_t request_nonce, std::uint8_t reply_nonce) {
    old = world.kernel.installed().back().child.spi_in;
    world.responder.behaviour().nonce = [=] { return base::Buffer(32, request_nonce); };
    const auto request = world.responder.send_create_child(Create::rekey_child);
    world.responder.behaviour().nonce = [=] { return base::Buffer(32, reply_nonce); };
    wear_out();
    world.inject(request);
    world.run(milliseconds(200));
  }
  base::Spi old;
};

TEST_F(crossed, closes_its_own_child_if_the_lowest_nonce_is_in_its_exchange) {
  cross(0xff, 0x00);
  const auto ours = world.kernel.installed()[2].child.spi_in;
  EXPECT_EQ(sa().deleted_children, std::vector{ours});
  EXPECT_EQ(world.last<api::Rekeyed>()->spi_in, world.kernel.installed()[1].child.spi_in);
  EXPECT_FALSE(world.kernel.installed()[2].sending) << "the redundant one is never sent by";
}

TEST_F(crossed, deletes_the_old_child_if_the_lowest_nonce_is_in_the_peers_exchange) {
  cross(0x00, 0xff);
  EXPECT_EQ(sa().deleted_children, std::vector{old});
  const auto& ours = world.kernel.installed()[2];
  EXPECT_EQ(world.last<api::Rekeyed>()->spi_in, ours.child.spi_in);
  EXPECT_TRUE(ours.sending);
  world.run(seconds(70));
  EXPECT_EQ(world.kernel.live(), 1u) << "the peer forgot to delete its own";
}

}  // namespace
}  // namespace latchkey::sim
