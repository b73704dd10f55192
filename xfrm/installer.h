#pragma once
// All of a tunnel in the kernel, or none of it.

#include <span>

#include "xfrm/netlink.h"
#include "xfrm/protection.h"

namespace latchkey::xfrm {

/// Everything that one tunnel is in the kernel.
struct Plan {
  Sa in;
  Sa out;
  bool larval = true;  ///< the inbound SPI is still set aside in the kernel
  std::vector<PolicyChange> policies;
};

/// Why a plan was not carried out: `what` was tried, and the kernel's reply.
struct Refusal {
  base::Error error;
  std::string what;
  Reply reply;

  /// "cannot install the outbound SA: Requested type not found".
  std::string to_string() const;
};

/// Installs the plan in one netlink batch: the SAs first, the guard last. If the kernel refuses any part, what it had
/// taken before is removed again and policies that were replaced are put back (DESIGN.md security rule 2). A larval SA
/// that has expired meanwhile is made anew.
std::optional<Refusal> carry_out(Netlink& netlink, Plan plan);

/// Deletes policies in batches; those that are gone already do not matter.
void remove_policies(Netlink& netlink, std::span<const PolicyKey> keys);
/// Puts off the policies' hard expiry, in batches. The reply is the first refusal.
Reply refresh_policies(Netlink& netlink, std::span<const Policy> policies);

}  // namespace latchkey::xfrm
