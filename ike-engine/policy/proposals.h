#pragma once
// An initiator's offers, and what it accepts in return (RFC 7296 sections 2.7 and 3.3, RFC 5282, RFC 7634). Pure: an
// offer is a value, and an answer is judged against that value alone. A responder's side is choice.h.

#include <optional>
#include <span>
#include <vector>

#include "ike-engine/base/result.h"
#include "ike-engine/policy/suites.h"
#include "ike-engine/wire/sa.h"

namespace latchkey::policy {

/// One proposal for each cipher, in the order in which the ciphers first stand in `suites`, each with the union of the
/// integrity algorithms, PRFs and key exchange methods of that cipher's suites. `spi` is empty in IKE_SA_INIT and 8
/// octets when an IKE SA is rekeyed. Unacceptable suites are left out.
wire::Sa offer_ike(std::span<const api::IkeSuite> suites, base::Bytes spi = {});
/// One proposal for each cipher, with the integrity algorithms and ESN choices of that cipher's suites, all with our
/// inbound `spi`. `pfs`: the key exchange methods that a CREATE_CHILD_SA offers, best first, NONE among them if it may
/// also go without; empty in IKE_AUTH.
wire::Sa offer_esp(std::span<const api::EspSuite> suites, base::Spi spi, std::span<const base::KeMethod> pfs = {});

/// The key exchange methods of an offer, in order, each once. INVALID_KE_PAYLOAD may name only one of these.
std::vector<base::KeMethod> offered_ke_methods(const wire::Sa& offer);
/// Whether INVALID_KE_PAYLOAD may name `method` (RFC 7296 section 1.2).
bool offers_ke(const wire::Sa& offer, base::KeMethod method);

/// What a responder chose of our offer. `response` must hold exactly one proposal with the number of one of ours, and
/// in it exactly one transform of each type that this proposal of ours offers, each of them one that it offers. Beside
/// an AEAD, INTEG is absent or NONE. Errors: mismatch, for anything else.
base::Result<api::IkeSuite> accept_ike(const wire::Sa& offer, const wire::Sa& response);

struct AcceptedEsp {
  api::EspSuite suite;
  base::Spi spi;                      ///< the responder's inbound SPI, our outbound one
  std::optional<base::KeMethod> pfs;  ///< nothing: none was offered, or NONE was chosen
};
/// The same for ESP; its SPI must be 4 octets and beyond the reserved 0-255 (RFC 4303 section 2.1). A KE that was
/// offered with NONE may be absent, which means NONE. Errors: mismatch.
base::Result<AcceptedEsp> accept_esp(const wire::Sa& offer, const wire::Sa& response);

}  // namespace latchkey::policy
