#include "ike-engine/session/intermediate.h"

#include <algorithm>

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/wire/sk.h"

namespace latchkey::session {

base::Buffer Intermediate::covered() const {
  if (methods.empty()) return {};
  // RFC 9242 section 3.2
  //= The Message ID for the first pair of IKE_AUTH messages is one more than the value used in the last IKE_INTERMEDIATE
  //= exchange.
  return crypto::int_auth(auth_i.view(), auth_r.view(), next_id());
}

base::Result<void> cover(base::SecretBytes& auth, base::PrfId prf, base::Bytes sk_p, base::Bytes head,
                         base::Bytes inner) {
  // RFC 9242 section 3.3.2
  //= The prf calculations MUST be applied to whole messages only, before possible IKE fragmentation.
  auto next = crypto::intermediate_auth(prf, sk_p, auth.view(), wire::plain_head(head, inner.size()), inner);
  if (!next) return std::unexpected(next.error());
  auth = std::move(*next);
  return {};
}

policy::Additional wanted_exchanges(const api::EngineConfig& config) {
  policy::Additional wanted{.required = config.additional_exchanges_required};
  for (const api::AdditionalExchange& one : config.additional_exchanges) wanted.methods.push_back(one.method);
  return wanted;
}

const crypto::Kem& kem_of(const api::EngineConfig& config, base::KeMethod method) {
  return *std::ranges::find(config.additional_exchanges, method, &api::AdditionalExchange::method)->kem;
}

}  // namespace latchkey::session
