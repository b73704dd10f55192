#pragma once
// From a datagram to the payloads of a whole message: ICV, fragments, chain.

#include <optional>

#include "ike-engine/session/context.h"

namespace latchkey::session {

/// Opens `message` and collects fragments. Nothing: a fragment was kept, the rest is to come.
/// Errors: mismatch (a fragment that is not wanted), and those of Protection::open.
base::Result<std::optional<Opened>> open_message(const Protection& protection, Reassembly& reassembly,
                                                 const wire::Message& message, const ReassemblyTerms& terms);

/// Of a peer whose AUTH has not come, or is in what is being opened. `init` is its IKE_SA_INIT, as it is kept: at most
/// kMaxInit octets.
inline ReassemblyTerms unproven(const Context& context, base::Bytes init) {
  return {.now = context.now, .most = kMaxKeptUnproven - init.size()};
}

/// Whether a copy of this request has its response sent again: yes for SK, and for the first of several fragments.
bool is_first_fragment(const wire::Message& message);

/// Counts a datagram that is not acted upon in the one drop that fits.
void count_drop(api::EngineStats& stats, base::Errc code);

}  // namespace latchkey::session
