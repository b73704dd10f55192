#include "ike-engine/session/protect.h"

#include <algorithm>

#include "ike-engine/wire/sk.h"

namespace latchkey::session {

namespace {

constexpr std::size_t kGenericHeader = 4;
constexpr std::size_t kFragmentHeader = 4;
constexpr std::size_t kPadLength = 1;

const wire::RawPayload* encrypted_payload(const wire::Message& message) {
  if (message.payloads.empty()) return nullptr;
  const wire::RawPayload& last = message.payloads.back();
  const bool encrypted = last.type == base::PayloadType::sk || last.type == base::PayloadType::skf;
  return encrypted ? &last : nullptr;
}

// The octets of a message up to the generic header of its last payload, that included; it has one.
base::Bytes head_of(const wire::Message& message) {
  return message.datagram.first(
      static_cast<std::size_t>(message.payloads.back().body.data() - message.datagram.data()));
}

}  // namespace

base::Bytes sealed_head(base::Bytes datagram) { return datagram.first(wire::kHeaderSize + kGenericHeader); }

Protection::Protection(const crypto::Encryption& encryption, DirectionKeys out, DirectionKeys in)
    : encryption_(encryption), out_(std::move(out)), in_(std::move(in)) {}

base::Result<Protection> Protection::make(const crypto::Encryption& encryption, DirectionKeys out, DirectionKeys in) {
  if (!encryption.fits(out) || !encryption.fits(in)) return base::fail(base::Errc::malformed, "size of SK_e or SK_a");
  return Protection(encryption, std::move(out), std::move(in));
}

base::Result<Protection> Protection::make(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ,
                                          DirectionKeys out, DirectionKeys in) {
  const auto encryption = crypto::Encryption::find(encr, key_bits, integ);
  if (!encryption) return std::unexpected(encryption.error());
  return make(*encryption, std::move(out), std::move(in));
}

bool Protection::has_keys_of(const Protection& other) const {
  return base::same_secret(out_.encr.view(), other.out_.encr.view()) &&
         base::same_secret(out_.integ.view(), other.out_.integ.view());
}

std::size_t Protection::datagram_size(std::size_t content, bool fragment) const {
  const crypto::CipherSizes sizes = encryption_.sizes();
  // RFC 7296 section 3.14
  //= The sender SHOULD set the Pad Length to the minimum value that makes the combination of the payloads, the Padding,
  //= and the Pad Length a multiple of the block size
  const std::size_t padded = (content + kPadLength + sizes.block - 1) / sizes.block * sizes.block;
  return wire::kHeaderSize + kGenericHeader + (fragment ? kFragmentHeader : 0) + sizes.iv + padded + sizes.icv;
}

/// How much of a message a fragment of that many octets can carry; 0 if nothing.
std::size_t Protection::room_for_content(std::size_t fragment_size) const {
  const std::size_t block = encryption_.sizes().block;
  const std::size_t least = datagram_size(0, true);  // one block, of which the pad length takes an octet
  return fragment_size < least ? 0 : (fragment_size - least) / block * block + block - kPadLength;
}

base::Result<base::Buffer> Protection::seal_part(wire::Header header, base::PayloadType first, base::Bytes content,
                                                 Part part) {
  const bool fragment = part.total != 0;
  const std::size_t size = datagram_size(content.size(), fragment);
  if (size - wire::kHeaderSize > 0xffff) {
    return base::fail(base::Errc::exhausted, "message too long for one Encrypted payload");
  }
  header.next_payload = fragment ? base::PayloadType::skf : base::PayloadType::sk;
  header.length = static_cast<std::uint32_t>(size);

  base::Writer out(size);
  write(out, header);
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(size - wire::kHeaderSize));
  if (fragment) {
    out.u16(part.number);
    out.u16(part.total);
  }
  // RFC 5282 section 3.1
  //= The IV MUST be chosen by the encryptor in a manner that ensures that the same IV value is used only once for a
  //= given key.
  const auto iv = encryption_.iv(out_, next_iv_++);
  if (!iv) return std::unexpected(iv.error());
  const crypto::CipherSizes sizes = encryption_.sizes();
  base::SecretBytes plaintext(size - out.size() - sizes.iv - sizes.icv);  // the padding is zeros
  const base::MutableBytes text = plaintext.mutable_view();
  std::copy(content.begin(), content.end(), text.begin());
  text.back() = static_cast<std::uint8_t>(text.size() - content.size() - kPadLength);
  const auto sealed = encryption_.seal(out_, *iv, out.view(), text);
  if (!sealed) return std::unexpected(sealed.error());
  out.bytes(*iv);
  out.bytes(*sealed);
  return out.take();
}

base::Result<std::vector<base::Buffer>> Protection::seal(wire::Header header, const wire::PayloadChain& chain,
                                                         std::size_t fragment_size) {
  std::vector<base::Buffer> datagrams;
  const base::Bytes content = chain.view();
  if (fragment_size == 0 || datagram_size(content.size(), false) <= fragment_size) {
    auto whole = seal_part(header, chain.first(), content, {});
    if (!whole) return std::unexpected(whole.error());
    datagrams.push_back(std::move(*whole));
    return datagrams;
  }
  const std::size_t room = room_for_content(fragment_size);
  if (room == 0) return base::fail(base::Errc::internal, "fragment size too small");
  const std::size_t total = (content.size() + room - 1) / room;
  if (total > 0xffff) return base::fail(base::Errc::exhausted, "too many fragments");
  for (std::size_t i = 0; i < total; ++i) {
    // RFC 7383 section 2.5
    //= in the very first fragment (with Fragment Number equal to 1), this field MUST be set to the payload type of the
    //= first inner payload
    const auto first = i == 0 ? chain.first() : base::PayloadType::none;
    const auto bytes = content.subspan(i * room, std::min(room, content.size() - i * room));
    auto fragment =
        seal_part(header, first, bytes, {static_cast<std::uint16_t>(i + 1), static_cast<std::uint16_t>(total)});
    if (!fragment) return std::unexpected(fragment.error());
    datagrams.push_back(std::move(*fragment));
  }
  return datagrams;
}

base::Result<Opened> Protection::open(const wire::Message& message) const {
  const wire::RawPayload* payload = encrypted_payload(message);
  if (payload == nullptr) return base::fail(base::Errc::not_found, "no Encrypted payload");
  const crypto::CipherSizes sizes = encryption_.sizes();
  const bool fragmented = payload->type == base::PayloadType::skf;
  const auto encrypted = fragmented ? wire::parse_skf(payload->body, sizes.iv, sizes.icv)
                                    : wire::parse_sk(payload->body, sizes.iv, sizes.icv);
  if (!encrypted) return std::unexpected(encrypted.error());
  // RFC 5282 section 5.1: the associated data reach from the first octet of the IKE header to the last before the IV.
  // An integrity algorithm's checksum begins there as well and goes on to the end (RFC 7296 section 3.14).
  const auto before_iv = static_cast<std::size_t>(encrypted->iv.data() - message.datagram.data());
  auto plaintext = encryption_.open(in_, encrypted->iv, message.datagram.first(before_iv), encrypted->ciphertext);
  if (!plaintext) return std::unexpected(plaintext.error());
  auto content = wire::without_padding(std::move(*plaintext));
  if (!content) return std::unexpected(content.error());
  Opened opened{payload->next, encrypted->fragment, encrypted->total, std::move(*content)};
  const bool covered = message.header.exchange == base::ExchangeType::ike_intermediate;
  if (covered && opened.fragment <= 1) opened.head = base::to_buffer(head_of(message));
  return opened;
}

}  // namespace latchkey::session
