#pragma once
// The peers with an engine that only remembers: a test asks, and says what comes of each negotiation.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/unbound-module/fake_services.h"
#include "tests/unit/unbound-module/wire_name.h"
#include "unbound-module/peers.h"

namespace latchkey::unbound {

using namespace std::chrono_literals;

inline const base::Address kServer = *base::Address::parse("8.8.4.4");
inline const api::DnsKey kKeyA{2, {1, 2, 3}};
inline const api::DnsKey kKeyB{3, {4, 5, 6}};

inline base::Address server(std::size_t n) {
  return *base::Address::from_bytes(
      std::array<std::uint8_t, 4>{11, 1, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
}

class peers : public testing::Test {
 protected:
  PeersConfig config;
  FakeServices engine;
  std::vector<std::string> lines;
  host::Log log{[this](host::Level, std::string_view line) { lines.emplace_back(line); }};
  std::unique_ptr<Peers> table;
  base::TimePoint now{1h};
  std::uint64_t tickets = 0;

  Peers& made() {
    if (!table) table = std::make_unique<Peers>(config, engine, log, HashKey{});
    return *table;
  }

  Want a_want(std::string name, std::vector<api::DnsKey> keys, base::Address address = kServer) {
    Payer payer{*base::Address::parse("127.0.0.1"), wire_name(name)};
    return {Ticket{++tickets}, WorkerId{1}, std::move(name), address, std::move(keys), true, 60, 0, std::move(payer)};
  }
  std::uint64_t ask(std::string name, std::vector<api::DnsKey> keys, base::Address address = kServer) {
    made().want(a_want(std::move(name), std::move(keys), address), now);
    return tickets;
  }
  std::vector<Done> outcomes() {
    std::vector<Done> all;
    for (Outcome& outcome : made().take_outcomes()) all.push_back(std::move(outcome.done));
    return all;
  }
  Done only_outcome() {
    auto all = outcomes();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Done{} : all.front();
  }
  void establish(std::uint64_t session, const api::DnsKey& key) {
    api::Established up;
    up.session = api::SessionId{session};
    up.key = key;
    up.key_name = "RSA-3072";
    made().event(up, now);
  }
  void fail(std::uint64_t session) {
    made().event(api::Failed{api::SessionId{session}, api::Reason::auth_failed, 24, {}}, now);
  }
  void lose(std::uint64_t session) {
    made().event(api::Down{api::SessionId{session}, api::Reason::deleted_by_peer}, now);
  }
  void pass(base::Duration time) {
    now += time;
    made().expire(now);
  }
};

}  // namespace latchkey::unbound
