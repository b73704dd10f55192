#pragma once
// The payloads of an IKE_AUTH message, request or reply, parsed once for both sides (RFC 7296 appendix C).

#include <optional>
#include <vector>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"

namespace latchkey::session {

/// Certificates of one message that are looked at; a message with more is malformed.
inline constexpr std::size_t kMaxCertificates = 8;

/// Views point into the plaintext.
struct AuthPayloads {
  base::Bytes idi, idr;  ///< whole bodies, which AUTH covers; empty: none
  std::optional<wire::Auth> auth;
  std::vector<wire::Cert> certificates;
  std::optional<wire::CertReq> certreq;
  std::optional<wire::Cp> cp;
  std::optional<wire::Sa> sa;
  std::optional<std::vector<wire::TrafficSelector>> tsi, tsr;
  std::vector<wire::Notify> notifies;

  bool has(base::NotifyType type) const { return find(type) != nullptr; }
  /// The first notify of `type`, or nullptr.
  const wire::Notify* find(base::NotifyType type) const;
  /// The first error notify's type; 0 if there is none.
  base::NotifyType error() const;
};

/// Nothing if a payload is malformed, or stands there twice and may not. Unknown payloads are left out.
std::optional<AuthPayloads> parse_auth_payloads(std::span<const wire::RawPayload> payloads);

}  // namespace latchkey::session
