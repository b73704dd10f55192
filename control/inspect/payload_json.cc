#include "control/inspect/payload_json.h"

#include <algorithm>

#include "control/inspect/names.h"
#include "ike-engine/api/names.h"
#include "ike-engine/crypto/schemes.h"
#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/sk.h"
#include "ike-engine/wire/ts.h"

namespace latchkey::inspect {
namespace {

using base::Bytes;
using base::PayloadType;
using base::Result;
using base::to_hex;

template <class Enum>
unsigned number(Enum value) {
  return static_cast<unsigned>(value);
}

/// Printable ASCII as text; nothing for other octets, which hex alone can show.
void add_text(Json& fields, Bytes octets) {
  const bool printable = std::ranges::all_of(octets, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
  if (printable && !octets.empty()) fields["text"] = std::string(octets.begin(), octets.end());
}

/// "AES_GCM_16_256", or "AES_GCM_16" where the key length is missing.
std::string encr_name(const wire::Transform& transform) {
  std::string name = api::encr_name(base::EncrId{transform.id}, transform.key_bits.value_or(0));
  if (!transform.key_bits && name.ends_with("_0")) name.erase(name.size() - 2);
  return name;
}

/// "AES_GCM_16_256", "PRF_HMAC_SHA2_256", "CURVE25519", "ESN"; empty for a type that has no names here.
std::string transform_name(const wire::Transform& transform) {
  using base::TransformType;
  switch (transform.type) {
    case TransformType::encr: return encr_name(transform);
    case TransformType::prf: return api::prf_name(base::PrfId{transform.id});
    case TransformType::integ: return api::integ_name(base::IntegId{transform.id});
    case TransformType::esn: return transform.id == 0 ? "NO_ESN" : "ESN";
    default: break;
  }
  const bool exchange = transform.type == TransformType::ke ||
                        (transform.type >= TransformType::addke1 && transform.type <= TransformType::addke7);
  return exchange ? api::ke_name(base::KeMethod{transform.id}) : "";
}

Json fields_of(const wire::Transform& transform) {
  Json attributes = Json::array();
  Json fields = {{"type", number(transform.type)}, {"id", transform.id}, {"name", transform_name(transform)}};
  if (transform.key_bits) {
    fields["key_length"] = *transform.key_bits;
    attributes.push_back({{"type", 14}, {"value", *transform.key_bits}});
  }
  for (const wire::TransformAttribute& unknown : transform.unknown_attributes) {
    attributes.push_back({{"type", unknown.type}, {"value", to_hex(unknown.value)}});
  }
  fields["attributes"] = std::move(attributes);
  return fields;
}

Json fields_of(const wire::Sa& sa) {
  Json proposals = Json::array();
  for (const wire::Proposal& proposal : sa.proposals) {
    Json transforms = Json::array();
    for (const wire::Transform& transform : proposal.transforms) transforms.push_back(fields_of(transform));
    proposals.push_back({{"number", proposal.number},
                         {"protocol", number(proposal.protocol)},
                         {"spi", to_hex(proposal.spi)},
                         {"transforms", std::move(transforms)}});
  }
  return {{"proposals", std::move(proposals)}};
}

Json fields_of(const wire::Ke& ke) { return {{"method", number(ke.method)}, {"data", to_hex(ke.value)}}; }

Json fields_of(const wire::Id& id) {
  Json fields = {{"id_type", number(id.type)}, {"data", to_hex(id.data)}};
  const bool address = id.type == base::IdType::ipv4_addr || id.type == base::IdType::ipv6_addr;
  if (address) {
    fields["text"] = base::Address::from_bytes(id.data)->to_string();
  } else {
    add_text(fields, id.data);
  }
  return fields;
}

Json fields_of(const wire::Auth& auth) {
  Json fields = {
      {"method", number(auth.method)}, {"method_name", auth_method_name(auth.method)}, {"data", to_hex(auth.data)}};
  if (auth.method != base::AuthMethod::digital_signature) return fields;
  const auto signature = wire::parse_signature_auth(auth.data);
  if (!signature) return fields;
  fields["algorithm_identifier"] = to_hex(signature->algorithm_identifier);
  fields["signature"] = to_hex(signature->signature);
  const auto scheme = crypto::scheme_of(signature->algorithm_identifier);
  if (scheme) fields["scheme"] = scheme->name;
  return fields;
}

Json fields_of(const wire::Cert& cert) { return {{"encoding", number(cert.encoding)}, {"data", to_hex(cert.data)}}; }

Json fields_of(const wire::CertReq& request) {
  return {{"encoding", number(request.encoding)}, {"data", to_hex(request.authorities)}};
}

Json fields_of(const wire::Nonce& nonce) { return {{"data", to_hex(nonce.value)}}; }

Json fields_of(const wire::Notify& notify) {
  Json fields = {{"protocol", number(notify.protocol)},
                 {"spi", to_hex(notify.spi)},
                 {"notify_type", number(notify.type)},
                 {"notify_name", notify_name(notify.type)},
                 {"data", to_hex(notify.data)}};
  if (notify.type == base::NotifyType::invalid_ke_payload) {
    if (const auto method = wire::parse_invalid_ke(notify.data)) fields["method"] = number(*method);
  }
  if (notify.type == base::NotifyType::signature_hash_algorithms) {
    Json hashes = Json::array();
    if (const auto read = wire::parse_hash_algorithms(notify.data)) {
      for (const base::HashAlgorithm hash : *read) hashes.push_back(number(hash));
    }
    fields["hash_algorithms"] = std::move(hashes);
  }
  return fields;
}

Json fields_of(const wire::Delete& del) {
  Json spis = Json::array();
  for (const base::Spi spi : del.spis) {
    base::Writer octets;
    octets.u32(spi.value);
    spis.push_back(to_hex(octets.view()));
  }
  return {{"protocol", number(del.protocol)}, {"spis", std::move(spis)}};
}

Json fields_of(const std::vector<wire::TrafficSelector>& selectors) {
  Json list = Json::array();
  for (const wire::TrafficSelector& ts : selectors) {
    list.push_back(
        {{"ts_type", number(ts.start.is_v4() ? base::TsType::ipv4_addr_range : base::TsType::ipv6_addr_range)},
         {"protocol", ts.protocol},
         {"start_port", ts.start_port},
         {"end_port", ts.end_port},
         {"start", ts.start.to_string()},
         {"end", ts.end.to_string()}});
  }
  return {{"selectors", std::move(list)}};
}

Json fields_of(const wire::Cp& cp) {
  Json attributes = Json::array();
  for (const wire::CpAttribute& attribute : cp.attributes) {
    attributes.push_back({{"type", attribute.type}, {"value", to_hex(attribute.value)}});
  }
  return {{"cfg_type", cp.type}, {"attributes", std::move(attributes)}};
}

// RFC 7383 section 2.5: without keys the numbers are all that a fragment shows.
Result<Json> fragment_fields(Bytes body) {
  const auto fragment = wire::parse_skf(body, 0, 0);
  if (!fragment) return std::unexpected(fragment.error());
  return Json{{"fragment", fragment->fragment}, {"total", fragment->total}};
}

Result<Json> opaque_fields(PayloadType type, Bytes body) {
  Json fields = {{"data", to_hex(body)}};
  if (type == PayloadType::vendor_id) add_text(fields, body);
  return fields;
}

template <class Value>
Result<Json> parsed(Result<Value> value) {
  if (!value) return std::unexpected(value.error());
  return fields_of(*value);
}

Result<Json> fields_of(const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::sa: return parsed(wire::parse_sa(payload.body));
    case PayloadType::ke: return parsed(wire::parse_ke(payload.body));
    case PayloadType::idi:
    case PayloadType::idr: return parsed(wire::parse_id(payload.body));
    case PayloadType::cert: return parsed(wire::parse_cert(payload.body));
    case PayloadType::certreq: return parsed(wire::parse_certreq(payload.body));
    case PayloadType::auth: return parsed(wire::parse_auth(payload.body));
    case PayloadType::nonce: return parsed(wire::parse_nonce(payload.body));
    case PayloadType::notify: return parsed(wire::parse_notify(payload.body));
    case PayloadType::delete_: return parsed(wire::parse_delete(payload.body));
    case PayloadType::tsi:
    case PayloadType::tsr: return parsed(wire::parse_ts(payload.body));
    case PayloadType::cp: return parsed(wire::parse_cp(payload.body));
    case PayloadType::eap:
    case PayloadType::vendor_id: return opaque_fields(payload.type, payload.body);
    case PayloadType::skf: return fragment_fields(payload.body);
    default: return Json::object();
  }
}

}  // namespace

Json payload_json(const wire::RawPayload& payload) {
  Json shown = {{"type", number(payload.type)},
                {"name", payload_name(payload.type)},
                {"critical", payload.critical},
                {"body", to_hex(payload.body)}};
  const auto fields = fields_of(payload);
  if (fields) {
    shown.update(*fields);
  } else {
    shown["error"] = error_text(fields.error());
  }
  return shown;
}

std::string error_text(const base::Error& error) {
  return std::string(base::to_string(error.code)) + ": " + std::string(error.text);
}

}  // namespace latchkey::inspect
