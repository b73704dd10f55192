// A host behind a gateway (security rule 1): IKE and ESP are the gateway's, the traffic is the host's alone.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/ts.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using base::PayloadType;
using support::Behaviour;
using support::Payloads;

const base::Address kHost = *base::Address::parse("203.0.113.9");

/// The server puts this host into TSr.
Behaviour answering_for(const base::Address& host, Behaviour behaviour = {}) {
  behaviour.edit_auth = [host](Payloads& payloads) {
    const auto tsr = std::ranges::find(payloads, PayloadType::tsr, &support::Payload::type);
    if (tsr != payloads.end())
      *tsr = support::payload(PayloadType::tsr, std::vector{wire::TrafficSelector::host(host)});
  };
  return behaviour;
}

struct Gateway : World {
  explicit Gateway(const Behaviour& behaviour) : World(ed25519_key(), behaviour) {}

  api::ConnectRequest request_for(const base::Address& host) const {
    api::ConnectRequest request;
    request.local = {*base::Address::parse(config.local), 500};
    request.remote = *base::Address::parse(config.remote);
    request.keys = {responder.dns_key()};
    request.deadline = now + std::chrono::seconds(30);
    request.behind = host;
    return request;
  }
  /// Whether there is a tunnel now.
  bool reach(const base::Address& host) {
    EXPECT_TRUE(engine.connect(request_for(host), now));
    collect();
    EXPECT_TRUE(run_until_settled());
    return last<api::Established>() != nullptr;
  }
};

TEST(behind_a_gateway, a_host_has_a_tunnel_of_its_own_selectors_with_the_gateway_outside) {
  Gateway world(answering_for(kHost));
  ASSERT_TRUE(world.reach(kHost));
  const api::ChildSa& child = world.kernel.installed().front().child;
  EXPECT_EQ(child.remote.to_string(), world.config.remote);
  EXPECT_EQ(child.inner_remote, kHost);
  EXPECT_EQ(child.inner_local, std::nullopt);
  EXPECT_EQ(child.mode, api::Mode::tunnel);
  EXPECT_TRUE(child.guard);
  EXPECT_EQ(world.last<api::Established>()->inner_remote, kHost);
}

// Security rule 6.
TEST(behind_a_gateway, is_nothing_but_the_host_that_was_asked_for) {
  for (const char* other : {"198.51.100.7", "203.0.113.10"}) {
    Gateway world(answering_for(*base::Address::parse(other)));
    ASSERT_FALSE(world.reach(kHost)) << other;
    EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::bad_selectors);
    EXPECT_TRUE(world.kernel.untouched());
  }
}

TEST(behind_a_gateway, the_traffic_is_the_hosts_after_a_rekeying_too) {
  Gateway world(answering_for(kHost, {.creates = true}));
  ASSERT_TRUE(world.reach(kHost));
  world.run(std::chrono::minutes(56));
  ASSERT_GE(world.count<api::Rekeyed>(), 1U);
  EXPECT_EQ(world.kernel.installed().back().child.inner_remote, kHost);
  EXPECT_EQ(world.kernel.live(), 1U);
}

TEST(behind_a_gateway, there_is_no_transport_mode) {
  Gateway world(answering_for(kHost, {.transport = support::Transport::only}));
  EXPECT_FALSE(world.reach(kHost));
  EXPECT_EQ(world.steps("retry_in_transport_mode"), 0U);
  api::ConnectRequest request = world.request_for(kHost);
  request.mode = api::Mode::transport;
  EXPECT_EQ(world.engine.connect(request, world.now).error().code, base::Errc::unsupported);
}

TEST(behind_a_gateway, is_no_host_of_the_other_family) {
  Gateway world(answering_for(kHost));
  const auto other = *base::Address::parse("2001:db8::9");
  EXPECT_EQ(world.engine.connect(world.request_for(other), world.now).error().code, base::Errc::unsupported);
}

}  // namespace
}  // namespace latchkey::sim
