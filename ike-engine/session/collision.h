#pragma once
// Exchanges of both sides' that are about the same (RFC 7296 sections 2.8 and 2.25). Pure.

#include <optional>

#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

/// What a CREATE_CHILD_SA request of the peer's is to make.
enum class Asked : std::uint8_t { new_child, rekey_child, rekey_ike };

/// The error that the request has to be answered with because of what we are doing ourselves, or because the child that
/// it is to replace is not there (`child` is nullptr); nothing if it is to be answered as usual.
std::optional<base::NotifyType> obstacle(const IkeSa& sa, Asked asked, const Child* child);

/// The lower of two nonces: the first octet that differs decides, and of two that don't the shorter is lower.
base::Bytes lower(base::Bytes one, base::Bytes other);

/// Whether what our exchange has made is redundant, since the lowest of the four nonces is in it. `own` and `rival` are
/// the lower ones of either exchange.
bool is_redundant(base::Bytes own, base::Bytes rival);

}  // namespace latchkey::session
