#include "ike-engine/session/responder.h"

#include <algorithm>

#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

namespace {

/// Of those under `key` the one that is the session's; end() if there is none.
auto entry_of(auto& entries, const auto& key, const Session& session) {
  const auto [first, last] = entries.equal_range(key);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.session == session.id; });
  return found == last ? entries.end() : found;
}

}  // namespace

void Responder::left(const base::Address& address, std::uint32_t Crowd::*count) {
  const auto found = crowds.find(address);
  if (found == crowds.end()) return;
  Crowd& crowd = found->second;
  if (crowd.*count > 0) --(crowd.*count);
  if (crowd.half_open == 0 && crowd.sessions == 0) crowds.erase(found);
}

Crowd Responder::crowd(const base::Address& address) const {
  const auto found = crowds.find(address);
  return found == crowds.end() ? Crowd{} : found->second;
}

std::vector<api::SessionId> Responder::sessions_of(const api::Identity& peer) const {
  std::vector<api::SessionId> all;
  const auto [first, last] = known.equal_range(peer);
  for (auto it = first; it != last; ++it) all.push_back(it->second.session);
  return all;
}

std::optional<base::Address> Responder::former_lease(const Session& session, base::Family family) const {
  if (!session.has_name()) return std::nullopt;
  const auto [first, last] = known.equal_range(session.peer);
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    const auto& lease = entry.second.lease;
    return lease && lease->family() == family && leases.offers(*lease);
  });
  return found == last ? std::nullopt : found->second.lease;
}

void Responder::admitted(const IkeSa& sa) {
  const Session& session = *sa.session;
  entered(session.remote, &Crowd::sessions);
  if (session.known) known.emplace(session.peer, Known{session.id});
}

void Responder::note_holder(const IkeSa& sa) {
  const Session& session = *sa.session;
  const auto local = session.lease ? std::nullopt : std::optional(sa.path.local.address);
  // Who had the address without a child may have got one.
  if (const auto own = entry_of(holders, *session.holds, session); own != holders.end()) holders.erase(own);
  holders.emplace(*session.holds, Holder{session.id, local, session.known, session.peer, sa.path.remote});
  if (const auto own = entry_of(known, session.peer, session); own != known.end()) own->second.lease = session.lease;
}

void Responder::departed(const Session& session) {
  left(session.remote, &Crowd::sessions);
  if (const auto own = entry_of(known, session.peer, session); own != known.end()) known.erase(own);
  if (!session.holds) return;
  const auto holder = entry_of(holders, *session.holds, session);
  if (holder != holders.end()) holders.erase(holder);
  // Also of one who did not lease it: who has no name and did may have had to give way.
  if (!holders.contains(*session.holds)) leases.give_back(*session.holds);
}

void Responder::take_over(Responder& old, const api::ResponderConfig& config) {
  leases = std::move(old.leases);
  leases.configure(config.pools);
  cookies = std::move(old.cookies);
  half_open = std::move(old.half_open);
  crowds = std::move(old.crowds);
  holders = std::move(old.holders);
  known = std::move(old.known);
}

base::Result<std::unique_ptr<Responder>> prepare_responder(const api::ResponderConfig& config) {
  auto responder = std::make_unique<Responder>();
  for (const api::OwnProof& own : config.identities) {
    auto proof = prepare_proof(own);
    if (!proof) return std::unexpected(proof.error());
    responder->identities.push_back(std::move(*proof));
  }
  if (responder->identities.empty()) return base::fail(base::Errc::mismatch, "a responder without identity");
  for (const api::PeerProof& peer : config.peers) {
    auto trust = prepare_trust(peer);
    if (!trust) return std::unexpected(trust.error());
    responder->peers.push_back(std::move(*trust));
  }
  responder->max_half_open = config.max_half_open;
  responder->cookies_from = config.cookies_from;
  responder->max_half_open_per_address = config.max_half_open_per_address;
  responder->max_sessions_per_address = config.max_sessions_per_address;
  responder->mode = config.mode;
  responder->ppk_required = config.ppk_required;
  for (const api::Ppk& ppk : config.ppks) {
    if (ppk.id.empty() || ppk.secret.empty()) return base::fail(base::Errc::malformed, "a PPK without id or secret");
    responder->ppks.insert_or_assign(ppk.id, ppk.secret.clone());
  }
  responder->leases = Leases(config.pools);
  return responder;
}

}  // namespace latchkey::session
