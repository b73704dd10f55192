#include "control/daemon/connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/control/daemon/fake_services.h"

namespace latchkey::control {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

const base::Address kRemote = *base::Address::parse("192.0.2.7");

Connection connection(const std::string& name, const std::string& remote = "192.0.2.7") {
  Connection out;
  out.name = name;
  out.remote = *base::Address::parse(remote);
  out.peer.kind = api::ProofKind::shared_secret;
  out.peer.id = api::Identity{base::IdType::fqdn, {'b'}};
  out.peer.shared_secret = base::SecretBytes(base::as_bytes("sixteen octets.."));
  return out;
}

template <class... C>
std::vector<Connection> wanted(C&&... each) {
  std::vector<Connection> out;
  (out.push_back(std::forward<C>(each)), ...);
  return out;
}

class connections : public testing::Test {
 protected:
  FakeServices services;
  host::Log log{[](host::Level, std::string_view) {}};
  Connections all{services, log};
  base::TimePoint now{seconds(1000)};

  api::SessionId session() const { return services.negotiations.back().session; }
  void establish() {
    api::Established agreed;
    agreed.session = session();
    ASSERT_TRUE(all.event(agreed, now));
  }
  std::string state() const { return std::string(all.all(now).at(0).state); }
};

TEST_F(connections, begin_with_all_that_the_configuration_says) {
  Connection one = connection("a");
  one.mode = api::Mode::transport;
  one.request_address = true;
  all.configure(wanted(std::move(one)), now);
  ASSERT_EQ(services.negotiations.size(), 1U);
  const api::ConnectRequest& request = services.negotiations[0].request;
  EXPECT_EQ(request.remote, kRemote);
  EXPECT_EQ(request.mode, api::Mode::transport);
  EXPECT_TRUE(request.request_address);
  EXPECT_EQ(request.own.kind, api::ProofKind::anonymous);
  ASSERT_EQ(request.peers.size(), 1U);
  EXPECT_EQ(request.peers[0].kind, api::ProofKind::shared_secret);
  EXPECT_EQ(request.ask_for, (api::Identity{base::IdType::fqdn, {'b'}}));
  EXPECT_TRUE(request.keys.empty());
  EXPECT_EQ(request.deadline, now + Connections::kPatience);
  EXPECT_EQ(state(), "negotiating");
}

TEST_F(connections, are_held_by_a_guard_from_the_first_success_until_they_are_taken_out) {
  all.configure(wanted(connection("a")), now);
  EXPECT_TRUE(services.guards.empty());
  establish();
  EXPECT_EQ(services.guards.at(kRemote), base::kNever);
  all.event(api::Down{session(), api::Reason::dead_peer}, now);
  EXPECT_EQ(services.guards.size(), 1U);
  all.configure({}, now);
  EXPECT_TRUE(services.guards.empty());
}

TEST_F(connections, try_again_later_and_later) {
  all.configure(wanted(connection("a")), now);
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    all.event(api::Failed{session(), api::Reason::timeout, 0, {}}, now);
    EXPECT_EQ(all.next_deadline(), now + seconds(pause));
    EXPECT_EQ(state(), "waiting");
    const std::size_t before = services.negotiations.size();
    all.expire(now + seconds(pause) - seconds(1));
    EXPECT_EQ(services.negotiations.size(), before);
    now += seconds(pause);
    all.expire(now);
    EXPECT_EQ(services.negotiations.size(), before + 1);
  }
  establish();
  EXPECT_EQ(all.next_deadline(), base::kNever);
  all.event(api::Down{session(), api::Reason::deleted_by_peer}, now);
  EXPECT_EQ(all.next_deadline(), now + seconds(1));
}

TEST_F(connections, wait_too_when_an_attempt_can_not_even_begin) {
  services.refuse_negotiating = base::Error{base::Errc::not_found, "no route"};
  all.configure(wanted(connection("a")), now);
  ASSERT_EQ(all.all(now).size(), 1U);
  EXPECT_EQ(all.all(now)[0].reason, "no route");
  services.refuse_negotiating.reset();
  all.network_changed(now);
  all.expire(now);
  EXPECT_EQ(state(), "negotiating");
}

TEST_F(connections, that_are_configured_as_before_are_left_alone) {
  all.configure(wanted(connection("a"), connection("b", "192.0.2.8")), now);
  ASSERT_EQ(services.negotiations.size(), 2U);
  Connection other = connection("b", "192.0.2.8");
  other.peer.shared_secret = base::SecretBytes(base::as_bytes("another of octets"));
  all.configure(wanted(connection("a"), std::move(other)), now);
  EXPECT_THAT(services.closed, ElementsAre(services.negotiations[1].session));
  ASSERT_EQ(services.negotiations.size(), 3U);
  EXPECT_EQ(services.negotiations[2].request.remote, *base::Address::parse("192.0.2.8"));
}

TEST_F(connections, that_change_leave_no_moment_in_clear) {
  all.configure(wanted(connection("a")), now);
  establish();
  all.configure(wanted(connection("b")), now);
  EXPECT_EQ(services.closed.size(), 1U);
  EXPECT_EQ(services.guards.size(), 1U);
}

TEST_F(connections, end_all_at_once) {
  all.configure(wanted(connection("a"), connection("b", "192.0.2.8")), now);
  all.configure({}, now);
  EXPECT_EQ(services.closed.size(), 2U);
  EXPECT_EQ(all.next_deadline(), base::kNever);
}

TEST_F(connections, know_their_own_sessions_alone) {
  all.configure(wanted(connection("a")), now);
  EXPECT_EQ(all.name_of(session()), "a");
  EXPECT_FALSE(all.name_of(api::SessionId{7}));
  EXPECT_FALSE(all.event(api::Down{api::SessionId{7}, api::Reason::lifetime}, now));
}

}  // namespace
}  // namespace latchkey::control
