#include "tests/sim/stranger.h"

#include <algorithm>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/responder.h"

namespace latchkey::sim {

namespace {

using base::PayloadType;
using base::TransformType;
using support::payload;
using support::Payloads;

constexpr base::PrfId kPrf = base::PrfId::hmac_sha2_256;

crypto::KeyExchange fresh_key_exchange(support::SeededRandom& random) {
  return crypto::KeyExchange::generate(base::KeMethod::x25519, [&](base::MutableBytes out) { random.fill(out); })
      .value();
}

wire::Sa ike_offer() {
  return {{{1,
            base::ProtocolId::ike,
            {},
            {{TransformType::encr, 20, 256, false},
             {TransformType::prf, 5, {}, false},
             {TransformType::ke, 31, {}, false}}}}};
}

wire::Sa esp_offer() {
  return {{{1,
            base::ProtocolId::esp,
            {0xc0, 0, 0, 99},
            {{TransformType::encr, 20, 256, false}, {TransformType::esn, 1, {}, false}}}}};
}

// RFC 9242 section 3.3.2: IntAuth_*A and IntAuth_*P of a message without unprotected payloads.
base::Buffer covered_octets(const wire::Header& header, PayloadType first, base::Bytes inner) {
  base::Writer out;
  out.u64(header.spi_i.value);
  out.u64(header.spi_r.value);
  out.u8(46);
  out.u8(0x20);
  out.u8(43);
  out.u8(header.response ? 0x20 : 0x08);
  out.u32(header.message_id.value);
  out.u32(static_cast<std::uint32_t>(32 + inner.size()));
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(4 + inner.size()));
  out.bytes(inner);
  return out.take();
}

base::Buffer chained(const base::Buffer& before, const base::SecretBytes& sk_p, const wire::Header& header,
                     PayloadType first, base::Bytes inner) {
  return base::to_buffer(crypto::prf(kPrf, sk_p.view(), {before, covered_octets(header, first, inner)}).value().view());
}

base::Buffer nobody() {
  base::Writer out;
  write(out, wire::Id{base::IdType::null, {}});
  return out.take();
}

}  // namespace

api::ResponderConfig open_to_all() {
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = support::fqdn("server.example"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  return responder;
}

Server::Server(const api::ResponderConfig& responder, api::EngineConfig config)
    : engine(std::move(config), random, kernel) {
  (void)engine.serve(responder).value();
}

std::size_t replaced(const Server& server) {
  return static_cast<std::size_t>(std::ranges::count_if(server.events, [](const api::Event& event) {
    const auto* down = std::get_if<api::Down>(&event);
    return down != nullptr && down->reason == api::Reason::replaced;
  }));
}

Stranger::Stranger(Server& server, std::uint64_t seed)
    : server_(server), random_(seed), key_exchange_(fresh_key_exchange(random_)), nonce_i_(32) {
  random_.fill(nonce_i_);
  spi_i.value = random_.next();
  path = {{*base::Address::parse("198.51.100.7"), 500}, {*base::Address::parse("192.0.2.1"), 500}, false};
}

Payloads Stranger::init_payloads() const {
  return {payload(PayloadType::sa, ike_offer()),
          payload(PayloadType::ke, wire::Ke{base::KeMethod::x25519, key_exchange_.public_value()}),
          payload(PayloadType::nonce, wire::Nonce{nonce_i_}),
          support::notify_payload(base::NotifyType::signature_hash_algorithms, *base::from_hex("0002 0003 0004 0005")),
          {PayloadType::vendor_id, base::Buffer(100, 'v')}};
}

Payloads Stranger::init_payloads(std::span<const base::KeMethod> additional) const {
  Payloads payloads = init_payloads();
  wire::Sa offer = ike_offer();
  for (const base::KeMethod method : additional) {
    auto& transforms = offer.proposals.front().transforms;
    const unsigned type = 6 + static_cast<unsigned>(transforms.size()) - 3;
    transforms.push_back({TransformType(type), static_cast<std::uint16_t>(method), {}, false});
  }
  payloads.front() = payload(PayloadType::sa, offer);
  payloads.push_back(support::notify_payload(base::NotifyType::intermediate_exchange_supported));
  return payloads;
}

base::Buffer Stranger::init_request(const Payloads& payloads) {
  wire::Header header;
  header.spi_i = spi_i;
  header.exchange = base::ExchangeType::ike_sa_init;
  header.initiator = true;
  request_ = support::plain_message(header, payloads);
  return request_;
}

std::vector<base::Buffer> Stranger::send(base::Bytes datagram) {
  server_.engine.receive(datagram, path, server_.now);
  api::Output output = server_.engine.take_output();
  std::ranges::move(output.events, std::back_inserter(server_.events));
  std::vector<base::Buffer> answers;
  for (const api::Datagram& one : output.datagrams) answers.push_back(one.bytes);
  std::ranges::move(output.datagrams, std::back_inserter(server_.sent));
  server_.trades.push_back({base::to_buffer(datagram), answers});
  return answers;
}

bool Stranger::agree(const Payloads& payloads) {
  const auto answers = send(init_request(payloads));
  return answers.size() == 1 && take_answer(answers.front());
}

bool Stranger::take_answer(base::Bytes answer) {
  const auto message = wire::parse_message(answer);
  if (!message || message->find(PayloadType::sa) == nullptr) return false;
  response_ = base::to_buffer(answer);
  spi_r = message->header.spi_r;
  nonce_r_ = base::to_buffer(message->find(PayloadType::nonce)->body);
  const auto ke = wire::parse_ke(message->find(PayloadType::ke)->body).value();
  const auto g_ir = key_exchange_.shared_secret(ke.value).value();
  const auto seed = crypto::skeyseed(kPrf, nonce_i_, nonce_r_, g_ir.view()).value();
  derive(seed.view());
  return true;
}

void Stranger::derive(base::Bytes skeyseed) {
  keys_ = crypto::derive_ike_keys(kPrf, skeyseed, {nonce_i_, nonce_r_, spi_i, spi_r}, 0, 36).value();
  sealing_ = support::Sealing(base::EncrId::aes_gcm_16, 256, base::IntegId::none, {keys_.sk_ei.clone(), {}},
                              {keys_.sk_er.clone(), {}});
}

std::optional<support::Plain> Stranger::ask_intermediate(const Payloads& payloads) {
  wire::Header header;
  header.spi_i = spi_i;
  header.spi_r = spi_r;
  header.message_id.value = next_request;
  const wire::PayloadChain chain = support::chain_of(payloads);
  auto answer = ask_sealed(base::ExchangeType::ike_intermediate, chain.first(), chain.view());
  if (!answer) return answer;
  auth_i = chained(auth_i, keys_.sk_pi, header, chain.first(), chain.view());
  auth_r = chained(auth_r, keys_.sk_pr, answer->header, answer->first, answer->content);
  return answer;
}

// RFC 9370: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr).
void Stranger::mix(base::Bytes shared_secret) {
  derive(crypto::prf(kPrf, keys_.sk_d.view(), {shared_secret, nonce_i_, nonce_r_}).value().view());
}

bool Stranger::exchange(base::KeMethod method, const crypto::Kem& kem) {
  const auto own = kem.generate([&](base::MutableBytes out) { random_.fill(out); }).value();
  const auto answer = ask_intermediate({payload(PayloadType::ke, wire::Ke{method, own.public_key})});
  if (!answer || answer->first != PayloadType::ke) return false;
  const auto ke = wire::parse_ke(answer->payloads().front().body).value();
  const auto secret = kem.decapsulate(own, ke.value);
  if (ke.method != method || !secret) return false;
  mix(secret->view());
  return true;
}

// InitiatorSignedOctets.
base::Buffer Stranger::octets_of(base::Bytes id) const {
  base::Writer int_auth;
  if (!auth_i.empty()) {
    int_auth.bytes(auth_i);
    int_auth.bytes(auth_r);
    int_auth.u32(next_request);
  }
  return crypto::signed_octets(kPrf, request_, nonce_r_, keys_.sk_pi.view(), id, int_auth.view()).value();
}

// ResponderSignedOctets.
base::Buffer Stranger::octets_of_server(base::Bytes id) const {
  return crypto::signed_octets(kPrf, response_, nonce_i_, keys_.sk_pr.view(), id).value();
}

Payloads Stranger::claim(base::Bytes id) const {
  const auto auth = crypto::null_auth(kPrf, keys_.sk_pi.view(), octets_of(id)).value();
  return claim(id, wire::Auth{base::AuthMethod::null, auth.view()});
}

Payloads Stranger::claim(base::Bytes id, const crypto::PrivateKey& key) const {
  const auto auth = key.sign_auth(std::vector{base::HashAlgorithm::identity}, octets_of(id)).value();
  return claim(id, wire::Auth{base::AuthMethod::digital_signature, auth});
}

Payloads Stranger::claim(base::Bytes id, const wire::Auth& auth) const {
  const std::vector ours{wire::TrafficSelector::host(path.remote.address)};
  const std::vector theirs{wire::TrafficSelector::host(path.local.address)};
  return {{PayloadType::idi, base::to_buffer(id)},
          payload(PayloadType::auth, auth),
          payload(PayloadType::sa, esp_offer()),
          payload(PayloadType::tsi, ours),
          payload(PayloadType::tsr, theirs)};
}

Payloads Stranger::claim() const { return claim(nobody()); }

std::optional<support::Plain> Stranger::ask(base::ExchangeType exchange, const Payloads& payloads) {
  return ask_sealed(exchange, payloads.empty() ? PayloadType::none : payloads.front().type,
                    support::content_of(payloads));
}

std::optional<support::Plain> Stranger::ask_sealed(base::ExchangeType exchange, PayloadType first,
                                                   base::Bytes content) {
  const wire::Header request = header(exchange);
  ++next_request;
  std::vector<base::Buffer> answers;
  for (const base::Buffer& datagram : sealing_.seal(request, first, content, fragment_size)) answers = send(datagram);
  return answers.empty() ? std::nullopt : open(answers.front());
}

wire::Header Stranger::header(base::ExchangeType exchange) const {
  wire::Header header;
  header.spi_i = spi_i;
  header.spi_r = spi_r;
  header.exchange = exchange;
  header.initiator = true;
  header.message_id.value = next_request;
  return header;
}

std::vector<base::Buffer> Stranger::send_sealed(const wire::Header& header, PayloadType first, base::Bytes content,
                                                std::size_t fragment, std::size_t total) {
  return send(sealing_.seal_part(header, first, content, fragment, total));
}

std::optional<support::Plain> Stranger::open(base::Bytes datagram) const {
  const auto message = wire::parse_message(datagram);
  return message ? sealing_.open(*message) : std::nullopt;
}

crypto::ChildKeys Stranger::child_keys(base::Bytes nonce_i, base::Bytes nonce_r, base::Bytes g_ir) const {
  return crypto::derive_child_keys(kPrf, keys_.sk_d.view(), g_ir, nonce_i, nonce_r, 36).value();
}

bool Stranger::answer(base::Bytes request, const Payloads& payloads) {
  const auto message = wire::parse_message(request);
  if (!message || !sealing_.open(*message)) return false;
  wire::Header header = message->header;
  header.response = header.initiator = true;
  const wire::PayloadChain chain = support::chain_of(payloads);
  (void)send(sealing_.seal(header, chain.first(), chain.view()).front());
  return true;
}

base::Buffer noise_for(const Stranger& stranger) {
  return support::plain_message(stranger.header(base::ExchangeType::ike_auth),
                                {{PayloadType::sk, base::Buffer(60, 0x5a)}});
}

base::NotifyType first_notify(const std::vector<wire::RawPayload>& payloads) {
  const auto it = std::ranges::find(payloads, PayloadType::notify, &wire::RawPayload::type);
  return it == payloads.end() ? base::NotifyType{} : wire::parse_notify(it->body).value().type;
}

base::NotifyType first_notify(base::Bytes datagram) {
  const auto message = wire::parse_message(datagram);
  return message ? first_notify(message->payloads) : base::NotifyType{};
}

}  // namespace latchkey::sim
