#pragma once
// What the readers of all replies share.

#include <optional>

#include "ike-engine/api/types.h"
#include "ike-engine/base/result.h"

namespace latchkey::session {

/// Takes `parsed` into an empty `slot`. False if it is malformed, or if the payload stands there a second time.
template <class T>
bool take_once(std::optional<T>& slot, base::Result<T> parsed) {
  if (slot || !parsed) return false;
  slot = std::move(*parsed);
  return true;
}

/// What a server's error notify means for the one who asked.
constexpr api::Reason reason_of(base::NotifyType error) {
  switch (error) {
    case base::NotifyType::no_proposal_chosen:
    case base::NotifyType::invalid_ke_payload: return api::Reason::no_proposal;
    case base::NotifyType::ts_unacceptable:
    case base::NotifyType::single_pair_required: return api::Reason::bad_selectors;
    default: return api::Reason::peer_refused;
  }
}

}  // namespace latchkey::session
