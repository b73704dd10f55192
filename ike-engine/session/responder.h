#pragma once
// A responder's common ground: who we are to those who come, who may come, and how many of them there are.

#include <map>
#include <unordered_map>

#include "ike-engine/session/cookies.h"
#include "ike-engine/session/half_open.h"
#include "ike-engine/session/leases.h"
#include "ike-engine/session/ppk.h"
#include "ike-engine/session/proof.h"
#include "ike-engine/session/trust.h"

namespace latchkey::session {

/// How many of ours an address has.
struct Crowd {
  std::uint32_t half_open = 0;
  std::uint32_t sessions = 0;
};

/// Who has the child between an inner address and one of ours: there is one (security rules 3 and 12), and those that
/// give way to it as soon as its client is heard. A leased address is one client's, whichever of ours it has its child
/// with.
struct Holder {
  api::SessionId session;
  std::optional<base::Address> local = {};  ///< ours; nothing if the inner address is leased
  bool known = false;
  api::Identity peer;
  base::Endpoint remote;

  bool stands_in_the_way(const std::optional<base::Address>& ours) const { return !local || !ours || *local == *ours; }
};

/// A session of a client with a name.
struct Known {
  api::SessionId session;
  std::optional<base::Address> lease = {};
};

struct IkeSa;
struct Session;

struct Responder {
  std::vector<Proof> identities;
  std::vector<Trust> peers;
  std::size_t max_half_open = 0;
  std::size_t cookies_from = 0;
  std::size_t max_half_open_per_address = 0;
  std::size_t max_sessions_per_address = 0;
  api::Mode mode = api::Mode::tunnel;
  Ppks ppks;
  bool ppk_required = false;
  Leases leases;
  Cookies cookies;
  HalfOpens half_open;
  std::unordered_map<base::Address, Crowd> crowds;  ///< only addresses that have any
  std::multimap<base::Address, Holder> holders;     ///< by inner address
  std::multimap<api::Identity, Known> known;        ///< the clients that have proven a name

  void entered(const base::Address& address, std::uint32_t Crowd::*count) { ++(crowds[address].*count); }
  void left(const base::Address& address, std::uint32_t Crowd::*count);
  Crowd crowd(const base::Address& address) const;
  /// The sessions of a client with a name.
  std::vector<api::SessionId> sessions_of(const api::Identity& peer) const;
  /// The address that the client of this session has leased already, by another session, and may have again.
  std::optional<base::Address> former_lease(const Session& session, base::Family family) const;
  /// `sa` is established and has its session.
  void admitted(const IkeSa& sa);
  /// The session of `sa` holds its address from now on, until it has departed.
  void note_holder(const IkeSa& sa);
  /// The session is over: its lease and its places are free.
  void departed(const Session& session);
  /// Goes on where `old` was; `config` is our own.
  void take_over(Responder& old, const api::ResponderConfig& config);
};

/// Identities and peers are prepared once. Errors: malformed, weak, unsupported (a key or secret that is of no use),
/// mismatch (no identity at all).
base::Result<std::unique_ptr<Responder>> prepare_responder(const api::ResponderConfig& config);

}  // namespace latchkey::session
