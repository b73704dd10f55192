#pragma once
// latchkeyd on the engine thread: who may come, who has come, and the tunnels that we begin.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/daemon/connections.h"
#include "control/daemon/refused_clients.h"
#include "control/daemon/setup.h"
#include "host/log.h"
#include "host/tenant.h"

namespace latchkey::control {

/// A session that stands.
struct SessionView {
  api::Established agreed;
  base::TimePoint since;  ///< when it was established
};

/// All but reconfigure() and refusal() is called from the engine thread.
class Daemon final : public host::Tenant {
 public:
  /// `log` outlives the object. Throws std::system_error if the system has no eventfd left.
  Daemon(Setup setup, const host::Log& log);
  ~Daemon() override;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// From any thread: the engine thread uses it from its next turn on. Sessions stay.
  void reconfigure(Setup setup);
  /// Why the first setup is not used, once the engine thread has started; empty if it is.
  const std::string& refusal() const { return refusal_; }

  void start(host::Services& services, base::TimePoint now) override;
  void stop(base::TimePoint now) override;
  int wake_fd() const override { return wake_fd_; }
  void woken(base::TimePoint now) override;
  void event(const api::Event& event, base::TimePoint now) override;
  void expire(base::TimePoint now) override { connections_->expire(now); }
  base::TimePoint next_deadline() const override { return connections_->next_deadline(); }
  void network_changed(base::TimePoint now) override { connections_->network_changed(now); }
  std::string control(std::string_view request, base::TimePoint now) override;

 private:
  void use(Setup setup, base::TimePoint now);
  void came(const api::Established& agreed, base::TimePoint now);
  void rekeyed(const api::Rekeyed& fresh);
  void went(const api::Down& down);
  void tell(const api::Progress& step, base::TimePoint now);
  std::size_t terminate(std::string_view whom, base::TimePoint now);

  const host::Log& log_;
  const int wake_fd_;
  std::mutex mutex_;              ///< guards the next one
  std::optional<Setup> waiting_;  ///< for the engine thread
  std::string refusal_;

  host::Services* services_ = nullptr;
  std::unique_ptr<Connections> connections_;
  std::map<api::SessionId, SessionView> sessions_;
  RefusedClients refused_{log_};
};

}  // namespace latchkey::control
