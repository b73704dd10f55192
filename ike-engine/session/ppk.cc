#include "ike-engine/session/ppk.h"

namespace latchkey::session {

namespace {

// RFC 8784 section 5.1: PPK_ID_FIXED.
constexpr std::uint8_t kFixed = 2;

}  // namespace

base::Buffer ppk_identity(base::Bytes id) {
  base::Writer out(1 + id.size());
  out.u8(kFixed);
  out.bytes(id);
  return out.take();
}

std::optional<base::Bytes> parse_ppk_identity(base::Bytes data) {
  if (data.size() < 2 || data.front() != kFixed) return std::nullopt;
  return data.subspan(1);
}

base::Result<AuthKeySet> with_ppk(base::PrfId prf, base::Bytes ppk, const AuthKeySet& keys) {
  crypto::IkeKeys mixed;
  mixed.sk_d = keys.sk_d.clone();
  mixed.sk_pi = keys.sk_pi.clone();
  mixed.sk_pr = keys.sk_pr.clone();
  if (auto done = crypto::mix_ppk(prf, ppk, mixed); !done) return std::unexpected(done.error());
  return AuthKeySet{std::move(mixed.sk_d), std::move(mixed.sk_pi), std::move(mixed.sk_pr)};
}

}  // namespace latchkey::session
