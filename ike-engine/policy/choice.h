#pragma once
// A responder's choice among the proposals of a peer (RFC 7296 sections 2.7, 3.3 and 3.3.6).
//
// The peer's order of proposals decides, as RFC 7296 section 3.3 has it from most preferred to least. Within a proposal
// the order of `allowed` does, since transforms of one type stand there as equals. The one thing that goes before
// either is the method of the KE payload that came along: another one would cost a round trip, and whatever is in
// `allowed` will do. Nothing that is_acceptable() refuses is chosen, whatever `allowed` says.
//
// Unacceptable is a proposal for another protocol, with an SPI of another size, with a transform type that we do not
// know, or without a mandatory one. A transform with an unknown attribute counts as not there. An additional key
// exchange (RFC 9370) that is not wanted is declined by its NONE; where that is not offered the proposal is
// unacceptable.

#include <optional>
#include <span>

#include "ike-engine/api/types.h"
#include "ike-engine/base/result.h"
#include "ike-engine/policy/additional.h"
#include "ike-engine/wire/sa.h"

namespace latchkey::policy {

struct ChosenIke {
  api::IkeSuite suite;
  wire::Sa answer;        ///< the proposal with the peer's number, our SPI and one transform of each type
  base::Buffer peer_spi;  ///< 8 octets when an IKE SA is rekeyed, else empty
};

/// `own_spi` is empty in IKE_SA_INIT and 8 octets when an IKE SA is rekeyed; the peer's SPI has to be alike and, of 8
/// octets, not zero. `ke_payload` is the method of the peer's KE payload; if the suite has another one, the answer to
/// give is INVALID_KE_PAYLOAD. What is chosen of `additional` stands in the answer. Errors: mismatch
/// (NO_PROPOSAL_CHOSEN).
base::Result<ChosenIke> choose_ike(const wire::Sa& offer, std::span<const api::IkeSuite> allowed, base::Bytes own_spi,
                                   std::optional<base::KeMethod> ke_payload = std::nullopt,
                                   const Additional& additional = {});

struct ChosenEsp {
  api::EspSuite suite;
  std::optional<base::KeMethod> pfs;  ///< nothing: no key exchange, none was offered or NONE was chosen
  base::Spi peer_spi;                 ///< the peer's inbound SPI, our outbound one; beyond the reserved ones
  wire::Sa answer;
};

/// The same for ESP with our inbound `own_spi`. `pfs_allowed` are the key exchange methods that may be chosen, best
/// first; without them, as in IKE_AUTH, only proposals without KE or with its NONE are acceptable. No KE payload:
/// NONE goes before a method. With one, whoever sent it wants PFS: any method that is allowed goes before NONE, and if
/// it is not that of the payload, the answer to give is INVALID_KE_PAYLOAD. Errors: mismatch.
base::Result<ChosenEsp> choose_esp(const wire::Sa& offer, std::span<const api::EspSuite> allowed,
                                   std::span<const base::KeMethod> pfs_allowed, base::Spi own_spi,
                                   std::optional<base::KeMethod> ke_payload = std::nullopt);

}  // namespace latchkey::policy
