#pragma once
// The first child as the responder: whose traffic it may carry (RFC 7296 sections 2.9 and 2.19). A client asks for it
// in IKE_AUTH or, after an IKE SA without a child (RFC 6023), by CREATE_CHILD_SA.

#include <expected>

#include "ike-engine/session/table.h"

namespace latchkey::session {

struct Nonces {
  base::Bytes i, r;
};

/// What a client asks for, whichever message says it. Views.
struct ChildWish {
  std::span<const wire::TrafficSelector> tsi, tsr;
  const wire::Cp* cp = nullptr;
  bool transport = false;
};

/// Which of the client's addresses the child is for.
struct Inner {
  base::Address address;
  bool leased = false;
  bool taken = false;  ///< from the pool, just now
};

/// What a client may have.
struct Grant {
  Inner inner;
  api::Mode mode = api::Mode::tunnel;
  std::vector<api::SessionId> replaces = {};   ///< the same client's, which give way when it is heard by this one
  std::vector<api::SessionId> displaces = {};  ///< somebody else's, which give way at once

  std::optional<base::Address> leased_address() const;
};

/// The child that the client may have, or why it may not. What was taken from a pool for it waits for accept() or
/// decline().
std::expected<Grant, base::NotifyType> grant_child(IkeSa& sa, Context& context, const ChildWish& wish);
/// The child is in the kernel: its address is the session's.
void accept(IkeSa& sa, Context& context, const Grant& grant);
/// The child is to take the place of those whom the client replaces, or stand beside another of the same peer's:
/// packets come in by either, and go out by the older one until the client has got this one.
void stand_beside(const IkeSa& sa, const Context& context, const Grant& grant, api::ChildSa& child);
/// Whom this session replaces gives way when the client is heard by it: only then has it got the child, and sends no
/// more by the old one. Makes the client speak.
void listen_for_client(IkeSa& sa, Context& context);
/// A message of the client's that is not a copy of one that we had before has come.
void client_heard(IkeSa& sa, Context& context);
/// A session that this one may replace is over. `sent_for`: another one's child sends in the place of this one's.
void predecessor_gone(IkeSa& sa, Context& context, api::SessionId gone, bool sent_for);
/// The body of the CFG_REPLY to `request`; empty if it has asked for no address, or gets none.
base::Buffer lease_answer(const wire::Cp* request, const Grant& grant);
/// There will be no child.
void decline(Context& context, const Grant& grant);

/// Adds to `chain` what answers the child part of an IKE_AUTH request: SA, TSi and TSr (and CP), or the notify that
/// says why not. Whether there is a child: it is in the kernel then. A request without SA and selectors wants none (RFC
/// 6023), but may ask for an address all the same.
bool answer_first_child(IkeSa& sa, Context& context, const AuthPayloads& claim, const Nonces& nonces,
                        wire::PayloadChain& chain);

}  // namespace latchkey::session
