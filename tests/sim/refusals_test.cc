// What must end a negotiation, with which reason, and that nothing is left of it (security rule 2).

#include <gtest/gtest.h>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/notify.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using base::KeMethod;
using base::NotifyType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Behaviour;
using support::Selectors;
using support::Signing;
using support::Transport;

enum class Key { ed25519, rsa, ecdsa };

crypto::PrivateKey make(Key key) {
  static const auto rsa = crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048).value();
  static const auto ecdsa = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value();
  return key == Key::rsa ? rsa : key == Key::ecdsa ? ecdsa : ed25519_key();
}

struct Case {
  std::string_view name;
  Key key;
  Behaviour behaviour;
  Reason reason;
  std::uint16_t notify;
};

std::uint16_t number(NotifyType type) { return static_cast<std::uint16_t>(type); }

std::vector<Case> cases() {
  return {
      {"no proposal", Key::ed25519, {.init_error = NotifyType::no_proposal_chosen}, Reason::no_proposal, 14},
      {"another init error", Key::ed25519, {.init_error = NotifyType::invalid_syntax}, Reason::peer_refused, 7},
      {"refuses us", Key::ed25519, {.auth_error = NotifyType::authentication_failed}, Reason::peer_refused, 24},
      {"child refused", Key::ed25519, {.child_error = NotifyType::no_additional_sas}, Reason::peer_refused, 35},
      {"child refused in both modes",
       Key::ed25519,
       {.child_error = NotifyType::no_proposal_chosen},
       Reason::no_proposal,
       14},
      {"ts unacceptable",
       Key::ed25519,
       {.child_error = NotifyType::ts_unacceptable},
       Reason::bad_selectors,
       number(NotifyType::ts_unacceptable)},
      {"wide selectors", Key::ed25519, {.selectors = Selectors::wide}, Reason::bad_selectors, 0},
      {"narrowed selectors", Key::ed25519, {.selectors = Selectors::narrowed}, Reason::bad_selectors, 0},
      {"another host", Key::ed25519, {.selectors = Selectors::other_host}, Reason::bad_selectors, 0},
      {"several selectors", Key::ed25519, {.selectors = Selectors::several}, Reason::bad_selectors, 0},
      {"RSA with SHA-1, method 1", Key::rsa, {.signing = Signing::sha1_rsa}, Reason::auth_failed, 0},
      {"PKCS#1 with SHA-1", Key::rsa, {.signing = Signing::sha1_pkcs1}, Reason::auth_failed, 0},
      {"PSS with SHA-1", Key::rsa, {.signing = Signing::sha1_pss}, Reason::auth_failed, 0},
      {"ECDSA with SHA-1", Key::ecdsa, {.signing = Signing::sha1_ecdsa}, Reason::auth_failed, 0},
      {"a broken signature", Key::ed25519, {.signing = Signing::broken}, Reason::auth_failed, 0},
      {"AUTH_NULL from the server", Key::ed25519, {.signing = Signing::null}, Reason::auth_failed, 0},
      {"INVALID_KE with a group that was not offered",
       Key::ed25519,
       {.always_invalid_ke = KeMethod::modp1024},
       Reason::no_proposal,
       17},
  };
}

TEST(refusals, end_with_their_reason_and_without_kernel_state) {
  for (Case& c : cases()) {
    SCOPED_TRACE(c.name);
    World world(make(c.key), c.behaviour);
    world.connect(seconds(4));
    ASSERT_TRUE(world.run_until_settled());
    const auto* failed = world.last<api::Failed>();
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->reason, c.reason) << failed->detail;
    EXPECT_EQ(failed->notify, c.notify) << failed->detail;
    EXPECT_FALSE(failed->detail.empty());
    EXPECT_TRUE(world.kernel.untouched());
    EXPECT_LT(world.elapsed(), seconds(2)) << "a refusal is known before the deadline";
    EXPECT_EQ(world.engine.sessions(), 0u);
    world.run(seconds(200));
    EXPECT_EQ(world.engine.next_deadline(), base::kNever) << "nothing is left to do";
    EXPECT_EQ(world.count<api::Failed>(), 1u);
    EXPECT_EQ(world.count<api::Established>(), 0u);
  }
}

TEST(refusals, the_wrong_key_in_dns) {
  World world(ed25519_key(1), {});
  world.connect(seconds(4), {dns_key_of(ed25519_key(2))});
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Failed>(), nullptr);
  EXPECT_EQ(world.last<api::Failed>()->reason, Reason::auth_failed);
  EXPECT_TRUE(world.kernel.untouched());
  world.run(seconds(1));
  EXPECT_TRUE(world.responder.newest()->deleted) << "the server is told, or it keeps a tunnel that nobody uses";
}

TEST(refusals, after_verified_authentication_the_server_gets_a_delete) {
  for (const auto selectors : {Selectors::wide, Selectors::narrowed}) {
    World world(ed25519_key(), Behaviour{.selectors = selectors});
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    world.run(seconds(1));
    EXPECT_TRUE(world.responder.newest()->deleted);
  }
}

// Either selector alone is enough to refuse: the other one is right.
TEST(refusals, one_wrong_selector_of_the_two) {
  for (const auto type : {base::PayloadType::tsi, base::PayloadType::tsr}) {
    Behaviour behaviour;
    behaviour.edit_auth = [type](support::Payloads& payloads) {
      for (auto& payload : payloads) {
        if (payload.type == type) payload.body.back() = 0xff;  // the last octet of the end address
      }
    };
    World world(ed25519_key(), behaviour);
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_NE(world.last<api::Failed>(), nullptr);
    EXPECT_EQ(world.last<api::Failed>()->reason, Reason::bad_selectors) << world.last<api::Failed>()->detail;
    EXPECT_TRUE(world.kernel.untouched());
  }
}

TEST(refusals, of_the_kernel_are_told_and_leave_nothing) {
  World install(ed25519_key(), {});
  install.kernel.refuse_install = true;
  install.connect();
  ASSERT_TRUE(install.run_until_settled());
  EXPECT_EQ(install.last<api::Failed>()->reason, Reason::kernel);
  EXPECT_TRUE(install.kernel.untouched());
  install.run(seconds(1));
  EXPECT_TRUE(install.responder.newest()->deleted);

  World spi(ed25519_key(), {});
  spi.kernel.refuse_spi = true;
  spi.connect();
  ASSERT_TRUE(spi.run_until_settled());
  EXPECT_EQ(spi.last<api::Failed>()->reason, Reason::kernel);
}

TEST(refusals, an_error_notify_of_the_init_is_not_believed_at_once) {
  World world(ed25519_key(), Behaviour{.init_error = NotifyType::no_proposal_chosen});
  world.connect();
  world.run(milliseconds(100));
  EXPECT_EQ(world.count<api::Failed>(), 0u);
  world.run(seconds(1));
  EXPECT_EQ(world.count<api::Failed>(), 1u);
}

// A transform that was never offered, in an otherwise perfect reply.
TEST(refusals, a_suite_that_was_not_offered) {
  WorldConfig config;
  config.engine.ike = {{base::EncrId::aes_gcm_16, 256, base::PrfId::hmac_sha2_256, KeMethod::x25519}};
  Behaviour behaviour;
  behaviour.edit_init = [](support::Payloads& payloads) {
    // The last octet of the SA payload is the low octet of the last transform's ID: X25519 becomes P-256.
    payloads.front().body.back() = 19;
  };
  World world(ed25519_key(), behaviour, config);
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Failed>(), nullptr);
  EXPECT_EQ(world.last<api::Failed>()->reason, Reason::no_proposal);
  EXPECT_TRUE(world.kernel.untouched());
}

TEST(refusals, a_reply_without_auth_or_with_two) {
  for (const bool twice : {false, true}) {
    Behaviour behaviour;
    behaviour.edit_auth = [twice](support::Payloads& payloads) {
      if (twice) {
        const auto copy = payloads[1];
        payloads.push_back(copy);
      } else {
        payloads.erase(payloads.begin() + 1);
      }
    };
    World world(ed25519_key(), behaviour);
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_NE(world.last<api::Failed>(), nullptr);
    EXPECT_EQ(world.last<api::Failed>()->reason, Reason::malformed);
    EXPECT_TRUE(world.kernel.untouched());
  }
}

TEST(refusals, do_not_come_from_an_unknown_payload) {
  Behaviour behaviour;
  behaviour.edit_auth = [](support::Payloads& payloads) {
    payloads.insert(payloads.begin(), {base::PayloadType{200}, {}});
  };
  World ignored(ed25519_key(), behaviour);
  ignored.connect();
  ASSERT_TRUE(ignored.run_until_settled());
  EXPECT_NE(ignored.last<api::Established>(), nullptr);
}

TEST(transport_mode, is_tried_after_the_childs_no_proposal_chosen_with_native_esp) {
  World world(ed25519_key(), Behaviour{.transport = Transport::only});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  const auto* up = world.last<api::Established>();
  ASSERT_NE(up, nullptr);
  EXPECT_EQ(up->mode, api::Mode::transport);
  EXPECT_FALSE(up->encapsulated);
  EXPECT_EQ(up->exchanges, 4u);
  EXPECT_EQ(compare_children(world.kernel.installed().back().child, *world.responder.newest()->child), "");
  EXPECT_EQ(world.kernel.installed().size(), 1u);
  world.run(seconds(1));
  ASSERT_EQ(world.responder.sas().size(), 2u);
  EXPECT_TRUE(world.responder.sas().front()->deleted) << "the first IKE SA is of no use";
}

TEST(transport_mode, that_nobody_asked_for_is_refused) {
  Behaviour behaviour;
  behaviour.edit_auth = [](support::Payloads& payloads) {
    payloads.push_back(support::notify_payload(NotifyType::use_transport_mode));
  };
  World world(ed25519_key(), behaviour);
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Failed>(), nullptr);
  EXPECT_EQ(world.last<api::Failed>()->reason, Reason::malformed);
}

}  // namespace
}  // namespace latchkey::sim
