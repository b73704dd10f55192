#pragma once
// The payloads of an IKE_SA_INIT message, request or reply, parsed once for both sides.

#include <optional>
#include <vector>

#include "ike-engine/session/nat.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"

namespace latchkey::session {

/// Octets of an IKE_SA_INIT message, which is kept until AUTH has covered it. A longer one is dropped. Honest ones have
/// some hundred, and twenty more for each authority in a CERTREQ.
inline constexpr std::size_t kMaxInit = 8 * 1024;

/// Views point into the datagram. Nothing of it is authenticated.
struct InitPayloads {
  std::optional<wire::Sa> sa;
  std::optional<wire::Ke> ke;
  std::optional<wire::Nonce> nonce;
  std::vector<wire::Notify> notifies;

  /// The first notify of `type`, or nullptr.
  const wire::Notify* find(base::NotifyType type) const;
  NatNotifies nat_notifies() const;
};

/// Nothing for a message with a malformed payload, one that may stand there once only and does twice, or an unknown
/// critical one. Which of SA, KE and Nonce are there is the caller's to ask.
std::optional<InitPayloads> parse_init_payloads(const wire::Message& message);

/// Adds SIGNATURE_HASH_ALGORITHMS: what the peer may sign its AUTH with (RFC 7427 section 4). Never SHA-1.
void add_hash_algorithms(wire::PayloadChain& chain);

}  // namespace latchkey::session
