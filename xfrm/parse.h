#pragma once
// The kernel's answers to values. Pure. What does not fit our values (marks, several templates, ...) is nobody of ours.

#include <optional>

#include "xfrm/specs.h"

namespace latchkey::xfrm {

/// What identifies an SA in a dump; never its keys.
struct SaIdentity {
  base::Address source;
  base::Address destination;
  base::Spi spi;
  base::ReqId reqid;
  std::uint8_t protocol = 0;
  std::chrono::seconds expiry{0};  ///< hard; 0: none
};

/// Octets and packets that an SA has carried.
struct Traffic {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
};

/// From what follows the header of XFRM_MSG_NEWSA (a dump, or the answer to ALLOCSPI). Nothing if it is too short or of
/// a strange family.
std::optional<SaIdentity> parse_sa(base::Bytes body);
/// From XFRM_MSG_NEWPOLICY. Nothing for a socket's policy and for what a Policy cannot say.
std::optional<Policy> parse_policy(base::Bytes body);
/// From XFRM_MSG_EXPIRE. Nothing for a protocol other than ESP.
std::optional<api::Expired> parse_expired(base::Bytes body);
/// From XFRM_MSG_NEWAE.
std::optional<Traffic> parse_counters(base::Bytes body);

}  // namespace latchkey::xfrm
