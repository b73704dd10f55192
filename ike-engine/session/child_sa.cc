#include "ike-engine/session/child_sa.h"

#include "ike-engine/crypto/encryption.h"

namespace latchkey::session {

base::Result<api::ChildSa> make_child_sa(const IkeSa& sa, const api::EngineConfig& config, const ChildTerms& terms) {
  const auto sizes = crypto::cipher_sizes(terms.suite.encr, terms.suite.key_bits, terms.suite.integ);
  if (!sizes) return std::unexpected(sizes.error());
  // RFC 7296 section 2.17
  //= All keys for SAs carrying data from the initiator to the responder are taken before SAs going from the responder
  //= to the initiator.
  auto keys = crypto::derive_child_keys(sa.suite.prf, sa.sk_d.view(), terms.g_ir, terms.nonce_i, terms.nonce_r,
                                        sizes->keymat());
  if (!keys) return std::unexpected(keys.error());
  auto& out = terms.we_asked ? keys->initiator_to_responder : keys->responder_to_initiator;
  auto& in = terms.we_asked ? keys->responder_to_initiator : keys->initiator_to_responder;
  return api::ChildSa{.mode = terms.mode,
                      .suite = terms.suite,
                      .local = sa.path.local.address,
                      .remote = sa.path.remote.address,
                      .encapsulated = sa.encapsulated,
                      .local_port = sa.path.local.port,
                      .remote_port = sa.path.remote.port,
                      .spi_in = terms.spi_in,
                      .spi_out = terms.spi_out,
                      .key_in = std::move(in),
                      .key_out = std::move(out),
                      .reqid = terms.reqid,
                      .inner_local = terms.inner_local,
                      .inner_remote = terms.inner_remote,
                      .guard = sa.session == nullptr || sa.session->initiator,
                      .sending = terms.sending,
                      .soft = config.child_limits};
}

Ends ends_of(const IkeSa& sa, const ChildTraits& traits) {
  return {traits.inner_local.value_or(sa.path.local.address), traits.inner_remote.value_or(sa.path.remote.address)};
}

Child keep_child(std::unique_ptr<api::KernelTunnel> tunnel, const api::ChildSa& child) {
  return {.tunnel = std::move(tunnel),
          .spi_in = child.spi_in,
          .spi_out = child.spi_out,
          .suite = child.suite,
          .mode = child.mode,
          .inner_local = child.inner_local,
          .inner_remote = child.inner_remote,
          .sending = child.sending};
}

}  // namespace latchkey::session
