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

// Takes the padding and its length octet off. RFC 7296 section 3.14
//= the recipient MUST accept any length that results in proper alignment.
base::Result<base::Buffer> without_padding(base::Buffer plaintext) {
  if (plaintext.empty()) return base::fail(base::Errc::malformed, "no pad length");
  const std::size_t padding = plaintext.back();
  if (padding + kPadLength > plaintext.size()) return base::fail(base::Errc::malformed, "padding beyond the payload");
  plaintext.resize(plaintext.size() - padding - kPadLength);
  return plaintext;
}

}  // namespace

Protection::Protection(base::EncrId encr, crypto::AeadSizes sizes, base::SecretBytes key_out, base::SecretBytes key_in)
    : encr_(encr), sizes_(sizes), key_out_(std::move(key_out)), key_in_(std::move(key_in)) {}

base::Result<Protection> Protection::make(base::EncrId encr, std::uint16_t key_bits, base::SecretBytes key_out,
                                          base::SecretBytes key_in) {
  const auto sizes = crypto::aead_sizes(encr, key_bits);
  if (!sizes) return std::unexpected(sizes.error());
  const std::size_t wanted = sizes->key + sizes->salt;
  if (key_out.size() != wanted || key_in.size() != wanted) return base::fail(base::Errc::malformed, "size of SK_e");
  return Protection(encr, *sizes, std::move(key_out), std::move(key_in));
}

base::Result<base::Buffer> Protection::seal_one(wire::Header header, base::PayloadType first, base::Bytes content,
                                                std::uint16_t fragment, std::uint16_t total) {
  const std::size_t extra = total != 0 ? kFragmentHeader : 0;
  const std::size_t payload = kGenericHeader + extra + sizes_.iv + content.size() + kPadLength + sizes_.icv;
  if (payload > 0xffff) return base::fail(base::Errc::exhausted, "message too long for one Encrypted payload");
  header.next_payload = total != 0 ? base::PayloadType::skf : base::PayloadType::sk;
  header.length = static_cast<std::uint32_t>(wire::kHeaderSize + payload);

  base::Writer out(header.length);
  write(out, header);
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(payload));
  if (total != 0) {
    out.u16(fragment);
    out.u16(total);
  }
  const std::size_t associated = out.size();
  // RFC 5282 section 3.1
  //= The IV MUST be chosen by the encryptor in a manner that ensures that the same IV value is used only once for a
  //= given key.
  out.u64(next_iv_++);

  base::SecretBytes plaintext(content.size() + kPadLength);  // its last octet, the pad length, is 0
  std::copy(content.begin(), content.end(), plaintext.mutable_view().begin());
  const base::Bytes so_far = out.view();
  auto sealed =
      crypto::aead_seal(encr_, key_out_.view(), so_far.subspan(associated), so_far.first(associated), plaintext.view());
  if (!sealed) return std::unexpected(sealed.error());
  out.bytes(*sealed);
  return out.take();
}

base::Result<std::vector<base::Buffer>> Protection::seal(wire::Header header, const wire::PayloadChain& chain,
                                                         std::size_t fragment_size) {
  const std::size_t overhead = wire::kHeaderSize + kGenericHeader + sizes_.iv + kPadLength + sizes_.icv;
  std::vector<base::Buffer> datagrams;
  const base::Bytes content = chain.view();
  if (fragment_size == 0 || overhead + content.size() <= fragment_size) {
    auto whole = seal_one(header, chain.first(), content, 0, 0);
    if (!whole) return std::unexpected(whole.error());
    datagrams.push_back(std::move(*whole));
    return datagrams;
  }
  if (fragment_size <= overhead + kFragmentHeader) return base::fail(base::Errc::internal, "fragment size too small");
  const std::size_t part = fragment_size - overhead - kFragmentHeader;
  const std::size_t total = (content.size() + part - 1) / part;
  if (total > 0xffff) return base::fail(base::Errc::exhausted, "too many fragments");
  for (std::size_t i = 0; i < total; ++i) {
    // RFC 7383 section 2.5
    //= in the very first fragment (with Fragment Number equal to 1), this field MUST be set to the payload type of the
    //= first inner payload
    const auto first = i == 0 ? chain.first() : base::PayloadType::none;
    const auto bytes = content.subspan(i * part, std::min(part, content.size() - i * part));
    auto fragment =
        seal_one(header, first, bytes, static_cast<std::uint16_t>(i + 1), static_cast<std::uint16_t>(total));
    if (!fragment) return std::unexpected(fragment.error());
    datagrams.push_back(std::move(*fragment));
  }
  return datagrams;
}

base::Result<Opened> Protection::open(const wire::Message& message) const {
  const wire::RawPayload* payload = encrypted_payload(message);
  if (payload == nullptr) return base::fail(base::Errc::not_found, "no Encrypted payload");
  const bool fragmented = payload->type == base::PayloadType::skf;
  const auto encrypted = fragmented ? wire::parse_skf(payload->body, sizes_.iv, sizes_.icv)
                                    : wire::parse_sk(payload->body, sizes_.iv, sizes_.icv);
  if (!encrypted) return std::unexpected(encrypted.error());
  // RFC 5282 section 5.1: the associated data reach from the first octet of the IKE header to the last before the IV.
  const auto before_iv = static_cast<std::size_t>(encrypted->iv.data() - message.datagram.data());
  auto plaintext =
      crypto::aead_open(encr_, key_in_.view(), encrypted->iv, message.datagram.first(before_iv), encrypted->ciphertext);
  if (!plaintext) return std::unexpected(plaintext.error());
  auto content = without_padding(std::move(*plaintext));
  if (!content) return std::unexpected(content.error());
  return Opened{payload->next, encrypted->fragment, encrypted->total, std::move(*content)};
}

}  // namespace latchkey::session
