#pragma once
// The real door: queues between the resolver's workers and the peers on the engine thread.

#include <deque>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "host/config.h"
#include "host/log.h"
#include "host/tenant.h"
#include "unbound-module/held_questions.h"
#include "unbound-module/peers.h"
#include "unbound-module/status.h"
#include "unbound-module/want.h"

namespace latchkey::unbound {

/// Both sides of the door: Gate for any worker thread, Tenant for the engine thread. The one lock is held
/// for short copies only, never while peers, log or engine are called.
class EngineGate final : public Gate, public host::Tenant {
 public:
  /// `log` outlives the gate.
  EngineGate(PeersConfig config, const host::Log& log);
  ~EngineGate() override;
  EngineGate(const EngineGate&) = delete;
  EngineGate& operator=(const EngineGate&) = delete;

  WorkerId add_worker() override;
  int worker_fd(WorkerId worker) const override;
  void remove_worker(WorkerId worker) override;
  void want(Want want) override;
  void forget(WorkerId worker, Ticket ticket) override;
  std::vector<Done> take(WorkerId worker, std::size_t most) override;
  Stale take_stale(std::size_t most) override;
  bool hold(base::Bytes name, const std::optional<base::Address>& client, std::optional<Bound> on_worker) override;
  void let_go(const std::optional<base::Address>& client) override { held_.leave(client); }
  void decided(Decision decision) override;
  void released_in_clear(const base::Address& address, std::uint32_t ttl_s) override;
  void observed(std::string_view event, const std::string& name, std::string_view detail) override;
  void key_removed(const std::string& name) override;

  /// From any thread: the peers use it from their next turn on.
  void reconfigure(PeersConfig config);

  void start(host::Services& services, base::TimePoint now) override;
  void stop(base::TimePoint now) override;
  int wake_fd() const override { return wake_fd_; }
  void woken(base::TimePoint now) override;
  void event(const api::Event& event, base::TimePoint now) override;
  void expire(base::TimePoint now) override;
  base::TimePoint next_deadline() const override;
  void network_changed(base::TimePoint now) override;
  std::string control(std::string_view request, base::TimePoint now) override;

 private:
  struct Worker {
    int fd = -1;
    std::deque<Done> done;  ///< oldest first

    void push(Done outcome);
  };
  struct Forgotten {
    WorkerId worker;
    Ticket ticket;
  };
  struct Gone {
    WorkerId worker;
  };
  struct InClear {
    base::Address address;
    std::uint32_t ttl_s = 0;
  };
  struct KeyRemoved {
    std::string name;
  };
  using Item = std::variant<Want, Forgotten, Gone, InClear, KeyRemoved, PeersConfig>;
  /// What the workers have for the engine thread.
  struct Inbox {
    std::vector<Item> items;
    std::size_t wants = 0;
    std::vector<Turned> turned;  ///< one a bound

    /// Whether it was empty before: then the engine thread has to be woken.
    template <class T>
    bool push(T item) {
      items.emplace_back(std::move(item));
      return items.size() == 1;
    }
  };

  void deliver();

  const host::Log& log_;
  const int wake_fd_;
  Decisions decisions_;

  void discard(std::vector<std::string> names);

  mutable std::mutex mutex_;  ///< guards the six below
  Inbox inbox_;
  std::unordered_map<WorkerId, Worker> workers_;
  std::uint32_t last_worker_ = 0;
  Stale stale_;
  VerdictCounts verdicts_;
  std::size_t max_waiting_;

  HeldQuestions held_;

  // The engine thread's own once it runs.
  PeersConfig config_;
  host::Services* services_ = nullptr;
  std::unique_ptr<Peers> peers_;
};

/// The process's gate with its engine thread: started by the first call, kept until the process ends, so that tunnels
/// live on when Unbound reloads. A later call applies what can be changed while running and says in the log what
/// cannot. The error is one sentence for the operator; a further call tries again. Call it from one thread at a time.
std::expected<Gate*, std::string> production_gate(const host::Config& config, host::Log::Sink sink);

}  // namespace latchkey::unbound
