#include "ike-engine/session/key_agreement.h"

namespace latchkey::session {

base::Result<crypto::KeyExchange> fresh_key(Context& context, base::KeMethod method) {
  return crypto::KeyExchange::generate(method, [&](base::MutableBytes out) { context.random.fill(out); });
}

base::Result<KeyAgreement> agree_on_key(Context& context, const wire::Ke& peer) {
  auto own = fresh_key(context, peer.method);
  if (!own) return std::unexpected(own.error());
  auto g_ir = own->shared_secret(peer.value);
  if (!g_ir) return std::unexpected(g_ir.error());
  return KeyAgreement{std::move(*own), std::move(*g_ir)};
}

}  // namespace latchkey::session
