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

Sealing::Sealing(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ, crypto::DirectionKeys out,
                 crypto::DirectionKeys in)
    : encryption_(crypto::Encryption::find(encr, key_bits, integ).value()), out_(std::move(out)), in_(std::move(in)) {}

/// Octets between the content and the pad length.
std::size_t Sealing::padding(std::size_t content) const {
  const std::size_t block = encryption_->sizes().block;
  return block - 1 - content % block;
}

/// Of a datagram.
std::size_t Sealing::size(std::size_t content, std::size_t total) const {
  const crypto::CipherSizes& sizes = encryption_->sizes();
  return wire::kHeaderSize + 4 + (total == 0 ? 0 : 4) + sizes.iv + content + padding(content) + 1 + sizes.icv;
}

Buffer Sealing::seal_part(wire::Header header, PayloadType first, Bytes content, std::size_t fragment,
                          std::size_t total) {
  header.next_payload = total == 0 ? PayloadType::sk : PayloadType::skf;
  header.length = static_cast<std::uint32_t>(size(content.size(), total));
  base::Writer out;
  write(out, header);
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(header.length - wire::kHeaderSize));
  if (total != 0) {
    out.u16(static_cast<std::uint16_t>(fragment));
    out.u16(static_cast<std::uint16_t>(total));
  }
  const std::size_t pad = padding(content.size());
  Buffer plain = base::to_buffer(content);
  plain.insert(plain.end(), pad, 0xa5);
  plain.push_back(static_cast<std::uint8_t>(pad));
  const Buffer iv = encryption_->iv(out_, next_iv_++).value();
  const Buffer sealed = encryption_->seal(out_, iv, out.view(), plain).value();
  out.bytes(iv);
  out.bytes(sealed);
  return out.take();
}

std::vector<Buffer> Sealing::seal(wire::Header header, PayloadType first, Bytes content, std::size_t fragment_size) {
  if (fragment_size == 0 || size(content.size(), 0) <= fragment_size) return {seal_part(header, first, content, 0, 0)};
  std::size_t piece = content.size();
  while (size(piece, 1) > fragment_size) --piece;
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
  const crypto::CipherSizes& sizes = encryption_->sizes();
  const auto encrypted = last.type == PayloadType::sk ? wire::parse_sk(last.body, sizes.iv, sizes.icv)
                                                      : wire::parse_skf(last.body, sizes.iv, sizes.icv);
  if (!encrypted) return std::nullopt;
  const auto head = static_cast<std::size_t>(encrypted->iv.data() - message.datagram.data());
  auto plain = encryption_->open(in_, encrypted->iv, message.datagram.first(head), encrypted->ciphertext);
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
