#pragma once
// The making of a child: its keys, and what the kernel needs of them (RFC 7296 section 2.17).

#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

/// What was agreed on, beside what the IKE SA knows. Views.
struct ChildTerms {
  api::EspSuite suite;
  api::Mode mode = api::Mode::tunnel;
  base::Spi spi_in;
  base::Spi spi_out;
  base::Bytes nonce_i;  ///< of the exchange that makes the child
  base::Bytes nonce_r;
  base::Bytes g_ir = {};                  ///< of that exchange's own key exchange, if it had one
  bool we_asked = true;                   ///< whether we are the initiator of that exchange
  std::optional<base::ReqId> reqid = {};  ///< of the child that it replaces or stands beside
  std::optional<base::Address> inner_local = {}, inner_remote = {};
  bool sending = true;
};

/// The two hosts whose traffic a child with these traits carries.
struct Ends {
  base::Address ours;
  base::Address theirs;
};
Ends ends_of(const IkeSa& sa, const ChildTraits& traits);

/// Both SAs with their keys. Errors: unsupported, internal.
base::Result<api::ChildSa> make_child_sa(const IkeSa& sa, const api::EngineConfig& config, const ChildTerms& terms);

/// The child as it is kept when the kernel has it.
Child keep_child(std::unique_ptr<api::KernelTunnel> tunnel, const api::ChildSa& child);

}  // namespace latchkey::session
