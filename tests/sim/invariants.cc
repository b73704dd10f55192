#include "tests/sim/invariants.h"

#include <fmt/format.h>

#include <algorithm>

namespace latchkey::sim {

namespace {

using std::chrono::seconds;

constexpr std::size_t kMaxChildren = 16;  // session/ike_sa.h says so; the rule is not to be read off the code

// SPIs, keys, suite and mode. Addresses and ports differ where a NAT stands between.
std::string difference(const api::ChildSa& one, const api::ChildSa& other) {
  if (one.spi_in != other.spi_out || one.spi_out != other.spi_in) return "SPIs";
  if (!base::same_secret(one.key_in.view(), other.key_out.view())) return "keys";
  if (!base::same_secret(one.key_out.view(), other.key_in.view())) return "keys";
  if (one.suite != other.suite) return "suites";
  if (one.mode != other.mode) return "modes";
  if (one.encapsulated != other.encapsulated) return "encapsulation";
  if (one.inner_local != other.inner_remote || one.inner_remote != other.inner_local) return "inner addresses";
  return "";
}

}  // namespace

std::string name_of(Number client) { return fmt::format("laptop{}.example", client); }

void Invariants::began(Number who, api::SessionId session, base::TimePoint deadline) {
  hosts_[who].sessions[session].deadline = deadline;
}

bool Invariants::is_up(Number who, api::SessionId session) const {
  const auto host = hosts_.find(who);
  if (host == hosts_.end()) return false;
  const auto found = host->second.sessions.find(session);
  return found != host->second.sessions.end() && found->second.up && !found->second.over;
}

std::vector<api::SessionId> Invariants::up(Number who) const {
  std::vector<api::SessionId> sessions;
  const auto host = hosts_.find(who);
  if (host == hosts_.end()) return sessions;
  for (const auto& [id, session] : host->second.sessions) {
    if (session.up && !session.over) sessions.push_back(id);
  }
  return sessions;
}

void Invariants::established(Number who, const api::Established& event) {
  SessionStory& session = hosts_[who].sessions[event.session];
  // A client may have negotiated anew, and then says so again.
  if (session.over || (session.up && who == kServer)) fail("ended: Established is said twice");
  session.up = true;
  session.since = town_.now;
  session.deadline = base::kNever;
  session.children.insert(event.spi_in);
  session.current = event.spi_in;
  session.inner = event.inner_remote.value_or(event.path.remote.address);
  session.leased = event.inner_remote.has_value();
  session.proof = event.proof;
  session.peer = event.peer;
  session.began_at = event.path.remote.address;
  session.traffic = town_.now;
  if (who == kServer) admitted(event);
}

void Invariants::admitted(const api::Established& event) {
  const Number client = owner_of(event.spi_out);
  if (client == kServer || is_outsider(client)) return fail("authentication: a client that nobody knows");
  const Role& role = plot_.clients[client - 1];
  if (event.proof != role.proof) fail("authentication: another proof than the client's");
  if (role.proof != api::ProofKind::anonymous && !event.peer.ends_with(name_of(client))) {
    fail("authentication: another name than the client's");
  }
  if (!in_force_.proofs.contains(event.proof)) fail("authentication: a proof that the configuration does not want");
  const auto lease = event.inner_remote;
  const auto has = [&](const api::AddressPool& pool) { return pool.first <= *lease && *lease <= pool.last; };
  if (lease && std::ranges::none_of(in_force_.pools, has)) fail("leases: an address that is of no pool");
}

void Invariants::says(Number who, const api::Event& event) {
  if (is_outsider(who)) return;
  const auto over = [&](api::SessionId id, bool was_up) {
    SessionStory& session = hosts_[who].sessions[id];
    if (session.over) fail("ended: a session ends twice");
    if (session.up != was_up) fail(was_up ? "ended: Down before Established" : "ended: Failed after Established");
    session.over = true;
    session.ended = town_.now;
    session.deadline = base::kNever;
  };
  if (const auto* up = std::get_if<api::Established>(&event)) established(who, *up);
  if (const auto* failed = std::get_if<api::Failed>(&event)) over(failed->session, false);
  if (const auto* gone = std::get_if<api::Down>(&event)) {
    down(who, *gone);
    over(gone->session, true);
  }
  if (const auto* taken_over = std::get_if<api::Rekeyed>(&event)) rekeyed(who, *taken_over);
}

void Invariants::stepped(Number who, bool expired) {
  if (is_outsider(who) || !town_.at(who).host.engine) return;
  look_at_new_children(who);
  check_pairs(who);
  check_bounds(who);
  check_timers(who, expired);
  check_sessions(who);
  check_sending(who);
  check_ages(who);
  hosts_[who].closes = false;
  if (who != kServer) return;
  check_holders();
  check_leases();
  check_crowds();
  check_idle();
}

bool Invariants::may_have_children(Number who, Number peer) const {
  if (is_outsider(peer) || (who == kServer) == (peer == kServer)) return false;
  return plot_.lets_in(plot_.clients[std::max(who, peer) - 1]);
}

void Invariants::look_at_new_children(Number who) {
  HostStory& host = hosts_[who];
  const auto& installed = town_.at(who).host.kernel.installed();
  for (; host.seen < installed.size(); ++host.seen) {
    const api::ChildSa& child = installed[host.seen].child;
    if (!may_have_children(who, owner_of(child.spi_out))) fail("authentication: a child with somebody unproven");
    // A later one may be somewhere else: a NAT has moved the client.
    const bool first = !child.reqid;
    if (who == kServer && first && !reached_.contains(child.remote)) fail("reached: a child for who has heard nothing");
    if (owner_of(child.spi_in) != who) fail("keys: an SPI that the kernel has not given out");
    check_key(child.key_in, child.spi_in);
    check_key(child.key_out, child.spi_out);
    host.live.push_back(host.seen);
    host.children[host.seen].installed = town_.now;
  }
  std::erase_if(host.live, [&](std::size_t index) {
    if (installed[index].live) return false;
    check_departed(who, index);
    host.children.erase(index);
    return true;
  });
}

void Invariants::check_key(const base::SecretBytes& key, base::Spi spi) {
  const auto [known, fresh] = keys_.try_emplace(base::to_buffer(key.view()), spi);
  if (!fresh && known->second != spi) fail("keys: one key for two SPIs");
}

const Invariants::Installed* Invariants::mate_of(Number who, const Installed& child) const {
  const Number peer = owner_of(child.child.spi_out);
  if (!may_have_children(who, peer)) return nullptr;
  const auto& theirs = town_.at(peer).host.kernel.installed();
  const auto found = std::find_if(theirs.rbegin(), theirs.rend(), [&](const Installed& other) {
    return other.child.spi_in == child.child.spi_out && other.child.spi_out == child.child.spi_in;
  });
  return found == theirs.rend() || !found->live ? nullptr : &*found;
}

void Invariants::check_pairs(Number who) {
  HostStory& host = hosts_[who];
  std::map<base::Spi, base::TimePoint> alone;
  for (const std::size_t index : host.live) {
    const Installed& child = town_.at(who).host.kernel.installed()[index];
    if (const Installed* mate = mate_of(who, child)) {
      const std::string differs = difference(child.child, mate->child);
      if (!differs.empty()) fail("agreement: " + differs + " differ");
      continue;
    }
    const auto known = host.alone_since.find(child.child.spi_in);
    const base::TimePoint since = known == host.alone_since.end() ? town_.now : known->second;
    alone.emplace(child.child.spi_in, since);
    if (town_.now - since > plot_.patience()) fail("agreement: a child that the peer has long forgotten");
  }
  host.alone_since = std::move(alone);
}

void Invariants::check_bounds(Number who) {
  const Host& host = town_.at(who).host;
  const api::EngineConfig& config = host.config;
  const api::Engine& engine = *host.engine;
  if (engine.sessions() > config.max_sessions) fail("bounds: sessions");
  if (engine.half_open() > config.max_half_open) fail("bounds: negotiations");
  if (who == kServer && engine.half_open_clients() > plot_.max_half_open) fail("bounds: half-open clients");
  const std::size_t rest = config.max_half_open + plot_.max_half_open;
  if (engine.ike_sas() > 2 * config.max_sessions + rest) fail("bounds: IKE SAs");
  if (host.kernel.reserved() > engine.ike_sas()) fail("bounds: SPIs set aside");
  if (hosts_[who].live.size() > kMaxChildren * engine.ike_sas()) fail("bounds: children");
}

std::map<base::Address, std::size_t> Invariants::crowds() const {
  std::map<base::Address, std::size_t> crowds;
  const auto server = hosts_.find(kServer);
  if (server == hosts_.end()) return crowds;
  for (const auto& [id, session] : server->second.sessions) {
    if (session.up && !session.over) ++crowds[session.began_at];
  }
  return crowds;
}

bool Invariants::is_full(const base::Address& address) const {
  const auto all = crowds();
  const auto found = all.find(address);
  return found != all.end() && found->second >= plot_.max_sessions_per_address;
}

void Invariants::check_crowds() {
  for (const auto& [address, sessions] : crowds()) {
    if (sessions > plot_.max_sessions_per_address) fail("bounds: sessions of one address");
  }
}

void Invariants::check_timers(Number who, bool expired) {
  const api::Engine& engine = *town_.at(who).host.engine;
  const base::TimePoint next = engine.next_deadline();
  if (engine.ike_sas() > 0 && next == base::kNever) fail("timers: IKE SAs that wait for nothing");
  if (engine.ike_sas() > 0 && next != base::kNever && next - town_.now > plot_.patience()) fail("timers: too far away");
  if (expired && next <= town_.now) fail("timers: what has expired is still due");
  for (const auto& [id, session] : hosts_[who].sessions) {
    if (session.deadline == base::kNever) continue;
    if (town_.now - session.deadline > seconds(2)) fail("timers: a negotiation outlives its deadline");
  }
}

void Invariants::check_sessions(Number who) {
  HostStory& host = hosts_[who];
  const auto& installed = town_.at(who).host.kernel.installed();
  std::size_t open = 0;
  for (const auto& [id, session] : host.sessions) {
    open += session.over ? 0 : 1;
    if (!session.over) continue;
    for (const std::size_t index : host.live) {
      if (session.children.contains(installed[index].child.spi_in)) fail("ended: a child of a session that is over");
    }
  }
  // A server's session without a child is not told.
  const std::size_t known = town_.at(who).host.engine->sessions();
  if (who == kServer ? known < open : known != open) fail("ended: the engine has other sessions than were told");
}

void Invariants::check_agreement() {
  for (Number who = 0; who <= plot_.clients.size(); ++who) {
    if (!town_.at(who).host.engine) continue;
    look_at_new_children(who);
    check_pairs(who);
    for (const auto& [spi, since] : hosts_[who].alone_since) {
      // An exchange may be under way.
      if (town_.now - since > seconds(5)) fail(fmt::format("agreement: host {} has a child alone after the calm", who));
    }
    for (const auto& [id, session] : hosts_[who].sessions) {
      if (session.deadline != base::kNever) fail(fmt::format("timers: a negotiation of host {} never ends", who));
    }
  }
}

void Invariants::check_nothing_left(Number who) {
  const Host& host = town_.at(who).host;
  const api::Engine& engine = *host.engine;
  const auto none = [&](std::size_t count, std::string_view what) {
    if (count != 0) fail(fmt::format("left: {} {} of host {}", count, what, who));
  };
  none(host.kernel.live(), "children");
  none(host.kernel.reserved(), "SPIs set aside");
  none(engine.sessions(), "sessions");
  none(engine.half_open(), "negotiations");
  none(engine.half_open_clients(), "half-open clients");
  none(engine.ike_sas(), "IKE SAs");
  none(engine.leases(), "leases");
  if (engine.next_deadline() != base::kNever) fail(fmt::format("timers: host {} waits for something", who));
}

}  // namespace latchkey::sim
