#include "control/inspect/ipseckey_json.h"

#include "control/inspect/payload_json.h"
#include "ike-engine/crypto/public_key.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::inspect {
namespace {

using unbound::IpseckeyRecord;

Json key_check(const IpseckeyRecord& record) {
  if (record.key.empty()) return nullptr;
  const auto key = crypto::PublicKey::from_ipseckey(record.algorithm, record.key);
  return key ? std::string(key->name()) : error_text(key.error());
}

Json shown(const IpseckeyRecord& record) {
  return {{"precedence", record.precedence}, {"gateway_type", static_cast<unsigned>(record.gateway_type)},
          {"algorithm", record.algorithm},   {"gateway", gateway_text(record).value_or("")},
          {"key", base::to_hex(record.key)}, {"wire", base::to_hex(to_wire(record))},
          {"text", to_text(record)},         {"key_check", key_check(record)}};
}

}  // namespace

Outcome ipseckey_of_text(std::string_view text) {
  const auto record = unbound::parse_ipseckey_text(text);
  if (!record) return std::unexpected(record.error());
  return Answer{shown(*record)};
}

Outcome ipseckey_of_wire(base::Bytes wire) {
  const auto record = unbound::parse_ipseckey(wire);
  if (!record) return std::unexpected(error_text(record.error()));
  // RFC 4025 section 2.4: algorithm 0 says that there is no key.
  if (record->algorithm == 0 && !record->key.empty()) {
    return std::unexpected("malformed: a key, although algorithm 0 means that there is none");
  }
  if (record->algorithm != 0 && record->key.empty()) return std::unexpected("truncated: the public key is missing");
  return Answer{shown(*record)};
}

}  // namespace latchkey::inspect
