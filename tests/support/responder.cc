#include "tests/support/responder.h"

#include <algorithm>

#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/support/dns_key.h"

namespace latchkey::support {

namespace {
// Our half of the child that the client names by the SPI of the packets that it receives.
std::optional<base::Spi> spi_paired_with(const ResponderSa& sa, base::Spi clients) {
  if (sa.child && sa.child->spi_out == clients) return sa.child->spi_in;
  for (const api::ChildSa& child : sa.former) {
    if (child.spi_out == clients) return child.spi_in;
  }
  return std::nullopt;
}
}  // namespace

using base::Buffer;
using base::Bytes;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;

Payload notify_payload(NotifyType type, Bytes data) {
  return payload(PayloadType::notify, wire::Notify{base::ProtocolId::none, {}, type, data});
}

wire::PayloadChain chain_of(const Payloads& payloads) {
  wire::PayloadChain chain;
  for (const Payload& one : payloads) chain.add(one.type, [&](base::Writer& out) { out.bytes(one.body); });
  return chain;
}

Buffer content_of(const Payloads& payloads) {
  constexpr std::size_t kGenericHeader = 4;
  Buffer content = chain_of(payloads).take();
  std::size_t at = 0;
  for (const Payload& one : payloads) {
    if (one.critical) content[at + 1] |= 0x80;
    at += kGenericHeader + one.body.size();
  }
  return content;
}

Buffer plain_message(const wire::Header& header, const Payloads& payloads) {
  Buffer message = write_message(header, chain_of(payloads));
  std::ranges::copy(content_of(payloads), message.begin() + wire::kHeaderSize);
  return message;
}

std::optional<Bytes> find_notify(const std::vector<wire::RawPayload>& payloads, NotifyType type) {
  for (const wire::RawPayload& one : payloads) {
    if (one.type != PayloadType::notify) continue;
    if (const auto notify = wire::parse_notify(one.body); notify && notify->type == type) return notify->data;
  }
  return std::nullopt;
}

Responder::Responder(crypto::PrivateKey key, Behaviour behaviour, crypto::RandomFill random)
    : key_(std::move(key)), behaviour_(std::move(behaviour)), random_(std::move(random)) {
  cookie_secret_ = random_octets(16);
}

api::DnsKey Responder::dns_key() const { return dns_key_of(key_); }

Buffer Responder::random_octets(std::size_t size) {
  Buffer out(size);
  random_(out);
  return out;
}

base::IkeSpi Responder::random_spi() { return {base::Reader(random_octets(8)).u64() | 1}; }

ResponderSa* Responder::take_established() {
  if (established_.empty()) return nullptr;
  ResponderSa* sa = established_.front();
  established_.erase(established_.begin());
  return sa;
}

Responder::Datagrams Responder::receive(Bytes datagram, const api::Path& path) {
  const auto message = wire::parse_message(datagram);
  if (!message) return {};
  Datagrams once;
  if (message->header.exchange == ExchangeType::ike_sa_init) {
    once = receive_init(*message, path);
  } else {
    once = receive_protected(*message, path);
  }
  Datagrams out = once;
  for (unsigned copy = 1; copy < behaviour_.copies; ++copy) out.insert(out.end(), once.begin(), once.end());
  return out;
}

Responder::Datagrams Responder::receive_protected(const wire::Message& message, const api::Path& path) {
  const auto it = by_spi_.find(message.header.initiator ? message.header.spi_r : message.header.spi_i);
  if (it == by_spi_.end() || message.header.initiator == it->second->initiator) return {};
  ResponderSa& sa = *it->second;
  auto part = sa.sealing.open(message);
  if (!part) return {};
  sa.path = path;
  if (part->total != 0) ++sa.fragments_received;
  auto plain = (message.header.response ? sa.response_collector : sa.collector).add(std::move(*part));
  if (!plain) return {};
  if (message.header.response) {
    complete_creation(sa, *plain);
    sa.responses.push_back(std::move(*plain));
    return {};
  }
  sa.requests.push_back(std::move(*plain));
  return answer(sa, sa.requests.back());
}

Responder::Datagrams Responder::answer(ResponderSa& sa, const Plain& request) {
  const std::uint32_t id = request.header.message_id.value;
  auto& kept = sa.replies[id];
  if (kept.empty()) {
    Payloads payloads;
    std::size_t fragment_size = 0;
    switch (request.header.exchange) {
      case ExchangeType::ike_auth:
        if (behaviour_.silent_auth) return {};
        payloads = answer_auth(sa, request);
        if (sa.client_fragments) fragment_size = behaviour_.fragment_size;
        break;
      case ExchangeType::informational: payloads = answer_informational(sa, request); break;
      default: payloads = answer_create_child(sa, request); break;
    }
    wire::Header header = request.header;
    header.response = true;
    header.initiator = sa.initiator;
    for (api::Datagram& datagram : sealed(sa, header, payloads, fragment_size)) {
      kept.push_back(std::move(datagram.bytes));
    }
  }
  Datagrams out;
  for (const Buffer& octets : kept) out.push_back({sa.path, octets});
  return out;
}

Payloads Responder::answer_informational(ResponderSa& sa, const Plain& request) {
  Payloads reply;
  for (const wire::RawPayload& one : request.payloads()) {
    if (one.type != PayloadType::delete_) continue;
    const auto del = wire::parse_delete(one.body);
    if (!del) continue;
    if (del->protocol == base::ProtocolId::ike) {
      sa.deleted = true;
      continue;
    }
    sa.deleted_children.insert(sa.deleted_children.end(), del->spis.begin(), del->spis.end());
    for (const base::Spi spi : del->spis) {
      if (const auto paired = spi_paired_with(sa, spi)) {
        reply.push_back(payload(PayloadType::delete_, wire::Delete{base::ProtocolId::esp, {*paired}}));
      }
    }
  }
  return reply;
}

Responder::Datagrams Responder::sealed(ResponderSa& sa, wire::Header header, const Payloads& payloads,
                                       std::size_t fragment_size) {
  const PayloadType first = payloads.empty() ? PayloadType::none : payloads.front().type;
  Datagrams out;
  for (Buffer& octets : sa.sealing.seal(header, first, content_of(payloads), fragment_size)) {
    out.push_back({sa.path, std::move(octets)});
  }
  return out;
}

Responder::Datagrams Responder::send_sealed(wire::Header header, PayloadType first, Bytes content) {
  ResponderSa& sa = *newest();
  Datagrams out;
  for (Buffer& octets : sa.sealing.seal(header, first, content)) out.push_back({sa.path, std::move(octets)});
  return out;
}

Responder::Datagrams Responder::send_request(ExchangeType exchange, const Payloads& payloads) {
  ResponderSa& sa = *newest();
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = sa.spi_r;
  header.exchange = exchange;
  header.initiator = sa.initiator;
  header.message_id.value = sa.next_request++;
  return sealed(sa, header, payloads, 0);
}

Responder::Datagrams Responder::send_liveness_check() { return send_request(ExchangeType::informational, {}); }

Responder::Datagrams Responder::send_delete_ike() {
  const wire::Delete del{base::ProtocolId::ike, {}};
  return send_request(ExchangeType::informational, {payload(PayloadType::delete_, del)});
}

Responder::Datagrams Responder::send_delete_child() {
  const wire::Delete del{base::ProtocolId::esp, {newest()->child->spi_in}};
  return send_request(ExchangeType::informational, {payload(PayloadType::delete_, del)});
}

}  // namespace latchkey::support
