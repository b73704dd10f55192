#include "ike-engine/wire/sk.h"

#include <algorithm>

#include "ike-engine/wire/header.h"

namespace latchkey::wire {

using base::Errc;

base::Result<Encrypted> parse_sk(base::Bytes body, std::size_t iv_size, std::size_t icv_size) {
  base::Reader r(body);
  Encrypted encrypted;
  encrypted.iv = r.bytes(iv_size);
  encrypted.ciphertext = r.rest();
  if (!r.done() || encrypted.ciphertext.size() < icv_size)
    return base::fail(Errc::truncated, "sk: no room for the ICV");
  return encrypted;
}

base::Result<Encrypted> parse_skf(base::Bytes body, std::size_t iv_size, std::size_t icv_size) {
  base::Reader r(body);
  const std::uint16_t fragment = r.u16();
  const std::uint16_t total = r.u16();
  if (!r.ok()) return base::fail(Errc::truncated, "skf");
  // RFC 7383 section 2.5
  //= This field MUST NOT be zero.
  if (fragment == 0 || total == 0) return base::fail(Errc::malformed, "skf: fragment numbers begin with 1");
  // RFC 7383 section 2.5
  //= This field MUST be less than or equal to the next field (Total Fragments).
  if (fragment > total) return base::fail(Errc::malformed, "skf: fragment beyond the total");
  auto encrypted = parse_sk(r.rest(), iv_size, icv_size);
  if (!encrypted) return encrypted;
  encrypted->fragment = fragment;
  encrypted->total = total;
  return encrypted;
}

base::Buffer plain_head(base::Bytes head, std::size_t inner) {
  constexpr std::size_t kNextPayload = 16, kLength = 24, kGenericHeader = 4;
  // Where the Encrypted payload's type stands: in the IKE header, or in the last payload before it.
  std::size_t at = kNextPayload;
  for (std::size_t payload = kHeaderSize; payload + kGenericHeader < head.size();) {
    at = payload;
    base::Reader length(head.subspan(payload + 2));
    payload += std::max<std::size_t>(length.u16(), kGenericHeader);
  }
  base::Writer out(head.size());
  out.bytes(head);
  out.patch_u8(at, static_cast<std::uint8_t>(base::PayloadType::sk));
  // RFC 9242 section 3.3.2
  //= the Length field in the IKE Header (denoted as Adjusted Length in Figure 1) is set to the sum of the lengths of
  out.patch_u32(kLength, static_cast<std::uint32_t>(head.size() + inner));
  // RFC 9242 section 3.3.2
  //= the Payload Length field in the Encrypted payload header (denoted as Adjusted Payload Length in Figure 1) is set to
  //= the length of IntAuth_[i/r]*P plus the size of the Encrypted payload header (four octets).
  out.patch_u16(head.size() - 2, static_cast<std::uint16_t>(inner + kGenericHeader));
  return out.take();
}

base::Result<base::Buffer> without_padding(base::Buffer plaintext) {
  constexpr std::size_t kPadLength = 1;
  if (plaintext.empty()) return base::fail(Errc::malformed, "no pad length");
  // RFC 7296 section 3.14
  //= the recipient MUST accept any length that results in proper alignment.
  const std::size_t padding = plaintext.back();
  if (padding + kPadLength > plaintext.size()) return base::fail(Errc::malformed, "padding beyond the payload");
  plaintext.resize(plaintext.size() - padding - kPadLength);
  return plaintext;
}

}  // namespace latchkey::wire
