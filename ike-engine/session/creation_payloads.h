#pragma once
// The payloads of a CREATE_CHILD_SA message, request or response (RFC 7296 section 1.3).

#include <optional>
#include <vector>

#include "ike-engine/base/ids.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"

namespace latchkey::session {

/// Views point into the plaintext. Which of the payloads have to be there is the caller's to ask.
struct CreationPayloads {
  std::optional<wire::Sa> sa;
  std::optional<wire::Ke> ke;
  std::optional<wire::Nonce> nonce;
  std::optional<wire::Cp> cp;
  std::optional<std::vector<wire::TrafficSelector>> tsi, tsr;
  std::optional<wire::Notify> rekey;  ///< REKEY_SA
  std::optional<wire::Notify> error;  ///< the first error notify
  bool transport = false;             ///< USE_TRANSPORT_MODE

  /// Whether it is about an IKE SA.
  bool is_for_ike() const;
};

/// Nothing if a payload is malformed, or stands there twice and may not, or is unknown and critical.
std::optional<CreationPayloads> parse_creation(std::span<const wire::RawPayload> payloads);

/// The two hosts of a child, as seen by whoever asks for it.
struct Hosts {
  base::Address initiator;
  base::Address responder;
};

/// What a message is made of. Views.
struct CreationParts {
  const wire::Sa& sa;
  base::Bytes nonce;
  const crypto::KeyExchange* key_exchange = nullptr;
  std::optional<Hosts> hosts = {};        ///< of a child
  std::optional<base::Spi> rekeyed = {};  ///< spi_in of the child that is to be replaced
  bool transport = false;
  base::Bytes cp = {};  ///< the body of a configuration payload; empty: none
};
wire::PayloadChain write_creation(const CreationParts& parts);

}  // namespace latchkey::session
