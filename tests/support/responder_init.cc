// IKE_SA_INIT as the test responder answers it.

#include <algorithm>

#include "ike-engine/crypto/digest.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "tests/support/responder.h"

namespace latchkey::support {

using base::Buffer;
using base::Bytes;
using base::KeMethod;
using base::NotifyType;
using base::PayloadType;
using base::TransformType;

struct Responder::InitRequest {
  const wire::Message* message = nullptr;
  wire::Sa sa;
  wire::Ke ke;
  Bytes nonce;
};

namespace {
std::vector<wire::Transform> of_type(const wire::Proposal& proposal, TransformType type) {
  std::vector<wire::Transform> out;
  std::ranges::copy_if(proposal.transforms, std::back_inserter(out),
                       [type](const wire::Transform& one) { return one.type == type; });
  return out;
}

template <class Good>
std::optional<wire::Transform> first_good(const wire::Proposal& proposal, TransformType type, Good good) {
  for (const wire::Transform& one : of_type(proposal, type)) {
    if (!one.unknown_attribute && good(one)) return one;
  }
  return std::nullopt;
}

bool have_cipher(const wire::Transform& one) {
  return crypto::cipher_sizes(base::EncrId{one.id}, one.key_bits.value_or(256), base::IntegId::none).has_value();
}

struct Choice {
  wire::Proposal proposal;
  api::IkeSuite suite;
};

// The first proposal of which we have every part; of its key exchanges `wanted`, or else the one that the client
// guessed.
std::optional<Choice> choose(const wire::Sa& offer, std::optional<KeMethod> wanted, KeMethod guessed) {
  for (const wire::Proposal& proposal : offer.proposals) {
    const auto encr = first_good(proposal, TransformType::encr, have_cipher);
    const auto prf = first_good(proposal, TransformType::prf,
                                [](const wire::Transform& one) { return crypto::prf_size(base::PrfId{one.id}) != 0; });
    const auto method_is = [](KeMethod method) {
      return [method](const wire::Transform& one) { return KeMethod{one.id} == method; };
    };
    auto ke = first_good(proposal, TransformType::ke, method_is(wanted.value_or(guessed)));
    if (!ke && !wanted) {
      ke = first_good(proposal, TransformType::ke,
                      [](const wire::Transform& one) { return crypto::ke_public_size(KeMethod{one.id}) != 0; });
    }
    if (!encr || !prf || !ke) continue;
    Choice choice{{proposal.number, base::ProtocolId::ike, {}, {*encr, *prf, *ke}}, {}};
    choice.suite = {base::EncrId{encr->id}, encr->key_bits.value_or(256), base::PrfId{prf->id}, KeMethod{ke->id}};
    return choice;
  }
  return std::nullopt;
}

Buffer method_octets(KeMethod method) {
  base::Writer out;
  out.u16(static_cast<std::uint16_t>(method));
  return out.take();
}

// RFC 7296 section 2.23: SHA-1 of SPIs, address and port.
Buffer nat_hash(base::IkeSpi spi_i, base::IkeSpi spi_r, const base::Endpoint& endpoint) {
  base::Writer out;
  out.u64(spi_i.value);
  out.u64(spi_r.value);
  out.bytes(endpoint.address.bytes());
  out.u16(endpoint.port);
  return base::to_buffer(crypto::sha1({out.view()}));
}

bool nat_is_there(const wire::Message& message, const api::Path& path) {
  const base::IkeSpi spi_i = message.header.spi_i;
  const auto source = find_notify(message.payloads, NotifyType::nat_detection_source_ip);
  const auto destination = find_notify(message.payloads, NotifyType::nat_detection_destination_ip);
  if (!source || !destination) return false;
  return !base::same(*source, nat_hash(spi_i, {}, path.remote)) ||
         !base::same(*destination, nat_hash(spi_i, {}, path.local));
}

wire::Header reply_header(const wire::Header& request, base::IkeSpi spi_r) {
  wire::Header header;
  header.spi_i = request.spi_i;
  header.spi_r = spi_r;
  header.exchange = base::ExchangeType::ike_sa_init;
  header.response = true;
  return header;
}

Buffer init_reply(const wire::Header& request, base::IkeSpi spi_r, const Payloads& payloads) {
  return plain_message(reply_header(request, spi_r), payloads);
}
/// What the client's first message says about itself; AUTH covers its octets.
void note_request(ResponderSa& sa, const wire::Message& message) {
  sa.init_request = base::to_buffer(message.datagram);
  sa.client_fragments = find_notify(message.payloads, NotifyType::fragmentation_supported).has_value();
  if (const auto hashes = find_notify(message.payloads, NotifyType::signature_hash_algorithms)) {
    sa.hashes = wire::parse_hash_algorithms(*hashes).value_or(std::vector<base::HashAlgorithm>{});
  }
}

// RFC 7296 section 2.14
void derive_keys(ResponderSa& sa, base::Bytes g_ir) {
  const auto seed = crypto::skeyseed(sa.suite.prf, sa.nonce_i, sa.nonce_r, g_ir);
  const auto sizes = crypto::cipher_sizes(sa.suite.encr, sa.suite.key_bits, sa.suite.integ).value();
  sa.keys = std::move(*crypto::derive_ike_keys(sa.suite.prf, seed->view(), {sa.nonce_i, sa.nonce_r, sa.spi_i, sa.spi_r},
                                               sizes.integ_key, sizes.encr_key()));
  sa.sealing = Sealing(sa.suite.encr, sa.suite.key_bits, sa.suite.integ, {sa.keys.sk_er.clone(), sa.keys.sk_ar.clone()},
                       {sa.keys.sk_ei.clone(), sa.keys.sk_ai.clone()});
}

}  // namespace

Responder::Datagrams Responder::receive_init(const wire::Message& message, const api::Path& path) {
  if (message.header.response || !message.header.initiator) return {};
  ++init_requests_;
  last_init_ = base::to_buffer(message.datagram);
  if (behaviour_.silent_init) return {};
  // RFC 7296 section 2.1: a retransmission gets the same answer.
  const auto known = by_client_spi_.find(message.header.spi_i);
  if (known != by_client_spi_.end() && known->second->init_request == last_init_) {
    return {{path, known->second->init_reply}};
  }
  InitRequest request;
  request.message = &message;
  const auto* sa = message.find(PayloadType::sa);
  const auto* ke = message.find(PayloadType::ke);
  const auto* nonce = message.find(PayloadType::nonce);
  if (sa == nullptr || ke == nullptr || nonce == nullptr) return {};
  auto offer = wire::parse_sa(sa->body);
  const auto public_value = wire::parse_ke(ke->body);
  const auto fresh = wire::parse_nonce(nonce->body);
  if (!offer || !public_value || !fresh) return {};
  request.sa = std::move(*offer);
  request.ke = *public_value;
  request.nonce = fresh->value;
  return accept_init(request, path);
}

Responder::Datagrams Responder::refuse_init(const wire::Header& request, const api::Path& path, NotifyType type,
                                            Bytes data) {
  return {{path, init_reply(request, {}, {notify_payload(type, data)})}};
}

std::optional<Buffer> Responder::wanted_cookie(const InitRequest& request, const api::Path& path) {
  if (behaviour_.cookies == 0) return std::nullopt;
  const auto cookie_of_round = [&](unsigned round) {
    const auto round_octet = static_cast<std::uint8_t>(round);
    const auto hash = crypto::sha256({cookie_secret_, request.nonce, path.remote.address.bytes(), {&round_octet, 1}});
    Buffer cookie = base::to_buffer(hash);
    cookie.resize(behaviour_.cookie_size, 0x5c);
    return cookie;
  };
  // RFC 7296 section 2.6: the COOKIE is the first payload of the request that brings it back.
  if (!request.message->payloads.empty() && request.message->payloads.front().type == PayloadType::notify) {
    const auto cookie = find_notify(request.message->payloads, NotifyType::cookie);
    if (cookie && base::same(*cookie, cookie_of_round(behaviour_.cookies))) return std::nullopt;
  }
  if (cookies_given_ < behaviour_.cookies) ++cookies_given_;
  return cookie_of_round(cookies_given_);
}

void Responder::add_nat_detection(Payloads& payloads, const InitRequest& request, base::IkeSpi spi_r,
                                  const api::Path& path) {
  if (behaviour_.no_nat_detection) return;
  const base::IkeSpi spi_i = request.message->header.spi_i;
  const Buffer source = behaviour_.behind_nat ? random_octets(20) : nat_hash(spi_i, spi_r, path.local);
  payloads.push_back(notify_payload(NotifyType::nat_detection_source_ip, source));
  payloads.push_back(notify_payload(NotifyType::nat_detection_destination_ip, nat_hash(spi_i, spi_r, path.remote)));
}

void Responder::forge(Datagrams& out, const InitRequest& request, const api::IkeSuite& suite, base::IkeSpi spi_r,
                      const api::Path& path) {
  const wire::Header& header = request.message->header;
  for (const Forgery forgery : behaviour_.forgeries) {
    const auto error = [&](NotifyType type, Bytes data) {
      const Datagrams refused = refuse_init(header, path, type, data);
      out.insert(out.end(), refused.begin(), refused.end());
    };
    switch (forgery) {
      case Forgery::no_proposal: error(NotifyType::no_proposal_chosen, {}); break;
      case Forgery::invalid_ke: error(NotifyType::invalid_ke_payload, method_octets(KeMethod::modp2048)); break;
      case Forgery::cookie: error(NotifyType::cookie, random_octets(20)); break;
      case Forgery::garbage: {
        Buffer noise = init_reply(header, random_spi(), {{PayloadType::sa, random_octets(60)}});
        out.push_back({path, std::move(noise)});
        break;
      }
      case Forgery::init_reply:
      case Forgery::same_spi: {
        const auto choice = choose(request.sa, suite.ke, suite.ke);
        const auto pair = crypto::KeyExchange::generate(suite.ke, random_);
        if (!choice || !pair) break;
        const Buffer nonce = random_octets(32);
        const Payloads payloads = {payload(PayloadType::sa, wire::Sa{{choice->proposal}}),
                                   payload(PayloadType::ke, wire::Ke{suite.ke, pair->public_value()}),
                                   payload(PayloadType::nonce, wire::Nonce{nonce})};
        out.push_back({path, init_reply(header, forgery == Forgery::same_spi ? spi_r : random_spi(), payloads)});
        break;
      }
    }
  }
}

Responder::Datagrams Responder::accept_init(const InitRequest& request, const api::Path& path) {
  const wire::Header& header = request.message->header;
  if (behaviour_.init_error) return refuse_init(header, path, *behaviour_.init_error, {});
  if (const auto cookie = wanted_cookie(request, path)) return refuse_init(header, path, NotifyType::cookie, *cookie);
  if (behaviour_.always_invalid_ke) {
    return refuse_init(header, path, NotifyType::invalid_ke_payload, method_octets(*behaviour_.always_invalid_ke));
  }
  const auto choice = choose(request.sa, behaviour_.ke, request.ke.method);
  if (!choice) return refuse_init(header, path, NotifyType::no_proposal_chosen, {});
  if (choice->suite.ke != request.ke.method) {
    return refuse_init(header, path, NotifyType::invalid_ke_payload, method_octets(choice->suite.ke));
  }
  const auto pair = crypto::KeyExchange::generate(choice->suite.ke, random_);
  if (!pair) return {};
  const auto g_ir = pair->shared_secret(request.ke.value);
  if (!g_ir) return refuse_init(header, path, NotifyType::invalid_syntax, {});

  auto sa = std::make_unique<ResponderSa>();
  sa->spi_i = header.spi_i;
  sa->spi_r = random_spi();
  sa->path = path;
  sa->suite = choice->suite;
  sa->nonce_i = base::to_buffer(request.nonce);
  sa->nonce_r = random_octets(32);
  sa->nat = behaviour_.behind_nat || nat_is_there(*request.message, path);
  note_request(*sa, *request.message);

  Payloads payloads = {payload(PayloadType::sa, wire::Sa{{choice->proposal}}),
                       payload(PayloadType::ke, wire::Ke{choice->suite.ke, pair->public_value()}),
                       payload(PayloadType::nonce, wire::Nonce{sa->nonce_r})};
  payloads.push_back(notify_payload(NotifyType::fragmentation_supported));
  static constexpr base::HashAlgorithm kHashes[] = {base::HashAlgorithm::sha2_256, base::HashAlgorithm::sha2_384,
                                                    base::HashAlgorithm::sha2_512, base::HashAlgorithm::identity};
  payloads.push_back(notify_payload(NotifyType::signature_hash_algorithms, wire::hash_algorithms_data(kHashes)));
  add_nat_detection(payloads, request, sa->spi_r, path);
  if (behaviour_.edit_init) behaviour_.edit_init(payloads);
  sa->init_reply = init_reply(header, sa->spi_r, payloads);

  derive_keys(*sa, g_ir->view());

  Datagrams out;
  forge(out, request, sa->suite, sa->spi_r, path);
  out.push_back({path, sa->init_reply});
  by_spi_[sa->spi_r] = sa.get();
  by_client_spi_[sa->spi_i] = sa.get();
  sas_.push_back(std::move(sa));
  return out;
}

}  // namespace latchkey::support
