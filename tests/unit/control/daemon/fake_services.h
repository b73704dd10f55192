#pragma once
// An engine thread that only remembers what latchkeyd asked of it.

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "host/tenant.h"

namespace latchkey::control {

class FakeServices final : public host::Services {
 public:
  struct Negotiation {
    api::SessionId session;
    api::ConnectRequest request;
  };

  std::vector<Negotiation> negotiations;
  std::vector<api::SessionId> closed;
  std::map<base::Address, base::TimePoint> guards;
  std::vector<std::size_t> served;  ///< the number of identities, of each call
  std::optional<base::Error> refuse_serving, refuse_negotiating;
  api::ChildCounters traffic{.bytes_in = 1000, .bytes_out = 2000, .packets_in = 10, .packets_out = 20};
  api::EngineStats engine_stats{};

  base::Result<api::SessionId> negotiate(api::ConnectRequest request, base::TimePoint) override {
    if (refuse_negotiating) return std::unexpected(*refuse_negotiating);
    const api::SessionId session{100 + negotiations.size()};
    negotiations.push_back({session, std::move(request)});
    return session;
  }
  base::Result<void> serve(const api::ResponderConfig& responder) override {
    if (refuse_serving) return std::unexpected(*refuse_serving);
    served.push_back(responder.identities.size());
    return {};
  }
  void close(api::SessionId session, base::TimePoint) override { closed.push_back(session); }
  base::Result<api::ChildCounters> counters(api::SessionId) override { return traffic; }
  void hold_guard(const base::Address& remote, base::TimePoint until) override { guards[remote] = until; }
  void release_guard(const base::Address& remote) override { guards.erase(remote); }
  bool is_own(const base::Address&) const override { return false; }
  api::EngineStats stats() const override { return engine_stats; }
  std::size_t half_open_clients() const override { return 3; }
};

}  // namespace latchkey::control
