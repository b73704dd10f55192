#include "ike-engine/session/auth_payloads.h"

#include <algorithm>

#include "ike-engine/session/reply.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

bool take_id(base::Bytes& slot, base::Bytes body) {
  if (!slot.empty() || !wire::parse_id(body)) return false;
  slot = body;
  return true;
}

bool take_certificate(AuthPayloads& found, base::Bytes body) {
  const auto cert = wire::parse_cert(body);
  if (!cert || found.certificates.size() == kMaxCertificates) return false;
  found.certificates.push_back(*cert);
  return true;
}

bool take_notify(AuthPayloads& found, base::Bytes body) {
  const auto notify = wire::parse_notify(body);
  if (!notify) return false;
  found.notifies.push_back(*notify);
  return true;
}

// A peer may send several CERTREQ, one an encoding; the first that is right is enough to know that it wants
// certificates.
bool take_certreq(AuthPayloads& found, base::Bytes body) {
  const auto request = wire::parse_certreq(body);
  if (request && !found.certreq) found.certreq = *request;
  return request.has_value();
}

bool take_payload(AuthPayloads& found, const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::idi: return take_id(found.idi, payload.body);
    case PayloadType::idr: return take_id(found.idr, payload.body);
    case PayloadType::cert: return take_certificate(found, payload.body);
    case PayloadType::certreq: return take_certreq(found, payload.body);
    case PayloadType::auth: return take_once(found.auth, wire::parse_auth(payload.body));
    case PayloadType::cp: return take_once(found.cp, wire::parse_cp(payload.body));
    case PayloadType::sa: return take_once(found.sa, wire::parse_sa(payload.body));
    case PayloadType::tsi: return take_once(found.tsi, wire::parse_ts(payload.body));
    case PayloadType::tsr: return take_once(found.tsr, wire::parse_ts(payload.body));
    case PayloadType::notify: return take_notify(found, payload.body);
    default: return true;
  }
}

}  // namespace

const wire::Notify* AuthPayloads::find(NotifyType type) const {
  const auto it = std::ranges::find(notifies, type, &wire::Notify::type);
  return it == notifies.end() ? nullptr : &*it;
}

NotifyType AuthPayloads::error() const {
  const auto it = std::ranges::find_if(notifies, &wire::Notify::is_error);
  return it == notifies.end() ? NotifyType{} : it->type;
}

std::optional<AuthPayloads> parse_auth_payloads(std::span<const wire::RawPayload> payloads) {
  AuthPayloads found;
  for (const auto& payload : payloads) {
    if (!take_payload(found, payload)) return std::nullopt;
  }
  return found;
}

}  // namespace latchkey::session
