// Workers that store answers while the engine thread loses tunnels: with real threads, run under ThreadSanitizer too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "host/loop.h"
#include "tests/unit/unbound-module/fake_services.h"
#include "unbound-module/gate.h"

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

const api::DnsKey kKey{2, {1, 2, 3}};

bool readable(int fd, int wait_ms) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, wait_ms) > 0;
}

base::Address server(std::size_t n) {
  return *base::Address::from_bytes(std::array<std::uint8_t, 4>{11, 1, 0, static_cast<std::uint8_t>(n)});
}

class SharedCache {
 public:
  void store(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }
  void drop(const Stale& stale) {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : stale.names) names_.erase(name);
    if (stale.everything) names_.clear();
  }
  std::set<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

class LosingTunnels : public testing::Test {
 protected:
  static constexpr std::size_t kServers = 7, kWorkers = 3;

  void live_as_engine() {
    std::size_t established = 0;
    gate.start(services, host::monotonic_now());
    for (std::size_t turn = 0; working > 0; ++turn) {
      if (readable(gate.wake_fd(), 1)) gate.woken(host::monotonic_now());
      for (; established < services.connects.size(); ++established) {
        api::Established up;
        up.session = services.connects[established].session;
        up.key = kKey;
        gate.event(up, host::monotonic_now());
        if (turn % 3 == 0) lose(services.connects[established / 2].session);
      }
      if (established > 0) lose(services.connects[established - 1].session);
      gate.expire(host::monotonic_now());
    }
    for (std::size_t i = 0; i < services.connects.size(); ++i) lose(services.connects[i].session);
  }
  void lose(api::SessionId session) {
    gate.event(api::Down{session, api::Reason::deleted_by_peer}, host::monotonic_now());
  }

  void live_as_worker(std::uint64_t number) {
    const WorkerId id = gate.add_worker();
    for (std::uint64_t i = 1; i <= 400; ++i) {
      const std::string name = "n" + std::to_string(i % 20) + ".example";
      Want want{Ticket{number * 1000 + i}, id, name, server(i % kServers), {kKey}, true, 60, 0, {}};
      gate.want(std::move(want));
      while (!readable(gate.worker_fd(id), 10'000)) {
      }
      cache.drop(gate.take_stale(3));
      for (const Done& done : gate.take(id, 8)) {
        if (!done.kept) continue;
        ++stored;
        cache.store(name);
        if (!*done.kept) cache.drop({{name}, false});
      }
    }
    --working;
  }

  host::Log log{[](host::Level, std::string_view) {}};
  PeersConfig config;
  FakeServices services;
  EngineGate gate{config, log};
  SharedCache cache;
  std::atomic<std::size_t> working = kWorkers, stored = 0;
};

TEST_F(LosingTunnels, leaves_nothing_in_the_cache_when_the_last_has_gone) {
  std::thread engine([this] { live_as_engine(); });
  std::vector<std::thread> workers;
  for (std::uint64_t w = 0; w < kWorkers; ++w) workers.emplace_back([this, w] { live_as_worker(w + 1); });
  for (std::thread& worker : workers) worker.join();
  engine.join();
  EXPECT_GT(stored, 0U);
  for (Stale stale = gate.take_stale(100); stale.any(); stale = gate.take_stale(100)) cache.drop(stale);
  EXPECT_THAT(cache.names(), IsEmpty());
}

class stale_names : public testing::Test {
 protected:
  /// So many names have lost the tunnel that they share.
  void lose(std::size_t names) {
    gate.start(services, {});
    for (std::size_t n = 0; n < names; ++n)
      gate.want({Ticket{n + 1}, worker, "n" + std::to_string(n) + ".example", server(1), {kKey}, true, 60, 0, {}});
    gate.woken({});
    api::Established up;
    up.session = services.connects.at(0).session;
    up.key = kKey;
    gate.event(up, {});
    gate.event(api::Down{up.session, api::Reason::deleted_by_peer}, {});
    while (!gate.take(worker, 1000).empty()) {
    }
  }

  static PeersConfig generous() {
    PeersConfig config;
    config.leases.names = config.max_waiting = 100'000;
    return config;
  }
  host::Log log{[](host::Level, std::string_view) {}};
  FakeServices services;
  EngineGate gate{generous(), log};
  WorkerId worker = gate.add_worker(), other = gate.add_worker();
};

TEST_F(stale_names, are_told_to_every_worker_and_taken_by_the_first) {
  lose(1);
  EXPECT_TRUE(readable(gate.worker_fd(worker), 0));
  EXPECT_TRUE(readable(gate.worker_fd(other), 0));
  EXPECT_THAT(gate.take_stale(10).names, testing::ElementsAre("n0.example"));
  EXPECT_FALSE(gate.take_stale(10).any());
  EXPECT_TRUE(gate.take(worker, 10).empty());
  EXPECT_FALSE(readable(gate.worker_fd(worker), 0));
}

TEST_F(stale_names, keep_a_worker_s_fd_readable_until_the_last_is_taken) {
  lose(3);
  EXPECT_EQ(gate.take_stale(2).names.size(), 2U);
  EXPECT_TRUE(gate.take(worker, 10).empty());
  EXPECT_TRUE(readable(gate.worker_fd(worker), 0));
  EXPECT_EQ(gate.take_stale(2).names.size(), 1U);
  EXPECT_TRUE(gate.take(worker, 10).empty());
  EXPECT_FALSE(readable(gate.worker_fd(worker), 0));
}

// Security rule 9: beyond the bound nothing is forgotten; everything goes.
TEST_F(stale_names, are_everything_when_there_are_more_than_10000) {
  lose(10'001);
  const Stale stale = gate.take_stale(20'000);
  EXPECT_TRUE(stale.everything);
  EXPECT_THAT(stale.names, IsEmpty());
  EXPECT_FALSE(gate.take_stale(20'000).any());
}

}  // namespace
}  // namespace latchkey::unbound
