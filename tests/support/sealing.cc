#include "tests/support/sealing.h"

#include <algorithm>

#include "ike-engine/wire/sk.h"

namespace latchkey::support {

using base::Buffer;
using base::Bytes;
using base::PayloadType;

std::vector<wire::RawPayload> Plain::payloads() const {
  auto parsed = wire::parse_payloads(first, content);
  return parsed ? std::move(*parsed) : std::vector<wire::RawPayload>{};
}

Sealing::Sealing(base::EncrId encr, std::uint16_t key_bits, base::SecretBytes key_out, base::SecretBytes key_in)
    : encr_(encr),
      sizes_(crypto::aead_sizes(encr, key_bits).value()),
      key_out_(std::move(key_out)),
      key_in_(std::move(key_in)) {}

Buffer Sealing::seal_part(wire::Header header, PayloadType first, Bytes content, std::size_t fragment,
                          std::size_t total) {
  base::Writer iv;
  iv.u64(next_iv_++);
  const std::size_t size = 4 + (total == 0 ? 0 : 4) + sizes_.iv + content.size() + 1 + sizes_.icv;
  header.next_payload = total == 0 ? PayloadType::sk : PayloadType::skf;
  header.length = static_cast<std::uint32_t>(wire::kHeaderSize + size);
  base::Writer out;
  write(out, header);
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(size));
  if (total != 0) {
    out.u16(static_cast<std::uint16_t>(fragment));
    out.u16(static_cast<std::uint16_t>(total));
  }
  Buffer plain = base::to_buffer(content);
  plain.push_back(0);  // pad length
  const Buffer sealed = crypto::aead_seal(encr_, key_out_.view(), iv.view(), out.view(), plain).value();
  out.bytes(iv.view());
  out.bytes(sealed);
  return out.take();
}

std::vector<Buffer> Sealing::seal(wire::Header header, PayloadType first, Bytes content, std::size_t fragment_size) {
  const std::size_t overhead = wire::kHeaderSize + 4 + sizes_.iv + 1 + sizes_.icv;
  if (fragment_size == 0 || overhead + content.size() <= fragment_size) {
    return {seal_part(header, first, content, 0, 0)};
  }
  const std::size_t piece = fragment_size - overhead - 4;
  const std::size_t total = (content.size() + piece - 1) / piece;
  std::vector<Buffer> datagrams;
  for (std::size_t i = 0; i < total; ++i) {
    const Bytes part = content.subspan(i * piece, std::min(piece, content.size() - i * piece));
    datagrams.push_back(seal_part(header, i == 0 ? first : PayloadType::none, part, i + 1, total));
  }
  return datagrams;
}

std::optional<Plain> Sealing::open(const wire::Message& message) const {
  if (message.payloads.empty()) return std::nullopt;
  const wire::RawPayload& last = message.payloads.back();
  if (last.type != PayloadType::sk && last.type != PayloadType::skf) return std::nullopt;
  const auto encrypted = last.type == PayloadType::sk ? wire::parse_sk(last.body, sizes_.iv, sizes_.icv)
                                                      : wire::parse_skf(last.body, sizes_.iv, sizes_.icv);
  if (!encrypted) return std::nullopt;
  const auto head = static_cast<std::size_t>(encrypted->iv.data() - message.datagram.data());
  auto plain =
      crypto::aead_open(encr_, key_in_.view(), encrypted->iv, message.datagram.first(head), encrypted->ciphertext);
  if (!plain || plain->empty() || plain->back() >= plain->size()) return std::nullopt;
  plain->resize(plain->size() - plain->back() - 1U);
  return Plain{message.header, last.next, encrypted->fragment, encrypted->total, std::move(*plain)};
}

std::optional<Plain> FragmentCollector::add(Plain part) {
  if (part.total == 0) return part;
  if (part.header.message_id != id_ || parts_.size() != part.total) {
    parts_.assign(part.total, std::nullopt);
    id_ = part.header.message_id;
  }
  parts_[part.fragment - 1U] = std::move(part);
  if (!std::ranges::all_of(parts_, [](const auto& one) { return one.has_value(); })) return std::nullopt;
  Plain whole{parts_.front()->header, parts_.front()->first, 0, 0, {}};
  for (const auto& one : parts_) whole.content.insert(whole.content.end(), one->content.begin(), one->content.end());
  parts_.clear();
  return whole;
}

}  // namespace latchkey::support
