#pragma once
// An engine thread that only remembers what it was asked.

#include <map>
#include <set>
#include <vector>

#include "host/tenant.h"

namespace latchkey::unbound {

class FakeServices final : public host::Services {
 public:
  struct Connect {
    api::SessionId session;
    base::Address remote;
    std::vector<api::DnsKey> keys;
    base::TimePoint deadline;
    std::optional<base::Address> behind = {};
    std::optional<api::SessionId> beside = {};
  };

  std::vector<Connect> connects;
  std::vector<api::SessionId> closed;
  std::map<base::Address, base::TimePoint> guards;
  std::set<base::Address> own;
  api::ChildCounters traffic;
  base::Errc refuse = base::Errc::internal;  ///< what negotiate() answers, if not internal

  base::Result<api::SessionId> negotiate(api::ConnectRequest request, base::TimePoint) override {
    if (refuse != base::Errc::internal) return base::fail(refuse, "refused by the test");
    const api::SessionId session{connects.size() + 1};
    connects.push_back(
        {session, request.remote, std::move(request.keys), request.deadline, request.behind, request.beside});
    return session;
  }
  base::Result<void> serve(const api::ResponderConfig&) override {
    return base::fail(base::Errc::unsupported, "the module does not serve");
  }
  void close(api::SessionId session, base::TimePoint) override { closed.push_back(session); }
  base::Result<api::ChildCounters> counters(api::SessionId) override { return traffic; }
  void hold_guard(const base::Address& remote, base::TimePoint until) override { guards[remote] = until; }
  void release_guard(const base::Address& remote) override { guards.erase(remote); }
  bool is_own(const base::Address& address) const override { return own.contains(address); }
  api::EngineStats stats() const override { return {}; }
  std::size_t half_open_clients() const override { return 0; }
};

}  // namespace latchkey::unbound
