#include "control/daemon/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "control/client.h"
#include "host/control_socket.h"
#include "tests/unit/control/daemon/fake_services.h"

namespace latchkey::control {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Setup serving(std::size_t identities = 1) {
  Setup setup;
  setup.responder.emplace();
  setup.responder->identities.resize(identities);
  return setup;
}

api::Established client(std::uint64_t session, const std::string& address) {
  api::Established agreed;
  agreed.session = api::SessionId{session};
  agreed.initiator = false;
  agreed.proof = api::ProofKind::anonymous;
  agreed.auth_scheme = "NULL";
  agreed.peer = "anonymous: nobody";
  agreed.path.remote = {*base::Address::parse(address), 4500};
  agreed.spi_in = base::Spi{0xc0000001};
  agreed.spi_out = base::Spi{0xabcd};
  return agreed;
}

class daemon : public testing::Test {
 protected:
  FakeServices services;
  std::vector<std::string> lines;
  host::Log log{[this](host::Level, std::string_view line) { lines.emplace_back(line); }};
  base::TimePoint now{seconds(1000)};
  Daemon tenant{serving(), log};

  void SetUp() override { tenant.start(services, now); }
  json ask(std::string_view request) { return json::parse(tenant.control(request, now)); }
  json status() { return ask(R"({"schema": 1, "command": "status"})"); }
  bool is_readable() const {
    pollfd poll{tenant.wake_fd(), POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1;
  }
};

TEST_F(daemon, serves_from_the_start) {
  EXPECT_THAT(services.served, ElementsAre(1U));
  EXPECT_EQ(tenant.refusal(), "");
}

TEST_F(daemon, counts_refused_clients_and_tells_of_a_few) {
  const auto refused = [&](unsigned n) {
    tenant.event(api::Progress{{}, "client_refused", "address=192.0.2." + std::to_string(n) + ":500"}, now);
  };
  lines.clear();
  for (unsigned n = 1; n <= 200; ++n) refused(n);
  EXPECT_EQ(lines.size(), 10U);
  EXPECT_THAT(lines.front(), HasSubstr("event=client_refused address=192.0.2.1:500 untold=0"));
  now += seconds(10);
  refused(201);
  ASSERT_EQ(lines.size(), 11U);
  EXPECT_THAT(lines.back(), HasSubstr("address=192.0.2.201:500 untold=190"));
  EXPECT_EQ(status()["clients_refused"], 201);
}

TEST_F(daemon, tells_over_its_socket_of_however_many_sessions) {
  constexpr std::size_t kSessions = 5000;
  for (std::uint64_t i = 1; i <= kSessions; ++i) tenant.event(client(i, "192.0.2.1"), now);
  const std::string path = testing::TempDir() + "lk_daemon_" + std::to_string(::getpid());
  host::Loop loop;
  auto socket = host::ControlSocket::open(loop, path, [this](auto request) { return tenant.control(request, now); });
  ASSERT_TRUE(socket) << socket.error();
  std::thread server([&] { loop.run(); });
  const auto reply = control::ask(path, R"({"schema": 1, "command": "status"})", std::chrono::minutes(5));
  loop.stop();
  server.join();
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_GT(reply->size(), 1U << 20);
  EXPECT_EQ(json::parse(*reply)["sessions"].size(), kSessions);
}

TEST_F(daemon, says_why_its_setup_is_refused) {
  services.refuse_serving = base::Error{base::Errc::weak, "a weak key"};
  Daemon other(serving(), log);
  other.start(services, now);
  EXPECT_EQ(other.refusal(), "a weak key");
}

TEST_F(daemon, uses_another_setup_at_its_next_turn_and_keeps_its_sessions) {
  tenant.event(client(1, "192.0.2.1"), now);
  EXPECT_FALSE(is_readable());
  tenant.reconfigure(serving(2));
  EXPECT_THAT(services.served, ElementsAre(1U));
  EXPECT_TRUE(is_readable());
  tenant.woken(now);
  EXPECT_FALSE(is_readable());
  EXPECT_THAT(services.served, ElementsAre(1U, 2U));
  EXPECT_EQ(status()["sessions"].size(), 1U);
  EXPECT_TRUE(services.closed.empty());
}

TEST_F(daemon, tells_of_each_session_what_the_kernel_and_the_peer_agree_on) {
  tenant.event(client(1, "192.0.2.1"), now);
  api::Established leased = client(2, "192.0.2.2");
  leased.inner_remote = *base::Address::parse("100.64.0.2");
  leased.proof = api::ProofKind::raw_key;
  leased.key_name = "Ed25519";
  tenant.event(leased, now);
  now += seconds(5);
  const json told = status();
  ASSERT_EQ(told["sessions"].size(), 2U);
  const json& first = told["sessions"][0];
  EXPECT_EQ(first["address"], "192.0.2.1");
  EXPECT_EQ(first["port"], 4500);
  EXPECT_EQ(first["proof"], "anonymous");
  EXPECT_EQ(first["inner_remote"], nullptr);
  EXPECT_EQ(first["spi_in"], "c0000001");
  EXPECT_EQ(first["spi_out"], "0000abcd");
  EXPECT_EQ(first["age_ms"], 5000);
  EXPECT_EQ(first["packets_out"], 20);
  EXPECT_EQ(told["sessions"][1]["inner_remote"], "100.64.0.2");
  EXPECT_EQ(told["sessions"][1]["key"], "Ed25519");
  EXPECT_EQ(told["half_open"], 3);
  EXPECT_EQ(told["ike"]["cookies_sent"], 0);
  EXPECT_THAT(lines,
              Contains(HasSubstr("event=session_up session=1 peer=\"anonymous: nobody\" address=192.0.2.1:4500")));
}

TEST_F(daemon, follows_a_session_to_its_new_spis_and_to_its_end) {
  tenant.event(client(1, "192.0.2.1"), now);
  tenant.event(api::Rekeyed{api::SessionId{1}, {}, base::Spi{0xc0000001}, base::Spi{0xc0000002}, base::Spi{3}}, now);
  EXPECT_EQ(status()["sessions"][0]["spi_in"], "c0000002");
  EXPECT_EQ(status()["sessions"][0]["spi_out"], "00000003");
  tenant.event(api::Down{api::SessionId{1}, api::Reason::dead_peer}, now);
  EXPECT_TRUE(status()["sessions"].empty());
  EXPECT_THAT(lines, Contains(HasSubstr("event=session_down session=1")));
}

TEST_F(daemon, ends_sessions_by_number_address_and_inner_address) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    api::Established agreed = client(i, "192.0.2." + std::to_string((i + 1) / 2));
    agreed.inner_remote = *base::Address::parse("100.64.0." + std::to_string(i));
    tenant.event(agreed, now);
  }
  const auto end = [&](const std::string& whom) {
    services.closed.clear();
    return ask(json{{"schema", 1}, {"command", "terminate"}, {"whom", whom}}.dump());
  };
  EXPECT_EQ(end("192.0.2.1")["terminated"], 2);
  EXPECT_THAT(services.closed, ElementsAre(api::SessionId{1}, api::SessionId{2}));
  EXPECT_EQ(end("100.64.0.2")["terminated"], 1);
  EXPECT_THAT(services.closed, ElementsAre(api::SessionId{2}));
  EXPECT_EQ(end("3")["terminated"], 1);
  EXPECT_EQ(end("192.0.2.9")["ok"], false);
}

TEST_F(daemon, refuses_requests_that_it_does_not_know) {
  for (const char* request : {"", "[]", "{}", R"({"schema": 2, "command": "status"})", R"({"schema": 1})",
                              R"({"schema": 1, "command": "dance"})", R"({"schema": 1, "command": "terminate"})",
                              R"({"schema": 1, "command": "terminate", "whom": 7})"}) {
    const json reply = ask(request);
    EXPECT_EQ(reply["ok"], false) << request;
    EXPECT_TRUE(reply["error"].is_string()) << request;
  }
}

TEST_F(daemon, says_goodbye_to_all_at_the_end) {
  tenant.event(client(1, "192.0.2.1"), now);
  tenant.event(client(2, "192.0.2.2"), now);
  tenant.stop(now);
  EXPECT_THAT(services.closed, ElementsAre(api::SessionId{1}, api::SessionId{2}));
}

}  // namespace
}  // namespace latchkey::control
