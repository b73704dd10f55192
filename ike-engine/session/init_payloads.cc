#include "ike-engine/session/init_payloads.h"

#include <algorithm>

#include "ike-engine/session/reply.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

bool take_payload(InitPayloads& found, const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::sa: return take_once(found.sa, wire::parse_sa(payload.body));
    case PayloadType::ke: return take_once(found.ke, wire::parse_ke(payload.body));
    case PayloadType::nonce: return take_once(found.nonce, wire::parse_nonce(payload.body));
    case PayloadType::notify: {
      const auto notify = wire::parse_notify(payload.body);
      if (notify) found.notifies.push_back(*notify);
      return notify.has_value();
    }
    default: return true;
  }
}

}  // namespace

const wire::Notify* InitPayloads::find(NotifyType type) const {
  const auto it = std::find_if(notifies.begin(), notifies.end(), [&](const auto& n) { return n.type == type; });
  return it == notifies.end() ? nullptr : &*it;
}

NatNotifies InitPayloads::nat_notifies() const {
  NatNotifies found;
  for (const auto& notify : notifies) {
    if (notify.type == NotifyType::nat_detection_source_ip) found.sources.push_back(notify.data);
    if (notify.type == NotifyType::nat_detection_destination_ip) found.destination = notify.data;
  }
  return found;
}

std::optional<InitPayloads> parse_init_payloads(const wire::Message& message) {
  if (wire::first_unknown_critical(message.payloads) != PayloadType::none) return std::nullopt;
  InitPayloads found;
  for (const auto& payload : message.payloads) {
    if (!take_payload(found, payload)) return std::nullopt;
  }
  return found;
}

void add_hash_algorithms(wire::PayloadChain& chain) {
  using enum base::HashAlgorithm;
  static constexpr base::HashAlgorithm kAlgorithms[] = {sha2_256, sha2_384, sha2_512, identity};
  add_notify(chain, NotifyType::signature_hash_algorithms, wire::hash_algorithms_data(kAlgorithms));
}

}  // namespace latchkey::session
