// The invariants of what an engine promises its own host: children, guards, addresses and the time that all of it may
// take.

#include <algorithm>

#include "tests/sim/invariants.h"

namespace latchkey::sim {

namespace {

using std::chrono::seconds;
using Installed = support::FakeKernel::Installed;

// A kernel that can't count for a while, and what is looked at now and then only.
constexpr base::Duration kSlack = seconds(25);

// Each wait is the double of the one before, and up to a quarter more (session/window.h).
base::Duration silence(const api::EngineConfig& config) {
  return config.first_retransmit * 5 / 4 * ((std::int64_t{1} << (config.max_retransmits + 1)) - 1);
}

const Installed* find_child(const support::FakeKernel& kernel, base::Spi spi_in) {
  const auto& all = kernel.installed();
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [&](const auto& each) { return each.child.spi_in == spi_in; });
  return found == all.rend() ? nullptr : &*found;
}

}  // namespace

Invariants::InForce Invariants::config_of(const api::ResponderConfig& config) {
  InForce in_force;
  for (const api::PeerProof& peer : config.peers) in_force.proofs.insert(peer.kind);
  in_force.pools = config.pools;
  return in_force;
}

void Invariants::crashed(Number who) {
  HostStory& host = hosts_[who];
  host.sessions.clear();
  host.live.clear();
  host.children.clear();
  host.seen = town_.at(who).host.kernel.installed().size();
  host.born = town_.now;
}

Invariants::SessionStory* Invariants::session_of(Number who, base::Spi spi_in) {
  for (auto& [id, session] : hosts_[who].sessions) {
    if (!session.over && session.children.contains(spi_in)) return &session;
  }
  return nullptr;
}

void Invariants::carried(Number who, std::size_t index, bool arrived) {
  const api::ChildSa& child = town_.at(who).host.kernel.installed()[index].child;
  const Number peer = owner_of(child.spi_out);
  if (SessionStory* session = session_of(who, child.spi_in)) session->traffic = town_.now;
  if (SessionStory* session = arrived ? session_of(peer, child.spi_out) : nullptr) session->traffic = town_.now;
  const auto known = hosts_[who].children.find(index);
  if (arrived || known == hosts_[who].children.end()) return;
  // What goes out between two looks at the counters is answered by what comes in between them.
  const base::TimePoint forgotten = hosts_[peer].born;
  const bool doubtful = town_.now - forgotten > town_.at(who).host.config.liveness;
  ChildStory& story = known->second;
  if (doubtful && forgotten > story.installed) story.into_a_hole = std::min(story.into_a_hole, town_.now);
}

void Invariants::rekeyed(Number who, const api::Rekeyed& event) {
  SessionStory& session = hosts_[who].sessions[event.session];
  if (!session.up || session.over) fail("ended: Rekeyed of a session that is not up");
  session.children.insert(event.spi_in);
  session.current = event.spi_in;
  const support::FakeKernel& kernel = town_.at(who).host.kernel;
  const Installed* old = find_child(kernel, event.old_spi_in);
  const Installed* fresh = find_child(kernel, event.spi_in);
  if (old == nullptr || fresh == nullptr || old->reqid != fresh->reqid) fail("reqid: another one than before");
}

void Invariants::down(Number who, const api::Down& event) {
  HostStory& host = hosts_[who];
  const SessionStory& session = host.sessions[event.session];
  if (event.reason == api::Reason::closed) host.closes = true;
  // What was seen at the last look may have passed as long before as that.
  if (event.reason == api::Reason::idle && town_.now - session.traffic < plot_.server.idle) {
    fail("idle: there was traffic");
  }
  if (who != kServer || event.reason != api::Reason::replaced) return;
  const bool by_somebody = std::ranges::any_of(host.sessions, [&](const auto& entry) {
    const SessionStory& other = entry.second;
    // It may have been heard by its own DELETE.
    const bool there = other.up && (!other.over || other.ended == town_.now);
    return entry.first != event.session && there && other.proof != api::ProofKind::anonymous &&
           (other.inner == session.inner || other.peer == session.peer);
  });
  if (session.proof == api::ProofKind::anonymous || by_somebody) return;
  fail("holder: who has proven a name gives way to somebody who has not");
}

// One that takes another's place may stand beside it until its client is heard, or given up.
void Invariants::check_holders() {
  const base::Duration patience = silence(town_.at(kServer).host.config) + kSlack;
  std::map<base::Address, base::TimePoint> held;  ///< since when
  for (const auto& [id, session] : hosts_[kServer].sessions) {
    if (!session.up || session.over) continue;
    const auto [other, first] = held.try_emplace(session.inner, session.since);
    if (!first && town_.now - std::max(other->second, session.since) > patience)
      fail("holder: one inner address for two sessions");
  }
}

void Invariants::check_departed(Number who, std::size_t index) {
  if (hosts_[who].closes || town_.at(who).host.kernel.installed()[index].guard_kept) return;
  fail("guard: a child that nobody closed leaves none");
}

void Invariants::check_sending(Number who) {
  const support::FakeKernel& kernel = town_.at(who).host.kernel;
  const HostStory& host = hosts_[who];
  for (const auto& [id, session] : host.sessions) {
    if (!session.up || session.over) continue;
    // Until the client is heard its older tunnel carries the packets.
    std::set<std::uint32_t> reqids;
    for (const std::size_t index : host.live) {
      const Installed& child = kernel.installed()[index];
      if (session.children.contains(child.child.spi_in)) reqids.insert(child.reqid.value);
    }
    const bool sends = std::ranges::any_of(host.live, [&](std::size_t index) {
      const Installed& child = kernel.installed()[index];
      return child.sending && reqids.contains(child.reqid.value);
    });
    if (!sends) fail("sending: packets go out by no child");
  }
}

void Invariants::check_ages(Number who) {
  const api::EngineConfig& config = town_.at(who).host.config;
  for (const auto& [index, child] : hosts_[who].children) {
    // One that was to go and is needed again after all begins anew.
    const base::Duration most = 2 * config.lifetime + 2 * silence(config) + kSlack;
    if (town_.now - child.installed > most) fail("age: a child outlives its time");
    const base::Duration patience = 3 * config.liveness + 2 * silence(config) + kSlack;
    if (child.into_a_hole != base::kNever && town_.now - child.into_a_hole > patience) {
      fail("liveness: packets go to who has forgotten all");
    }
  }
}

void Invariants::check_idle() {
  const base::Duration idle = plot_.server.idle;
  if (idle == base::Duration::zero()) return;
  // While nobody can count nobody knows that there was none.
  if (town_.at(kServer).host.kernel.refuse_counters) uncounted_ = town_.now;
  for (const auto& [id, session] : hosts_[kServer].sessions) {
    if (!session.up || session.over) continue;
    // Traffic counts from when it is seen.
    if (town_.now - std::max(session.traffic, uncounted_) > 2 * idle + kSlack)
      fail("idle: a session without traffic goes on");
  }
}

void Invariants::check_leases() {
  std::set<base::Address> leased;  // a client that comes again has its address twice for a while
  for (const auto& [id, session] : hosts_[kServer].sessions) {
    if (session.up && !session.over && session.leased) leased.insert(session.inner);
  }
  if (town_.at(kServer).host.engine->leases() != leased.size()) fail("leases: as many as sessions have one");
}

}  // namespace latchkey::sim
