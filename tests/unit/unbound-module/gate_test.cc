// The gate with real threads: it is run under ThreadSanitizer too.

#include "unbound-module/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "host/loop.h"
#include "tests/unit/unbound-module/fake_services.h"

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;

const api::DnsKey kKey{2, {1, 2, 3}};

bool readable(int fd, int wait_ms) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, wait_ms) > 0;
}

base::Address server(std::uint32_t n) {
  return *base::Address::from_bytes(
      std::array<std::uint8_t, 4>{11, 1, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
}

Want a_want(WorkerId worker, std::uint64_t ticket, const base::Address& address) {
  return {Ticket{ticket}, worker, "a.example", address, {kKey}, true, 60, 0, {}};
}

/// What the engine thread does, with an engine whose every negotiation succeeds a moment later.
class FakeEngineThread {
 public:
  explicit FakeEngineThread(EngineGate& gate) : gate_(gate), thread_([this] { live(); }) {}
  ~FakeEngineThread() {
    stop_ = true;
    thread_.join();
  }
  std::size_t negotiations() const { return answered_; }

 private:
  void live() {
    gate_.start(services_, host::monotonic_now());
    while (!stop_) {
      if (readable(gate_.wake_fd(), 1)) gate_.woken(host::monotonic_now());
      while (answered_ < services_.connects.size()) {
        api::Established up;
        up.session = services_.connects[answered_].session;
        up.key = kKey;
        ++answered_;
        gate_.event(up, host::monotonic_now());
      }
      gate_.expire(host::monotonic_now());
    }
    gate_.stop(host::monotonic_now());
  }

  EngineGate& gate_;
  FakeServices services_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> answered_ = 0;
  std::thread thread_;
};

struct Count {
  std::atomic<std::uint64_t> lines = 0;
  host::Log log{[this](host::Level, std::string_view) { ++lines; }};
};

TEST(gate, brings_every_outcome_to_the_worker_that_wants_it) {
  constexpr std::uint64_t kWorkers = 8, kWants = 2000, kServers = 100;
  Count count;
  PeersConfig config;
  config.max_waiting = kWorkers * kWants;
  EngineGate gate(config, count.log);
  std::atomic<std::uint64_t> wrong = 0, got = 0;
  {
    FakeEngineThread engine(gate);
    std::vector<std::thread> workers;
    for (std::uint64_t w = 0; w < kWorkers; ++w) {
      workers.emplace_back([&, w] {
        const WorkerId id = gate.add_worker();
        std::set<std::uint64_t> mine;
        const auto drain = [&](int wait_ms) {
          if (!readable(gate.worker_fd(id), wait_ms)) return false;
          for (const Done& done : gate.take(id, 16)) {
            if (mine.erase(done.ticket.value) != 1 || done.verdict != Verdict::up) ++wrong;
            ++got;
          }
          return true;
        };
        for (std::uint64_t i = 0; i < kWants; ++i) {
          const std::uint64_t ticket = w * kWants + i + 1;
          mine.insert(ticket);
          gate.want(a_want(id, ticket, server(static_cast<std::uint32_t>(i % kServers))));
          if (i % 32 == 0) drain(0);
          if (i % 100 == 0) gate.decided({"a.example", "A", "released-tunnel", ""});
        }
        while (!mine.empty() && drain(10000)) {
        }
        if (!mine.empty()) ++wrong;
        gate.remove_worker(id);
      });
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(engine.negotiations(), kServers);  // single flight, over all workers
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(got, kWorkers * kWants);
  EXPECT_GE(count.lines, kWorkers * kWants / 100);
}

TEST(gate, survives_workers_that_forget_and_leave_while_outcomes_come) {
  Count count;
  EngineGate gate(PeersConfig{}, count.log);
  FakeEngineThread engine(gate);
  std::vector<std::thread> workers;
  for (std::uint32_t w = 0; w < 8; ++w) {
    workers.emplace_back([&, w] {
      for (std::uint64_t round = 0; round < 20; ++round) {
        const WorkerId id = gate.add_worker();
        for (std::uint64_t i = 1; i <= 50; ++i) {
          gate.want(a_want(id, round * 100 + i, server(w * 20 + static_cast<std::uint32_t>(round))));
          if (i % 2 == 0) gate.forget(id, Ticket{round * 100 + i});
        }
        // What was forgotten may be on its way already; what another worker asked for may not come.
        for (const Done& done : gate.take(id, 1000)) EXPECT_EQ(done.ticket.value / 100, round);
        gate.remove_worker(id);
      }
    });
  }
  gate.reconfigure(PeersConfig{});
  for (std::thread& worker : workers) worker.join();
}

class quiet_gate : public testing::Test {
 protected:
  Count count;
  PeersConfig config;
  FakeServices services;
};

TEST_F(quiet_gate, hands_out_outcomes_in_bounded_portions_and_stays_readable_until_the_last) {
  EngineGate gate(config, count.log);
  gate.start(services, {});
  const WorkerId id = gate.add_worker();
  for (std::uint64_t i = 1; i <= 5; ++i) gate.want(a_want(id, i, *base::Address::parse("127.0.0.1")));
  EXPECT_TRUE(readable(gate.wake_fd(), 0));
  EXPECT_FALSE(readable(gate.worker_fd(id), 0));
  gate.woken({});
  EXPECT_FALSE(readable(gate.wake_fd(), 0));
  EXPECT_EQ(gate.take(id, 3).size(), 3U);
  EXPECT_TRUE(readable(gate.worker_fd(id), 0));
  EXPECT_EQ(gate.take(id, 3).size(), 2U);
  EXPECT_FALSE(readable(gate.worker_fd(id), 0));
}

TEST_F(quiet_gate, says_limit_at_once_when_the_engine_thread_does_not_keep_up) {
  config.max_waiting = 3;
  EngineGate gate(config, count.log);
  const WorkerId id = gate.add_worker();
  for (std::uint64_t i = 1; i <= 4; ++i) gate.want(a_want(id, i, server(1)));
  const auto done = gate.take(id, 10);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].verdict, Verdict::limit);
  EXPECT_EQ(done[0].ticket, Ticket{4});
}

TEST_F(quiet_gate, drops_what_is_for_a_worker_that_left) {
  EngineGate gate(config, count.log);
  gate.start(services, {});
  const WorkerId id = gate.add_worker();
  gate.want(a_want(id, 1, server(1)));
  gate.woken({});
  gate.remove_worker(id);
  gate.woken({});
  EXPECT_EQ(gate.worker_fd(id), -1);
  EXPECT_TRUE(gate.take(id, 10).empty());
  gate.want(a_want(id, 2, server(1)));
  EXPECT_NE(gate.add_worker(), id);
}

TEST_F(quiet_gate, shows_tunnels_failures_and_verdicts_as_json) {
  EngineGate gate(config, count.log);
  const base::TimePoint now{1h};
  gate.start(services, now);
  const WorkerId id = gate.add_worker();
  gate.want(a_want(id, 1, server(1)));
  gate.want(a_want(id, 2, server(2)));
  gate.decided({"a.example", "A", "servfail-tunnel", "timeout"});
  gate.woken(now);
  api::Established up;
  up.session = services.connects[0].session;
  up.key = kKey;
  up.key_name = "RSA-3072";
  up.spi_in = base::Spi{0xc5};
  gate.event(up, now);
  gate.event(api::Failed{services.connects[1].session, api::Reason::timeout, 0, {}}, now);
  services.traffic.bytes_in = 840;
  const auto status = nlohmann::json::parse(gate.control(R"({"schema": 1, "command": "status"})", now + 1500ms));
  EXPECT_EQ(status["ok"], true);
  EXPECT_EQ(status["schema"], 1);
  ASSERT_EQ(status["tunnels"].size(), 1U);
  const auto& tunnel = status["tunnels"][0];
  EXPECT_EQ(tunnel["address"], "11.1.0.1");
  EXPECT_EQ(tunnel["names"], nlohmann::json({"a.example"}));
  EXPECT_EQ(tunnel["key"], "RSA-3072");
  EXPECT_EQ(tunnel["spi_in"], "000000c5");
  EXPECT_EQ(tunnel["bytes_in"], 840);
  EXPECT_EQ(tunnel["age_ms"], 1500);
  EXPECT_EQ(tunnel["lease_ms"], 58500);
  ASSERT_EQ(status["failed_peers"].size(), 1U);
  EXPECT_EQ(status["failed_peers"][0]["address"], "11.1.0.2");
  EXPECT_EQ(status["failed_peers"][0]["reason"], "timeout");
  EXPECT_EQ(status["verdicts"]["servfail-tunnel"], 1);
  EXPECT_EQ(status["outcomes"]["up"], 1);
}

TEST_F(quiet_gate, keeps_what_was_decided_for_those_who_ask_why) {
  EngineGate gate(config, count.log);
  gate.start(services, {});
  gate.decided({"a.example", "A", "servfail-tunnel", "timeout"});
  const auto reply =
      nlohmann::json::parse(gate.control(R"({"schema": 1, "command": "explain", "name": "A.Example."})", {}));
  EXPECT_EQ(reply["ok"], true);
  ASSERT_EQ(reply["decisions"].size(), 1U);
  EXPECT_EQ(reply["decisions"][0]["reason"], "timeout");
}

TEST_F(quiet_gate, refuses_further_questions_at_its_bound_and_counts_them_in_the_status) {
  config.max_waiting = 4;
  EngineGate gate(config, count.log);
  gate.start(services, {});
  const auto client = base::Address::parse("192.0.2.1"), other = base::Address::parse("192.0.2.2");
  const base::Buffer root{0};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(gate.hold(root, client, {}), i < 2);
  EXPECT_TRUE(gate.hold(root, other, {}));
  EXPECT_TRUE(gate.hold(root, other, {}));
  EXPECT_FALSE(gate.hold(root, std::nullopt, {}));
  EXPECT_TRUE(readable(gate.wake_fd(), 0));
  gate.woken({});
  gate.woken({});
  EXPECT_EQ(count.lines, 2U) << "one a bound";
  const auto reply = nlohmann::json::parse(gate.control(R"({"schema": 1, "command": "status"})", {}));
  EXPECT_EQ(reply["limits"]["client_waiting"], 98);
  EXPECT_EQ(reply["limits"]["waiting"], 1);
  gate.let_go(client);
  EXPECT_TRUE(gate.hold(root, std::nullopt, {}));
}

TEST_F(quiet_gate, shows_which_bound_refused_how_many) {
  config.budget.per_client = 1;
  EngineGate gate(config, count.log);
  gate.start(services, {});
  const WorkerId id = gate.add_worker();
  for (std::uint32_t i = 1; i <= 4; ++i) gate.want(a_want(id, i, server(i)));
  gate.woken({});
  const auto status = nlohmann::json::parse(gate.control(R"({"schema": 1, "command": "status"})", {}));
  EXPECT_EQ(status["limits"]["client"], 3);
  EXPECT_EQ(status["limits"]["zone"], 0);
  EXPECT_EQ(status["outcomes"]["limit"], 3);
}

TEST_F(quiet_gate, logs_no_line_for_each_answer_that_met_a_bound) {
  EngineGate gate(config, count.log);
  for (int i = 0; i < 1000; ++i) gate.decided({"n.evil.example", "A", "servfail-limit", "why"});
  EXPECT_EQ(count.lines, 0U);
  gate.decided({"a.example", "A", "servfail-tunnel", "why"});
  EXPECT_EQ(count.lines, 1U);
}

TEST_F(quiet_gate, refuses_requests_that_it_does_not_know) {
  EngineGate gate(config, count.log);
  gate.start(services, {});
  for (const char* request : {"", "status", "[]", R"({"command": "status"})", R"({"schema": 2, "command": "status"})",
                              R"({"schema": 1, "command": "reboot"})", R"({"schema": 1, "command": 7})",
                              R"({"schema": 1, "command": "explain"})", "\xff\xfe"}) {
    const auto reply = nlohmann::json::parse(gate.control(request, {}));
    EXPECT_EQ(reply["ok"], false) << request;
    EXPECT_TRUE(reply["error"].is_string()) << request;
  }
}

}  // namespace
}  // namespace latchkey::unbound
