// How many clients of one address a server takes, half-open and established: no more than it was told, others' places
// are not touched by it, and a place that was left is free again (security rule 9).

#include <gtest/gtest.h>

#include <memory>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::seconds;
using support::payload;
using support::Payloads;

/// Several behind one NAT, each with a lease of its own.
class Crowd {
 public:
  explicit Crowd(Server& server) : server_(server) {}

  /// IKE_SA_INIT, with a COOKIE if one is demanded. Nullptr if it was turned away.
  Stranger* agree(std::string_view address = "203.0.113.9") {
    Stranger& one = *clients_.emplace_back(std::make_unique<Stranger>(server_, clients_.size() + 1));
    one.path.remote = {*base::Address::parse(address), static_cast<std::uint16_t>(40000 + clients_.size())};
    Payloads payloads = one.init_payloads();
    const auto answers = one.send(one.init_request(payloads));
    if (answers.empty()) return nullptr;
    const auto message = wire::parse_message(answers.front());
    const auto cookie = support::find_notify(message->payloads, NotifyType::cookie);
    // A copy of the request gets the answer again.
    if (cookie) payloads.insert(payloads.begin(), support::notify_payload(NotifyType::cookie, *cookie));
    return one.agree(payloads) ? &one : nullptr;
  }
  /// IKE_AUTH. The refusal, if it was one.
  static NotifyType come(Stranger& one) {
    Payloads claim = one.claim();
    claim[3] = payload(PayloadType::tsi, support::all_ipv4());
    claim.push_back(payload(PayloadType::cp, wire::Cp{1, {{1, {}}}}));
    const auto answer = one.ask(ExchangeType::ike_auth, claim);
    EXPECT_TRUE(answer);
    return answer ? first_notify(answer->payloads()) : NotifyType{};
  }
  static void leave(Stranger& one) {
    (void)one.ask(ExchangeType::informational,
                  {payload(PayloadType::delete_, wire::Delete{base::ProtocolId::ike, {}})});
  }

 private:
  Server& server_;
  std::vector<std::unique_ptr<Stranger>> clients_;
};

api::ResponderConfig limited(std::size_t half_open, std::size_t sessions) {
  auto responder = open_to_all();
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.99")});
  responder.max_half_open_per_address = half_open;
  responder.max_sessions_per_address = sessions;
  return responder;
}

TEST(an_address, has_no_more_half_open_clients_than_allowed_though_they_bring_cookies) {
  Server server(limited(4, 100));
  Crowd crowd(server);
  Stranger* first = crowd.agree();
  ASSERT_NE(first, nullptr);
  for (int i = 1; i < 4; ++i) ASSERT_NE(crowd.agree(), nullptr) << i;
  EXPECT_EQ(crowd.agree(), nullptr);
  EXPECT_EQ(server.engine.half_open_clients(), 4u);
  EXPECT_EQ(server.engine.stats().half_open_refused, 1u);
  EXPECT_NE(crowd.agree("203.0.113.10"), nullptr) << "somebody else";
  // Who gets in makes room, ...
  EXPECT_EQ(Crowd::come(*first), NotifyType{});
  EXPECT_NE(crowd.agree(), nullptr);
  EXPECT_EQ(crowd.agree(), nullptr);
  // ... and who never comes does, in time.
  server.now += seconds(60);
  server.engine.expire(server.now);
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  for (int i = 0; i < 4; ++i) EXPECT_NE(crowd.agree(), nullptr) << i;
  EXPECT_EQ(crowd.agree(), nullptr);
}

TEST(an_address, has_no_more_sessions_than_allowed) {
  Server server(limited(20, 3));
  Crowd crowd(server);
  std::vector<Stranger*> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(crowd.agree());
    ASSERT_NE(inside.back(), nullptr);
    ASSERT_EQ(Crowd::come(*inside.back()), NotifyType{});
  }
  EXPECT_EQ(crowd.agree(), nullptr);
  EXPECT_EQ(server.engine.stats().half_open_refused, 1u);
  EXPECT_EQ(server.kernel.live(), 3u);
  Stranger* other = crowd.agree("203.0.113.10");
  ASSERT_NE(other, nullptr) << "somebody else";
  EXPECT_EQ(Crowd::come(*other), NotifyType{});
  Crowd::leave(*inside.front());
  Stranger* next = crowd.agree();
  ASSERT_NE(next, nullptr) << "a place is free again";
  EXPECT_EQ(Crowd::come(*next), NotifyType{});
  EXPECT_EQ(crowd.agree(), nullptr);
  EXPECT_EQ(server.kernel.live(), 4u);
}

// Each of them came while there was room.
TEST(an_address, has_no_more_sessions_than_allowed_though_many_were_half_open_together) {
  Server server(limited(20, 3));
  Crowd crowd(server);
  std::vector<Stranger*> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(crowd.agree());
    ASSERT_NE(waiting.back(), nullptr) << i;
  }
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    EXPECT_EQ(Crowd::come(*waiting[i]), i < 3 ? NotifyType{} : NotifyType::temporary_failure) << i;
  }
  EXPECT_EQ(server.engine.sessions(), 3u);
  EXPECT_EQ(server.kernel.live(), 3u);
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
}

}  // namespace
}  // namespace latchkey::sim
