#pragma once
// Which suites there are: what is acceptable, what is offered and what is taken unless configured otherwise (RFC 8221,
// RFC 8247, security rule 7).

#include <vector>

#include "ike-engine/api/types.h"

namespace latchkey::policy {

/// Whether we have all parts of a suite and security rule 7 lets them through. A suite for which this is false is never
/// offered, never accepted and never chosen.
bool is_acceptable(const api::IkeSuite& suite);
bool is_acceptable(const api::EspSuite& suite);
bool is_acceptable(base::KeMethod method);

/// What IKE is offered with unless configured otherwise, best first: AES-256-GCM with PRF-SHA2-256 and X25519.
std::vector<api::IkeSuite> default_ike_suites();
/// What ESP is offered with unless configured otherwise, best first: AES-256-GCM with ESN.
std::vector<api::EspSuite> default_esp_suites();

/// What a responder takes unless configured otherwise, best first: the defaults above, then everything else that is
/// acceptable, but for AEADs with short ICVs, which have to be asked for.
std::vector<api::IkeSuite> answered_ike_suites();
std::vector<api::EspSuite> answered_esp_suites();
/// Key exchange methods of the same, best first: for PFS, too.
std::vector<base::KeMethod> answered_ke_methods();

}  // namespace latchkey::policy
