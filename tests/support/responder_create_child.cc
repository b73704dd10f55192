// CREATE_CHILD_SA as the test responder asks for it and answers it: a second implementation beside session/.

#include <algorithm>

#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/support/responder.h"

namespace latchkey::support {

using base::Buffer;
using base::Bytes;
using base::NotifyType;
using base::PayloadType;
using base::TransformType;

namespace {

const wire::RawPayload* find(const std::vector<wire::RawPayload>& payloads, PayloadType type) {
  const auto it = std::ranges::find(payloads, type, &wire::RawPayload::type);
  return it == payloads.end() ? nullptr : &*it;
}

Bytes nonce_of(const std::vector<wire::RawPayload>& payloads) { return find(payloads, PayloadType::nonce)->body; }

wire::Ke ke_of(const std::vector<wire::RawPayload>& payloads) {
  return wire::parse_ke(find(payloads, PayloadType::ke)->body).value();
}

// The offer's first proposal with the first transform of each type, the method of the KE payload, and our SPI.
wire::Proposal choice_of(const wire::Sa& offer, Buffer spi, std::optional<base::KeMethod> method) {
  const wire::Proposal& offered = offer.proposals.front();
  wire::Proposal answer{offered.number, offered.protocol, std::move(spi), {}};
  for (const wire::Transform& one : offered.transforms) {
    if (one.type == TransformType::ke && base::KeMethod{one.id} != method) continue;
    if (std::ranges::find(answer.transforms, one.type, &wire::Transform::type) == answer.transforms.end()) {
      answer.transforms.push_back(one);
    }
  }
  return answer;
}

Buffer octets_of(base::Spi spi) {
  base::Writer out;
  out.u32(spi.value);
  return out.take();
}

Buffer octets_of(base::IkeSpi spi) {
  base::Writer out;
  out.u64(spi.value);
  return out.take();
}

api::ChildSa copy_without_keys(const api::ChildSa& from) {
  api::ChildSa child;
  child.mode = from.mode;
  child.suite = from.suite;
  child.local = from.local;
  child.remote = from.remote;
  child.encapsulated = from.encapsulated;
  child.local_port = from.local_port;
  child.remote_port = from.remote_port;
  return child;
}

/// What both sides know when a child has been agreed on.
struct ChildKeyInputs {
  bool ours = false;  ///< the request was ours
  Bytes nonce_i, nonce_r;
  Bytes g_ir = {};
};

// The newest child with the suite of the one before it.
void add_child(ResponderSa& sa, base::Spi spi_in, base::Spi spi_out, const ChildKeyInputs& inputs) {
  api::ChildSa child = copy_without_keys(*sa.child);
  child.spi_in = spi_in;
  child.spi_out = spi_out;
  const auto sizes = crypto::cipher_sizes(child.suite.encr, child.suite.key_bits, child.suite.integ).value();
  auto keys = crypto::derive_child_keys(sa.suite.prf, sa.keys.sk_d.view(), inputs.g_ir, inputs.nonce_i, inputs.nonce_r,
                                        sizes.keymat())
                  .value();
  child.key_out = std::move(inputs.ours ? keys.initiator_to_responder : keys.responder_to_initiator);
  child.key_in = std::move(inputs.ours ? keys.responder_to_initiator : keys.initiator_to_responder);
  sa.former.push_back(std::move(*sa.child));
  sa.child = std::move(child);
}

}  // namespace

Buffer Responder::creation_nonce() { return behaviour_.nonce ? behaviour_.nonce() : random_octets(32); }

Payloads Responder::answer_create_child(ResponderSa& sa, const Plain& request) {
  Payloads reply = {notify_payload(NotifyType::no_additional_sas)};
  if (behaviour_.creates) {
    const auto payloads = request.payloads();
    const wire::Sa offer = wire::parse_sa(find(payloads, PayloadType::sa)->body).value();
    const bool ike = offer.proposals.front().protocol == base::ProtocolId::ike;
    reply = ike ? answer_rekey_ike(sa, request, offer) : answer_child(sa, request, offer);
  }
  if (behaviour_.edit_creation) behaviour_.edit_creation(reply);
  return reply;
}

Payloads Responder::answer_child(ResponderSa& sa, const Plain& request, const wire::Sa& offer) {
  const auto payloads = request.payloads();
  const base::Spi spi_in{base::Reader(random_octets(4)).u32() | 0x100};
  const Buffer nonce = creation_nonce();
  Payloads reply = {payload(PayloadType::nonce, wire::Nonce{nonce})};
  base::SecretBytes g_ir;
  std::optional<base::KeMethod> method;
  if (find(payloads, PayloadType::ke) != nullptr) {
    const wire::Ke ke = ke_of(payloads);
    method = ke.method;
    const auto key = crypto::KeyExchange::generate(ke.method, random_).value();
    g_ir = key.shared_secret(ke.value).value();
    reply.push_back(payload(PayloadType::ke, wire::Ke{ke.method, key.public_value()}));
  }
  const wire::Sa answer{{choice_of(offer, octets_of(spi_in), method)}};
  reply.insert(reply.begin(), payload(PayloadType::sa, answer));
  reply.push_back({PayloadType::tsi, base::to_buffer(find(payloads, PayloadType::tsi)->body)});
  reply.push_back({PayloadType::tsr, base::to_buffer(find(payloads, PayloadType::tsr)->body)});
  if (find_notify(payloads, NotifyType::use_transport_mode)) {
    reply.push_back(notify_payload(NotifyType::use_transport_mode));
  }
  const base::Spi spi_out{base::Reader(offer.proposals.front().spi).u32()};
  add_child(sa, spi_in, spi_out, {false, nonce_of(payloads), nonce, g_ir.view()});
  return reply;
}

Payloads Responder::answer_rekey_ike(ResponderSa& sa, const Plain& request, const wire::Sa& offer) {
  const auto payloads = request.payloads();
  const base::IkeSpi spi_r = random_spi();
  const wire::Ke ke = ke_of(payloads);
  const auto key = crypto::KeyExchange::generate(ke.method, random_).value();
  const auto g_ir = key.shared_secret(ke.value).value();
  const Buffer nonce = creation_nonce();
  const base::IkeSpi spi_i{base::Reader(offer.proposals.front().spi).u64()};
  add_heir(sa, false, {nonce_of(payloads), nonce, spi_i, spi_r}, g_ir);
  return {payload(PayloadType::sa, wire::Sa{{choice_of(offer, octets_of(spi_r), ke.method)}}),
          payload(PayloadType::nonce, wire::Nonce{nonce}),
          payload(PayloadType::ke, wire::Ke{ke.method, key.public_value()})};
}

// The new IKE SA with the old one's suite and newest child.
void Responder::add_heir(const ResponderSa& old, bool initiator, const crypto::KeyInputs& inputs,
                         const base::SecretBytes& g_ir) {
  auto heir = std::make_unique<ResponderSa>();
  heir->spi_i = inputs.spi_i;
  heir->spi_r = inputs.spi_r;
  heir->path = old.path;
  heir->suite = old.suite;
  heir->client_fragments = old.client_fragments;
  heir->nat = old.nat;
  heir->authenticated = true;
  heir->initiator = initiator;
  const auto seed =
      crypto::skeyseed_rekey(old.suite.prf, old.keys.sk_d.view(), g_ir.view(), inputs.nonce_i, inputs.nonce_r).value();
  const auto sizes = crypto::cipher_sizes(old.suite.encr, old.suite.key_bits, old.suite.integ).value();
  heir->keys = crypto::derive_ike_keys(old.suite.prf, seed.view(), inputs, sizes.integ_key, sizes.encr_key()).value();
  crypto::DirectionKeys i{heir->keys.sk_ei.clone(), heir->keys.sk_ai.clone()};
  crypto::DirectionKeys r{heir->keys.sk_er.clone(), heir->keys.sk_ar.clone()};
  heir->sealing = Sealing(old.suite.encr, old.suite.key_bits, old.suite.integ, std::move(initiator ? i : r),
                          std::move(initiator ? r : i));
  if (old.child) {
    heir->child = copy_without_keys(*old.child);
    heir->child->spi_in = old.child->spi_in;
    heir->child->spi_out = old.child->spi_out;
  }
  by_spi_[initiator ? inputs.spi_i : inputs.spi_r] = heir.get();
  sas_.push_back(std::move(heir));
}

Responder::Datagrams Responder::send_create_child(Create what, bool pfs, const std::function<void(Payloads&)>& edit) {
  ResponderSa& sa = *newest();
  const bool ike = what == Create::rekey_ike;
  PendingCreation creation{what, sa.next_request, creation_nonce(), {}, {}, {}};
  if (ike || pfs) creation.key_exchange = crypto::KeyExchange::generate(sa.suite.ke, random_).value();
  creation.spi = {base::Reader(random_octets(4)).u32() | 0x100};
  creation.ike_spi = random_spi();
  wire::Proposal proposal{1,
                          ike ? base::ProtocolId::ike : base::ProtocolId::esp,
                          ike ? octets_of(creation.ike_spi) : octets_of(creation.spi),
                          {}};
  proposal.transforms.push_back({TransformType::encr, 20, 256, false});
  if (ike) proposal.transforms.push_back({TransformType::prf, 5, {}, false});
  if (creation.key_exchange) {
    proposal.transforms.push_back({TransformType::ke, static_cast<std::uint16_t>(sa.suite.ke), {}, false});
  }
  if (!ike) proposal.transforms.push_back({TransformType::esn, 1, {}, false});
  Payloads payloads;
  if (what == Create::rekey_child) {
    const Buffer spi = octets_of(sa.child->spi_in);
    payloads.push_back(
        payload(PayloadType::notify, wire::Notify{base::ProtocolId::esp, spi, NotifyType::rekey_sa, {}}));
  }
  payloads.push_back(payload(PayloadType::sa, wire::Sa{{proposal}}));
  payloads.push_back(payload(PayloadType::nonce, wire::Nonce{creation.nonce}));
  if (creation.key_exchange) {
    const auto value = creation.key_exchange->public_value();
    payloads.push_back(payload(PayloadType::ke, wire::Ke{creation.key_exchange->method(), value}));
  }
  if (!ike) {
    payloads.push_back(payload(PayloadType::tsi, std::vector{wire::TrafficSelector::host(sa.path.local.address)}));
    payloads.push_back(payload(PayloadType::tsr, std::vector{wire::TrafficSelector::host(sa.path.remote.address)}));
  }
  if (edit) edit(payloads);
  sa.creation = std::move(creation);
  return send_request(base::ExchangeType::create_child_sa, payloads);
}

void Responder::complete_creation(ResponderSa& sa, const Plain& response) {
  if (!sa.creation || response.header.message_id.value != sa.creation->message_id) return;
  const PendingCreation creation = std::move(*sa.creation);
  sa.creation.reset();
  const auto payloads = response.payloads();
  const auto* raw = find(payloads, PayloadType::sa);
  if (raw == nullptr) return;
  const wire::Sa answer = wire::parse_sa(raw->body).value();
  const Bytes spi = answer.proposals.front().spi;
  base::SecretBytes g_ir;
  if (creation.key_exchange) g_ir = creation.key_exchange->shared_secret(ke_of(payloads).value).value();
  if (creation.what == Create::rekey_ike) {
    const base::IkeSpi clients{base::Reader(spi).u64()};
    return add_heir(sa, true, {creation.nonce, nonce_of(payloads), creation.ike_spi, clients}, g_ir);
  }
  add_child(sa, creation.spi, {base::Reader(spi).u32()}, {true, creation.nonce, nonce_of(payloads), g_ir.view()});
}

}  // namespace latchkey::support
