// IKE_AUTH as the test responder answers it.

#include <algorithm>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/support/responder.h"
#include "tests/support/signing.h"

namespace latchkey::support {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::NotifyType;
using base::PayloadType;
using base::TransformType;

namespace {
const wire::RawPayload* find(const std::vector<wire::RawPayload>& payloads, PayloadType type) {
  const auto it = std::ranges::find(payloads, type, &wire::RawPayload::type);
  return it == payloads.end() ? nullptr : &*it;
}

// The client proves nothing by AUTH_NULL (RFC 7619 section 2.1) but that it has the IKE SA's keys.
bool is_right_null_auth(const ResponderSa& sa, const std::vector<wire::RawPayload>& payloads) {
  const auto* idi = find(payloads, PayloadType::idi);
  const auto* raw = find(payloads, PayloadType::auth);
  if (idi == nullptr || raw == nullptr) return false;
  const auto auth = wire::parse_auth(raw->body);
  if (!auth || auth->method != base::AuthMethod::null) return false;
  const Bytes sk_pi = sa.keys.sk_pi.view();
  const auto octets = crypto::signed_octets(sa.suite.prf, sa.init_request, sa.nonce_r, sk_pi, idi->body);
  if (!octets) return false;
  const auto expected = crypto::null_auth(sa.suite.prf, sk_pi, *octets);
  return expected && base::same_secret(expected->view(), auth->data);
}

struct Choice {
  wire::Proposal proposal;
  api::EspSuite suite;
  base::Spi spi_out;
};

std::optional<Choice> choose(const wire::Sa& offer) {
  for (const wire::Proposal& proposal : offer.proposals) {
    if (proposal.protocol != base::ProtocolId::esp) continue;
    const wire::Transform* encr = nullptr;
    const wire::Transform* esn = nullptr;
    for (const wire::Transform& one : proposal.transforms) {
      const bool good =
          one.type == TransformType::encr &&
          crypto::cipher_sizes(base::EncrId{one.id}, one.key_bits.value_or(256), base::IntegId::none).has_value();
      if (good && encr == nullptr) encr = &one;
      if (one.type == TransformType::esn && esn == nullptr) esn = &one;
    }
    if (encr == nullptr || esn == nullptr) continue;
    return Choice{{proposal.number, proposal.protocol, {}, {*encr, *esn}},
                  {base::EncrId{encr->id}, encr->key_bits.value_or(256), esn->id == 1},
                  {base::Reader(proposal.spi).u32()}};
  }
  return std::nullopt;
}

std::vector<wire::TrafficSelector> selectors_of(Selectors way, const base::Address& host) {
  const wire::TrafficSelector exact = wire::TrafficSelector::host(host);
  wire::TrafficSelector other = exact;
  switch (way) {
    case Selectors::exact: return {exact};
    case Selectors::several: return {exact, exact};
    case Selectors::narrowed:
      other.protocol = 6;
      other.start_port = other.end_port = 443;
      return {other};
    case Selectors::wide:
      other.start = base::Address::any(host.family());
      other.end = *base::Address::from_bytes(Buffer(host.bytes().size(), 0xff));
      return {other};
    case Selectors::other_host: {
      Buffer octets = base::to_buffer(host.bytes());
      octets.back() ^= 1;
      return {wire::TrafficSelector::host(*base::Address::from_bytes(octets))};
    }
  }
  return {};
}

Buffer spi_octets(base::Spi spi) {
  base::Writer out;
  out.u32(spi.value);
  return out.take();
}
}  // namespace

// IDr and AUTH. Nothing about the child yet.
base::Result<Payloads> Responder::authenticate(ResponderSa& sa, const Plain& request) {
  sa.authenticated = is_right_null_auth(sa, request.payloads());
  if (!sa.authenticated) return base::fail(Errc::bad_signature, "the client's AUTH");
  const base::Address local = sa.path.local.address;
  const wire::Id idr{local.is_v4() ? base::IdType::ipv4_addr : base::IdType::ipv6_addr, local.bytes()};
  Payloads reply = {payload(PayloadType::idr, idr)};
  const Bytes sk_pr = sa.keys.sk_pr.view();
  const auto octets = crypto::signed_octets(sa.suite.prf, sa.init_reply, sa.nonce_i, sk_pr, reply.front().body);
  if (!octets) return std::unexpected(octets.error());
  if (behaviour_.signing == Signing::null) {
    const auto data = crypto::null_auth(sa.suite.prf, sk_pr, *octets);
    if (!data) return std::unexpected(data.error());
    reply.push_back(payload(PayloadType::auth, wire::Auth{base::AuthMethod::null, data->view()}));
    return reply;
  }
  auto auth = make_auth(key_, behaviour_.signing, sa.hashes, *octets);
  if (!auth) return std::unexpected(auth.error());
  reply.push_back({PayloadType::auth, std::move(*auth)});
  return reply;
}

base::Result<void> Responder::make_child(ResponderSa& sa, const Plain& request, Payloads& reply) {
  const auto payloads = request.payloads();
  sa.asked_transport = find_notify(payloads, NotifyType::use_transport_mode).has_value();
  const auto* raw = find(payloads, PayloadType::sa);
  const auto offer = raw == nullptr ? base::fail(Errc::malformed, "no SA") : wire::parse_sa(raw->body);
  if (!offer) return std::unexpected(offer.error());
  auto choice = choose(*offer);
  const bool refused = behaviour_.transport == Transport::only && !sa.asked_transport;
  if (!choice || refused) return base::fail(Errc::mismatch, "no proposal");

  api::ChildSa child;
  const bool transport = sa.asked_transport && behaviour_.transport != Transport::never;
  child.mode = transport ? api::Mode::transport : api::Mode::tunnel;
  child.suite = choice->suite;
  child.local = sa.path.local.address;
  child.remote = sa.path.remote.address;
  child.encapsulated = sa.nat;
  child.local_port = sa.nat ? sa.path.local.port : 0;
  child.remote_port = sa.nat ? sa.path.remote.port : 0;
  child.spi_out = choice->spi_out;
  child.spi_in = behaviour_.allocate_spi ? behaviour_.allocate_spi(sa.path)
                                         : base::Spi{base::Reader(random_octets(4)).u32() | 0x100};
  const auto sizes = crypto::cipher_sizes(child.suite.encr, child.suite.key_bits, child.suite.integ).value();
  auto keys = crypto::derive_child_keys(sa.suite.prf, sa.keys.sk_d.view(), {}, sa.nonce_i, sa.nonce_r, sizes.keymat());
  if (!keys) return std::unexpected(keys.error());
  child.key_in = std::move(keys->initiator_to_responder);
  child.key_out = std::move(keys->responder_to_initiator);

  choice->proposal.spi = spi_octets(child.spi_in);
  if (transport) reply.push_back(notify_payload(NotifyType::use_transport_mode));
  reply.push_back(payload(PayloadType::sa, wire::Sa{{choice->proposal}}));
  reply.push_back(payload(PayloadType::tsi, selectors_of(behaviour_.selectors, child.remote)));
  reply.push_back(payload(PayloadType::tsr, selectors_of(behaviour_.selectors, child.local)));
  sa.child = std::move(child);
  established_.push_back(&sa);
  return {};
}

Payloads Responder::answer_auth(ResponderSa& sa, const Plain& request) {
  if (behaviour_.auth_error) return {notify_payload(*behaviour_.auth_error)};
  auto reply = authenticate(sa, request);
  if (!reply) return {notify_payload(NotifyType::authentication_failed)};
  if (behaviour_.ballast != 0) reply->push_back({PayloadType::vendor_id, random_octets(behaviour_.ballast)});
  if (behaviour_.child_error) {
    reply->push_back(notify_payload(*behaviour_.child_error));
  } else if (!make_child(sa, request, *reply)) {
    reply->push_back(notify_payload(NotifyType::no_proposal_chosen));
  }
  if (behaviour_.edit_auth) behaviour_.edit_auth(*reply);
  return *reply;
}

}  // namespace latchkey::support
