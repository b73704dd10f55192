#include "ike-engine/session/creation_payloads.h"

#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/reply.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

bool take_notify(CreationPayloads& message, base::Bytes body) {
  const auto notify = wire::parse_notify(body);
  if (!notify) return false;
  if (notify->type == NotifyType::use_transport_mode) message.transport = true;
  if (notify->type == NotifyType::rekey_sa && !message.rekey) message.rekey = *notify;
  if (notify->is_error() && !message.error) message.error = *notify;
  return true;
}

bool take_payload(CreationPayloads& message, const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::sa: return take_once(message.sa, wire::parse_sa(payload.body));
    case PayloadType::ke: return take_once(message.ke, wire::parse_ke(payload.body));
    case PayloadType::nonce: return take_once(message.nonce, wire::parse_nonce(payload.body));
    case PayloadType::cp: return take_once(message.cp, wire::parse_cp(payload.body));
    case PayloadType::tsi: return take_once(message.tsi, wire::parse_ts(payload.body));
    case PayloadType::tsr: return take_once(message.tsr, wire::parse_ts(payload.body));
    case PayloadType::notify: return take_notify(message, payload.body);
    default: return true;
  }
}

void add_rekey_sa(wire::PayloadChain& chain, base::Spi spi_in) {
  // RFC 7296 section 1.3.3
  //= The SA being rekeyed is identified by the SPI field in the Notify payload; this is the SPI the exchange initiator
  //= would expect in inbound ESP or AH packets.
  base::Writer spi;
  spi.u32(spi_in.value);
  add_notify(chain, {base::ProtocolId::esp, spi.view(), NotifyType::rekey_sa, {}});
}

}  // namespace

bool CreationPayloads::is_for_ike() const {
  return sa && !sa->proposals.empty() && sa->proposals.front().protocol == base::ProtocolId::ike;
}

std::optional<CreationPayloads> parse_creation(std::span<const wire::RawPayload> payloads) {
  if (wire::first_unknown_critical(payloads) != PayloadType::none) return std::nullopt;
  CreationPayloads message;
  for (const auto& payload : payloads) {
    if (!take_payload(message, payload)) return std::nullopt;
  }
  return message;
}

wire::PayloadChain write_creation(const CreationParts& parts) {
  wire::PayloadChain chain;
  if (parts.rekeyed) add_rekey_sa(chain, *parts.rekeyed);
  if (parts.transport) add_notify(chain, {base::ProtocolId::none, {}, NotifyType::use_transport_mode, {}});
  if (!parts.cp.empty()) chain.add(PayloadType::cp, [&](base::Writer& out) { out.bytes(parts.cp); });
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, parts.sa); });
  chain.add(PayloadType::nonce, [&](base::Writer& out) { write(out, wire::Nonce{parts.nonce}); });
  if (const auto* kx = parts.key_exchange; kx != nullptr) {
    chain.add(PayloadType::ke, [&](base::Writer& out) { write(out, wire::Ke{kx->method(), kx->public_value()}); });
  }
  if (!parts.hosts) return chain;
  chain.add(PayloadType::tsi, [&](base::Writer& out) { write(out, policy::host_selectors(parts.hosts->initiator)); });
  chain.add(PayloadType::tsr, [&](base::Writer& out) { write(out, policy::host_selectors(parts.hosts->responder)); });
  return chain;
}

}  // namespace latchkey::session
