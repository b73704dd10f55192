#pragma once
// IKE_INTERMEDIATE exchanges of an IKE SA that is being set up (RFC 9242), as either side keeps book of them. Each is
// for one of the additional key exchanges that IKE_SA_INIT has agreed on, and there are no others.

#include <optional>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/crypto/kem.h"
#include "ike-engine/policy/additional.h"
#include "ike-engine/session/protect.h"

namespace latchkey::session {

struct Intermediate {
  std::vector<base::KeMethod> methods = {};      ///< that were agreed on, in the order in which they take place
  std::size_t done = 0;                          ///< so many of them are over
  base::SecretBytes auth_i = {}, auth_r = {};    ///< IntAuth_iN and IntAuth_rN so far
  std::optional<Protection> answered_with = {};  ///< as responder: opens copies of the last request

  bool over() const { return done == methods.size(); }
  /// Whose turn it is; only if they are not over.
  base::KeMethod due() const { return methods[done]; }
  /// Of the request that is due: for an IKE_INTERMEDIATE, or for IKE_AUTH once they are over.
  base::MessageId next_id() const { return base::MessageId{static_cast<std::uint32_t>(done + 1)}; }
  /// What AUTH covers of them once they are over; empty if there were none.
  base::Buffer covered() const;
};

/// Takes `auth`, IntAuth of one side, a message of that side's further. `head` and `inner` are what stands before the
/// IV and what is inside SK, as Opened has them, or as sealed_head() and the sealed chain do; SK_p is that side's, of
/// the keys that protect the message. Errors: unsupported, internal.
base::Result<void> cover(base::SecretBytes& auth, base::PrfId prf, base::Bytes sk_p, base::Bytes head,
                         base::Bytes inner);

/// The key exchanges that a configuration wants beside the first one.
policy::Additional wanted_exchanges(const api::EngineConfig& config);
/// The one behind a method that has been agreed on.
const crypto::Kem& kem_of(const api::EngineConfig& config, base::KeMethod method);

}  // namespace latchkey::session
