// The judging half of auth.h: from a datagram to a verified AuthReply or to the reason why there is none.

#include <algorithm>

#include "ike-engine/crypto/signature.h"
#include "ike-engine/session/auth.h"
#include "ike-engine/session/opening.h"
#include "ike-engine/session/reply.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

/// The payloads of one reply. Views point into the plaintext.
struct Parsed {
  base::Bytes idr;  ///< whole body, which AUTH covers
  std::optional<wire::Auth> auth;
  std::optional<wire::Sa> sa;
  std::optional<std::vector<wire::TrafficSelector>> tsi, tsr;
  bool transport = false;
  NotifyType error{};
};

bool take_idr(Parsed& reply, base::Bytes body) {
  // Whom the server says it is decides nothing, its key does. The payload still has to be one.
  if (!reply.idr.empty() || !wire::parse_id(body)) return false;
  reply.idr = body;
  return true;
}

bool take_notify(Parsed& reply, base::Bytes body) {
  const auto notify = wire::parse_notify(body);
  if (!notify) return false;
  if (notify->type == NotifyType::use_transport_mode) reply.transport = true;
  if (notify->is_error() && reply.error == NotifyType{}) reply.error = notify->type;
  return true;
}

// CP, CERT, vendor IDs and whatever else is not asked for: ignored.
bool take_payload(Parsed& reply, const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::idr: return take_idr(reply, payload.body);
    case PayloadType::auth: return take_once(reply.auth, wire::parse_auth(payload.body));
    case PayloadType::sa: return take_once(reply.sa, wire::parse_sa(payload.body));
    case PayloadType::tsi: return take_once(reply.tsi, wire::parse_ts(payload.body));
    case PayloadType::tsr: return take_once(reply.tsr, wire::parse_ts(payload.body));
    case PayloadType::notify: return take_notify(reply, payload.body);
    default: return true;
  }
}

std::optional<Parsed> parse_reply(std::span<const wire::RawPayload> payloads) {
  if (wire::first_unknown_critical(payloads) != PayloadType::none) return std::nullopt;
  Parsed reply;
  for (const auto& payload : payloads) {
    if (!take_payload(reply, payload)) return std::nullopt;
  }
  return reply;
}

base::Result<std::string_view> verify(const ServerKey& key, const wire::Auth& auth, base::Bytes octets) {
  switch (auth.method) {
    case base::AuthMethod::digital_signature: {
      const auto parts = wire::parse_signature_auth(auth.data);
      if (!parts) return std::unexpected(parts.error());
      return crypto::verify_digital_signature(key.key, parts->algorithm_identifier, parts->signature, octets);
    }
    case base::AuthMethod::ecdsa_256:
    case base::AuthMethod::ecdsa_384: return crypto::verify_ecdsa_auth(key.key, auth.method, auth.data, octets);
    // Security rule 7: method 1 is RSA with SHA-1. A shared key or no authentication at all prove no DNS key.
    case base::AuthMethod::rsa: return base::fail(base::Errc::weak, "the server signs with RSA and SHA-1");
    default: return base::fail(base::Errc::unsupported, "the server's authentication method proves no key");
  }
}

// Tries each key of the set. On failure the text of the last attempt that fitted the key's type.
base::Result<const ServerKey*> find_key(std::span<const ServerKey> keys, const wire::Auth& auth, base::Bytes octets,
                                        std::string_view& scheme) {
  base::Error error{base::Errc::bad_signature, "no key of the set"};
  for (const ServerKey& key : keys) {
    const auto verified = verify(key, auth, octets);
    if (verified) {
      scheme = *verified;
      return &key;
    }
    if (verified.error().code != base::Errc::mismatch) error = verified.error();
  }
  return std::unexpected(error);
}

Received refused(Failure failure) {
  Received received{Event::auth_refused, {}};
  received.input.failure = failure;
  return received;
}

Received judge(const IkeSa& sa, const Candidate& candidate, Parsed&& reply) {
  if (!reply.auth || reply.idr.empty()) {
    if (reply.error == NotifyType{}) return refused({api::Reason::malformed, 0, "a reply without AUTH"});
    return refused({reason_of(reply.error), static_cast<std::uint16_t>(reply.error), "the server refused"});
  }
  const Negotiation& negotiation = *sa.negotiation;
  const auto octets = crypto::signed_octets(candidate.suite.prf, negotiation.replies[candidate.reply],
                                            negotiation.nonce_i, candidate.keys.sk_pr.view(), reply.idr);
  if (!octets) return refused({api::Reason::malformed, 0, octets.error().text});
  Received received{Event::auth_response, {}};
  AuthReply& auth = received.input.auth;
  const auto key = find_key(sa.session->keys, *reply.auth, *octets, auth.scheme);
  if (!key) return refused({api::Reason::auth_failed, 0, key.error().text});
  auth.key = *key;
  auth.sa = std::move(reply.sa);
  if (reply.tsi) auth.tsi = std::move(*reply.tsi);
  if (reply.tsr) auth.tsr = std::move(*reply.tsr);
  auth.transport = reply.transport;
  auth.child_error = reply.error;
  return received;
}

Received read_opened(const IkeSa& sa, const Candidate& candidate, const Opened& opened) {
  const auto payloads = wire::parse_payloads(opened.first, opened.content);
  if (!payloads) return refused({api::Reason::malformed, 0, payloads.error().text});
  auto reply = parse_reply(*payloads);
  if (!reply) return refused({api::Reason::malformed, 0, "a reply with a malformed payload"});
  return judge(sa, candidate, std::move(*reply));
}

}  // namespace

std::optional<Received> read_auth_reply(IkeSa& sa, Context& context, const wire::Message& message,
                                        const api::Path& path) {
  const wire::Header& header = message.header;
  base::Errc why = base::Errc::mismatch;
  for (std::size_t i = 0; i < sa.negotiation->candidates.size(); ++i) {
    Candidate& candidate = sa.negotiation->candidates[i];
    if (candidate.spi_r != header.spi_r) continue;
    const auto opened = open_message(candidate.protection, candidate.responses, message);
    if (!opened) {
      why = opened.error().code;
      continue;  // two candidates may bear one SPI, and only one of them is true
    }
    if (!opened->has_value()) return std::nullopt;
    Received received = read_opened(sa, candidate, **opened);
    received.input.which = i;
    received.input.path = path;
    received.input.header = header;
    return received;
  }
  count_drop(context.stats, why);
  return std::nullopt;
}

}  // namespace latchkey::session
