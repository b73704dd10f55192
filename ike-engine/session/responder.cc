#include "ike-engine/session/responder.h"

#include <algorithm>

#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

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

std::vector<base::IkeSpi> Responder::sas_of(const api::Identity& peer) const {
  std::vector<base::IkeSpi> spis;
  const auto [first, last] = known.equal_range(peer);
  for (auto it = first; it != last; ++it) spis.push_back(it->second.sa);
  return spis;
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

Known* Responder::find_known(const Session& session, base::IkeSpi sa) {
  const auto [first, last] = known.equal_range(session.peer);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.sa == sa; });
  return found == last ? nullptr : &found->second;
}

std::multimap<base::Address, Holder>::iterator Responder::find_holder(const base::Address& inner, base::IkeSpi sa) {
  const auto [first, last] = holders.equal_range(inner);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.sa == sa; });
  return found == last ? holders.end() : found;
}

void Responder::admitted(const IkeSa& sa) {
  const Session& session = *sa.session;
  entered(session.remote, &Crowd::sessions);
  if (session.known) known.emplace(session.peer, Known{sa.own_spi()});
}

void Responder::note_holder(const IkeSa& sa) {
  const Session& session = *sa.session;
  const auto local = session.lease ? std::nullopt : std::optional(sa.path.local.address);
  const auto [first, last] = holders.equal_range(*session.holds);
  for (auto at = first; at != last;) at = at->second.stands_in_the_way(local) ? holders.erase(at) : std::next(at);
  holders.emplace(*session.holds, Holder{sa.own_spi(), local, session.known, session.peer, sa.path.remote});
  if (Known* own = find_known(session, sa.own_spi())) own->lease = session.lease;
}

void Responder::departed(const Session& session) {
  left(session.remote, &Crowd::sessions);
  const auto [first, last] = known.equal_range(session.peer);
  const auto own = std::find_if(first, last, [&](const auto& entry) { return entry.second.sa == session.current; });
  if (own != last) known.erase(own);
  if (!session.holds) return;
  const auto holder = find_holder(*session.holds, session.current);
  // A client that came again has taken the place over already.
  if (holder == holders.end()) return;
  holders.erase(holder);
  // Also of one who did not lease it: who has no name and did may have had to give way.
  if (!holders.contains(*session.holds)) leases.give_back(*session.holds);
}

void Responder::moved(const Session& session, base::IkeSpi from, const IkeSa& to) {
  if (Known* own = find_known(session, from)) own->sa = to.own_spi();
  if (!session.holds) return;
  const auto holder = find_holder(*session.holds, from);
  if (holder != holders.end()) holder->second.sa = to.own_spi();
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
