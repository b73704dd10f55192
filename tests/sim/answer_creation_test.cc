// CREATE_CHILD_SA requests of the test responder: what is answered, what is refused and how (RFC 7296 sections 1.3,
// 2.7 to 2.9, 2.17, 2.18, 2.21.3 and 2.25).

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/ke.h"
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
using support::host;
using support::Payloads;

class asked : public Creations {};

TEST_F(asked, for_a_rekeyed_child_makes_the_same_keys) {
  for (const bool pfs : {false, true}) {
    const auto old = sa().child->spi_in;
    ASSERT_FALSE(ask(Create::rekey_child, {}, pfs).empty());
    EXPECT_EQ(compare(), "") << pfs;
    EXPECT_EQ(world.kernel.live(), 2u);
    EXPECT_FALSE(world.kernel.installed().back().sending) << "the old one goes on until it is deleted";
    EXPECT_EQ(delete_child(old).size(), 1u);
    EXPECT_EQ(world.kernel.live(), 1u);
    EXPECT_TRUE(world.kernel.installed().back().sending);
  }
  EXPECT_EQ(world.count<api::Rekeyed>(), 2u);
  EXPECT_EQ(world.count<api::Down>(), 0u);
}

TEST_F(asked, for_a_rekeyed_child_sends_by_it_at_the_latest_when_the_old_one_has_been_forgotten) {
  ask(Create::rekey_child, {});
  world.run(seconds(70));
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_TRUE(world.kernel.installed().back().sending);
  EXPECT_EQ(sa().deleted_children, std::vector{world.last<api::Established>()->spi_in});
  EXPECT_EQ(world.count<api::Down>(), 0u);
}

TEST_F(asked, takes_the_old_child_back_if_the_new_one_is_deleted) {
  const auto old = world.kernel.installed().front().child.spi_in;
  ask(Create::rekey_child, {});
  delete_child(sa().child->spi_in);
  EXPECT_TRUE(has_tunnel());
  EXPECT_EQ(world.last<api::Rekeyed>()->spi_in, old);
  world.run(minutes(10));
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asked, loses_the_tunnel_if_the_kernel_refuses_to_send_by_the_new_child) {
  const auto old = sa().child->spi_in;
  ask(Create::rekey_child, {});
  world.kernel.refuse_sending = true;
  delete_child(old);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::kernel);
  EXPECT_EQ(world.kernel.live(), 0u);
  EXPECT_TRUE(sa().deleted);
}

TEST_F(asked, for_another_child_makes_one_beside_the_first_with_its_reqid) {
  ASSERT_FALSE(ask(Create::new_child, {}).empty());
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(world.kernel.live(), 2u);
  EXPECT_EQ(world.kernel.installed()[1].reqid, world.kernel.installed()[0].reqid);
  EXPECT_TRUE(world.kernel.installed()[1].sending);
  delete_child(sa().former.front().spi_in);
  EXPECT_TRUE(has_tunnel());
  delete_child(sa().child->spi_in);
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::deleted_by_peer);
}

TEST_F(asked, for_too_many_children_says_no_additional_sas) {
  for (int i = 1; i < 8; ++i)
    ASSERT_FALSE(support::find_notify(ask(Create::new_child, {}), NotifyType::no_additional_sas));
  EXPECT_TRUE(support::find_notify(ask(Create::new_child, {}), NotifyType::no_additional_sas));
  EXPECT_EQ(world.kernel.live(), 8u);
  EXPECT_FALSE(support::find_notify(ask(Create::rekey_child, {}), NotifyType::no_additional_sas))
      << "each of them can still be rekeyed";
}

TEST_F(asked, for_the_same_child_without_end_says_no_additional_sas) {
  std::size_t refused = 0;
  const auto first = sa().child->spi_in;
  for (int i = 0; i < 20; ++i) {
    const auto payloads = ask(Create::rekey_child, [&](Payloads& all) {
      base::Writer spi;
      spi.u32(first.value);
      all.front() = support::payload(PayloadType::notify,
                                     wire::Notify{base::ProtocolId::esp, spi.view(), NotifyType::rekey_sa, {}});
    });
    refused += support::find_notify(payloads, NotifyType::no_additional_sas) ? 1u : 0u;
  }
  EXPECT_EQ(refused, 5u);
  EXPECT_EQ(world.kernel.live(), 16u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asked, for_another_ike_sa_makes_one_that_works_and_inherits_the_child) {
  ASSERT_FALSE(ask(Create::rekey_ike, {}).empty());
  ASSERT_EQ(world.responder.sas().size(), 2u);
  EXPECT_EQ(sa().next_request, 0u) << "message IDs begin anew";
  EXPECT_TRUE(answer(world.responder.send_liveness_check()).empty());
  delete_ike(first_sa());
  EXPECT_EQ(world.engine.sessions(), 1u);
  EXPECT_TRUE(has_tunnel());
  ASSERT_FALSE(ask(Create::rekey_child, {}).empty()) << "the child's control messages go by the new IKE SA";
  EXPECT_EQ(compare(), "");
  world.close(session);
  world.run(seconds(1));
  EXPECT_TRUE(sa().deleted);
}

TEST_F(asked, answers_on_the_old_ike_sa_until_it_is_deleted) {
  const auto request = world.responder.send_create_child(Create::rekey_ike);
  const std::size_t sent = world.sent.size();
  world.inject(request);
  world.run(milliseconds(50));
  world.inject(request);
  world.run(milliseconds(50));
  ASSERT_EQ(world.sent.size(), sent + 2);
  EXPECT_EQ(world.sent[sent].bytes, world.sent[sent + 1].bytes) << "a copy of the request gets the same answer";
  delete_ike(first_sa());
  delete_ike(first_sa());  // another message ID: the IKE SA is over
  EXPECT_EQ(world.sent.size(), sent + 3);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asked, deletes_the_old_ike_sa_itself_if_the_peer_forgets_to) {
  ask(Create::rekey_ike, {});
  world.run(seconds(70));
  EXPECT_TRUE(first_sa().deleted);
  EXPECT_EQ(world.engine.ike_sas(), 1u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asked, on_the_old_ike_sa_says_temporary_failure) {
  ask(Create::rekey_ike, {});
  const std::size_t before = first_sa().responses.size();
  send_in(first_sa(), ExchangeType::create_child_sa, {{PayloadType::vendor_id, {}}});
  ASSERT_EQ(first_sa().responses.size(), before + 1);
  EXPECT_TRUE(support::find_notify(first_sa().responses.back().payloads(), NotifyType::temporary_failure));
}

// Selectors that hold the two hosts and more are narrowed to them, whatever else they are.
TEST_F(asked, for_more_traffic_grants_the_two_hosts) {
  const auto body = support::payload(PayloadType::tsi, support::all_ipv4()).body;
  const auto payloads = ask(Create::rekey_child, [&](Payloads& request) {
    find(request, PayloadType::tsi)->body = body;
    find(request, PayloadType::tsr)->body = body;
  });
  for (const auto& [type, host] :
       {std::pair{PayloadType::tsi, sa().path.local.address}, std::pair{PayloadType::tsr, sa().path.remote.address}}) {
    const auto it = std::ranges::find(payloads, type, &wire::RawPayload::type);
    ASSERT_NE(it, payloads.end());
    EXPECT_EQ(wire::parse_ts(it->body).value(), std::vector{wire::TrafficSelector::host(host)});
  }
  EXPECT_EQ(compare(), "");
}

struct Refused {
  const char* name;
  Create what;
  bool pfs;
  std::function<void(Payloads&)> edit;
  NotifyType answer;
  bool fatal = false;
};

wire::Sa weak_offer() {
  return {{{1, base::ProtocolId::esp, {1, 2, 3, 4}, {{base::TransformType::encr, 3, {}, false}}}}};
}
base::Buffer rekey_body(base::ProtocolId protocol, base::Buffer spi) {
  return support::payload(PayloadType::notify, wire::Notify{protocol, spi, NotifyType::rekey_sa, {}}).body;
}

std::vector<Refused> refusals() {
  using enum Create;
  const auto ke = [](base::KeMethod method, std::size_t size, std::uint8_t fill) {
    const base::Buffer value(size, fill);
    return support::payload(PayloadType::ke, wire::Ke{method, value}).body;
  };
  const std::vector tcp{support::selector("198.51.100.7", "198.51.100.7", 6, 443)};
  return {
      {"without_sa", rekey_child, false, without(PayloadType::sa), NotifyType::invalid_syntax, true},
      {"without_nonce", rekey_child, false, without(PayloadType::nonce), NotifyType::invalid_syntax, true},
      {"without_tsi", new_child, false, without(PayloadType::tsi), NotifyType::invalid_syntax, true},
      {"without_tsr", rekey_child, false, without(PayloadType::tsr), NotifyType::invalid_syntax, true},
      {"ike_without_ke", rekey_ike, false, without(PayloadType::ke), NotifyType::invalid_syntax, true},
      {"short_nonce", rekey_child, false, with(PayloadType::nonce, base::Buffer(15)), NotifyType::invalid_syntax, true},
      {"garbled_sa", rekey_child, false, with(PayloadType::sa, base::Buffer(7)), NotifyType::invalid_syntax, true},
      {"degenerate_key_of_a_child", rekey_child, true, with(PayloadType::ke, ke(base::KeMethod::x25519, 32, 0)),
       NotifyType::invalid_syntax, true},
      {"degenerate_key_of_an_ike_sa", rekey_ike, false, with(PayloadType::ke, ke(base::KeMethod::x25519, 32, 0)),
       NotifyType::invalid_syntax, true},
      {"key_of_another_size", rekey_ike, false, with(PayloadType::ke, ke(base::KeMethod::x25519, 31, 9)),
       NotifyType::invalid_syntax, true},
      {"another_key_exchange_than_the_childs", rekey_child, true,
       with(PayloadType::ke, ke(base::KeMethod::ecp256, 64, 9)), NotifyType::invalid_ke_payload},
      {"another_key_exchange_than_the_ike_sas", rekey_ike, false,
       with(PayloadType::ke, ke(base::KeMethod::ecp256, 64, 9)), NotifyType::invalid_ke_payload},
      {"pfs_without_ke", rekey_child, true, without(PayloadType::ke), NotifyType::invalid_ke_payload},
      {"weak_suite", rekey_child, false, with(PayloadType::sa, support::payload(PayloadType::sa, weak_offer()).body),
       NotifyType::no_proposal_chosen},
      {"another_server", rekey_child, false,
       with(PayloadType::tsi, support::payload(PayloadType::tsi, host("198.51.100.8")).body),
       NotifyType::ts_unacceptable},
      {"another_client", new_child, false,
       with(PayloadType::tsr, support::payload(PayloadType::tsr, host("192.0.2.2")).body), NotifyType::ts_unacceptable},
      {"a_part_of_the_traffic", rekey_child, false,
       with(PayloadType::tsi, support::payload(PayloadType::tsi, tcp).body), NotifyType::ts_unacceptable},
      {"unknown_child", rekey_child, false,
       [](Payloads& all) {
         all.front().body = rekey_body(base::ProtocolId::esp, {9, 9, 9, 9});
       },
       NotifyType::child_sa_not_found},
      {"child_of_no_protocol", rekey_child, false,
       [](Payloads& all) { all.front().body = rekey_body(base::ProtocolId::none, {}); },
       NotifyType::child_sa_not_found},
  };
}

class asked_in_vain : public Creations, public ::testing::WithParamInterface<Refused> {};

TEST_P(asked_in_vain, says_why_and_changes_nothing_else) {
  const Refused& each = GetParam();
  const auto payloads = ask(each.what, each.edit, each.pfs);
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_TRUE(support::find_notify(payloads, each.answer));
  EXPECT_EQ(world.kernel.reserved(), 0u);
  EXPECT_EQ(world.count<api::Rekeyed>(), 0u);
  if (each.fatal) {
    EXPECT_EQ(world.last<api::Down>()->reason, Reason::malformed);
    EXPECT_EQ(world.engine.sessions(), 0u);
  } else {
    EXPECT_EQ(world.kernel.live(), 1u);
    EXPECT_EQ(world.count<api::Down>(), 0u);
    EXPECT_FALSE(ask(Create::rekey_child, {}).empty());
    EXPECT_EQ(compare(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(by, asked_in_vain, ::testing::ValuesIn(refusals()),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(asked, names_the_method_that_it_wants) {
  const auto payloads = ask(Create::rekey_child, with(PayloadType::ke, *base::from_hex("0013 0000 00")), true);
  const auto data = support::find_notify(payloads, NotifyType::invalid_ke_payload);
  ASSERT_TRUE(data);
  EXPECT_EQ(wire::parse_invalid_ke(*data).value(), base::KeMethod::x25519);
}

TEST_F(asked, for_an_unknown_child_names_it_in_its_answer) {
  const auto payloads = ask(Create::rekey_child, [](Payloads& all) {
    all.front().body = rekey_body(base::ProtocolId::esp, {9, 8, 7, 6});
  });
  ASSERT_EQ(payloads.size(), 1u);
  const auto notify = wire::parse_notify(payloads.front().body);
  EXPECT_EQ(notify->type, NotifyType::child_sa_not_found);
  EXPECT_EQ(notify->protocol, base::ProtocolId::esp);
  EXPECT_EQ(base::to_buffer(notify->spi), (base::Buffer{9, 8, 7, 6}));
}

// RFC 7296 section 3.3.6: a key that belongs to no proposal is ignored.
TEST_F(asked, with_a_key_that_no_proposal_speaks_of_answers_without_one) {
  const auto payloads = ask(Create::rekey_child, [](Payloads& request) {
    const base::Buffer value(32, 9);
    request.push_back(support::payload(PayloadType::ke, wire::Ke{base::KeMethod::x25519, value}));
  });
  EXPECT_EQ(std::ranges::count(payloads, PayloadType::ke, &wire::RawPayload::type), 0);
  EXPECT_EQ(compare(), "");
}

TEST_F(asked, while_the_kernel_refuses_says_temporary_failure) {
  world.kernel.refuse_install = true;
  EXPECT_TRUE(support::find_notify(ask(Create::rekey_child, {}), NotifyType::temporary_failure));
  world.kernel.refuse_install = false;
  world.kernel.refuse_spi = true;
  EXPECT_TRUE(support::find_notify(ask(Create::rekey_child, {}), NotifyType::temporary_failure));
  world.kernel.refuse_spi = false;
  EXPECT_EQ(world.kernel.reserved(), 0u);
  ask(Create::rekey_child, {});
  EXPECT_EQ(compare(), "");
}

}  // namespace
}  // namespace latchkey::sim
