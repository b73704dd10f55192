// A client whose messages come from another address than its first one did (security rule 12): whoever could make
// somebody else's address its own here would have us drop, or encrypt, what goes there.

#include <gtest/gtest.h>

#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "tests/sim/stranger.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::Payloads;

const base::Address kVictim = *base::Address::parse("192.0.2.66");

NotifyType refusal(const std::optional<support::Plain>& answer) {
  return answer ? first_notify(answer->payloads()) : NotifyType{};
}

/// A client that has got the answer to its IKE_SA_INIT.
class elsewhere : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(client.agree()); }
  void speak_as_victim() { client.path.remote.address = kVictim; }
  void speak_as_itself() { client.path = own; }
  /// IKE_AUTH, or the same once more.
  std::optional<support::Plain> authenticate(const Payloads& claim) {
    client.next_request = 1;
    return client.ask(ExchangeType::ike_auth, claim);
  }
  Server server{open_to_all()};
  Stranger client{server};
  const api::Path own = client.path;
};

// Only who got our answer to IKE_SA_INIT has shown that the address is its own.
TEST_F(elsewhere, nobody_comes_in) {
  speak_as_victim();
  EXPECT_FALSE(authenticate(client.claim()));
  EXPECT_EQ(server.kernel.live(), 0u);
  EXPECT_EQ(server.engine.sessions(), 0u);
  EXPECT_EQ(server.sent.size(), 1u) << "not a word to the other address";
}

TEST_F(elsewhere, a_client_is_not_if_its_nat_has_another_port_for_port_4500) {
  client.path = {{own.local.address, 4500}, {own.remote.address, 40001}, true};
  EXPECT_EQ(refusal(authenticate(client.claim())), NotifyType{});
  ASSERT_EQ(server.kernel.live(), 1u);
  EXPECT_EQ(server.kernel.installed().front().child.remote_port, 40001);
}

// Somebody who hears it can send it from another address, and first.
TEST_F(elsewhere, a_copy_of_ike_auth_takes_nothing_from_the_true_one) {
  const Payloads claim = client.claim();
  speak_as_victim();
  EXPECT_FALSE(authenticate(claim));
  speak_as_itself();
  const auto answer = authenticate(claim);
  ASSERT_TRUE(answer);
  EXPECT_EQ(refusal(answer), NotifyType{});
  ASSERT_EQ(server.kernel.live(), 1u);
  EXPECT_EQ(server.kernel.installed().front().child.remote, own.remote.address);
}

// Security rule 9
TEST_F(elsewhere, who_goes_on_leaves_nothing) {
  speak_as_victim();
  EXPECT_FALSE(authenticate(client.claim()));
  server.now += std::chrono::seconds(60);
  server.engine.expire(server.now);
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  EXPECT_EQ(server.engine.ike_sas(), 0u);
}

// An IKE SA may be moved by a NAT; a child that is for the client's own address may not.
TEST_F(elsewhere, who_is_in_gets_no_child_for_another_address) {
  ASSERT_TRUE(authenticate(client.claim()));
  speak_as_victim();
  const Payloads claim = client.claim();
  const base::Buffer nonce(32, 0x5a);
  const Payloads child{claim[2], support::payload(PayloadType::nonce, wire::Nonce{nonce}), claim[3], claim[4]};
  EXPECT_EQ(refusal(client.ask(ExchangeType::create_child_sa, child)), NotifyType::ts_unacceptable);
  ASSERT_EQ(server.kernel.installed().size(), 1u);
  EXPECT_EQ(server.kernel.installed().front().child.remote, own.remote.address);
}

}  // namespace
}  // namespace latchkey::sim
