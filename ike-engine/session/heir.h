#pragma once
// The IKE SA that a rekeying makes, and how it takes over (RFC 7296 sections 1.3.2, 2.8 and 2.18).

#include "ike-engine/session/context.h"

namespace latchkey::session {

/// What a rekeying has agreed on. Views.
struct HeirTerms {
  Role role{};  ///< ours in the new IKE SA: its initiator is who asked for the rekeying
  api::IkeSuite suite;
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  base::Bytes nonce_i;
  base::Bytes nonce_r;
  base::Bytes g_ir;
};

/// The new IKE SA, as a bystander: with keys of its own, and without children. Errors: unsupported, internal.
base::Result<std::unique_ptr<IkeSa>> make_heir(const IkeSa& old, const Context& context, const HeirTerms& terms);

/// Session, children and what is still wanted of them go from the old IKE SA to the new one, which is established from
/// now on. What happens to the old one is the caller's to say.
void hand_over(IkeSa& old, IkeSa& heir, Context& context);

/// How long an IKE SA that carries nothing may wait for the peer's DELETE; then comes ours.
State stand_by(IkeSa& sa, Context& context);

}  // namespace latchkey::session
