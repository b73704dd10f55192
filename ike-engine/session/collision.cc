#include "ike-engine/session/collision.h"

#include <algorithm>

namespace latchkey::session {

namespace {

using base::NotifyType;

bool is_busy_with_a_child(const IkeSa& sa) {
  return sa.is_under_way(Errand::new_child) || sa.is_under_way(Errand::rekey_child) ||
         sa.is_under_way(Errand::delete_child) || sa.is_under_way(Errand::disown_child);
}

// Both sides rekey the same, and the peer has done so once already.
bool has_rival(const IkeSa& sa, const Wish& wish) {
  return sa.exchange && sa.exchange->wish == wish && sa.exchange->creation && sa.exchange->creation->rival;
}

}  // namespace

std::optional<NotifyType> obstacle(const IkeSa& sa, Asked asked, const Child* child) {
  if (asked == Asked::rekey_ike) {
    // RFC 7296 section 2.25.1
    //= If a peer receives a request to rekey the IKE SA, and it is currently creating, rekeying, or closing a Child SA
    //= of that IKE SA, it SHOULD reply with TEMPORARY_FAILURE.
    if (is_busy_with_a_child(sa) || has_rival(sa, {Errand::rekey_ike})) return NotifyType::temporary_failure;
    // RFC 7296 section 2.25.2
    //= If a peer receives a request to rekey an IKE SA that it is currently rekeying, it SHOULD reply as usual
    return std::nullopt;
  }
  // RFC 7296 section 2.25.2
  //= If a peer receives a request to create or rekey a Child SA when it is currently rekeying the IKE SA, it SHOULD
  //= reply with TEMPORARY_FAILURE.
  if (sa.is_under_way(Errand::rekey_ike)) return NotifyType::temporary_failure;
  if (asked == Asked::new_child) return std::nullopt;
  // RFC 7296 section 2.25.1
  //= If a peer receives a request to rekey a Child SA that does not exist, it SHOULD reply with CHILD_SA_NOT_FOUND.
  if (child == nullptr) return NotifyType::child_sa_not_found;
  // RFC 7296 section 2.25.1
  //= If a peer receives a request to rekey a Child SA that it is currently trying to close, it SHOULD reply with
  //= TEMPORARY_FAILURE.
  if (sa.wants({Errand::delete_child, child->spi_in})) return NotifyType::temporary_failure;
  if (has_rival(sa, {Errand::rekey_child, child->spi_in})) return NotifyType::temporary_failure;
  // RFC 7296 section 2.25.1
  //= If a peer receives a request to rekey a Child SA that it is currently rekeying, it SHOULD reply as usual
  return std::nullopt;
}

base::Bytes lower(base::Bytes one, base::Bytes other) {
  // RFC 7296 section 2.8.1
  //= If you reach the end of one nonce, that nonce is the lower one.
  return std::ranges::lexicographical_compare(other, one) ? other : one;
}

bool is_redundant(base::Bytes own, base::Bytes rival) {
  // RFC 7296 section 2.8.1
  //= the SA created with the lowest of the four nonces used in the two exchanges SHOULD be closed by the endpoint that
  //= created it.
  return std::ranges::lexicographical_compare(own, rival);
}

}  // namespace latchkey::session
