#include "ike-engine/api/types.h"

#include "ike-engine/api/names.h"

namespace latchkey::api {

namespace {

std::string cipher_name(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ) {
  const std::string cipher = encr_name(encr, key_bits);
  return integ == base::IntegId::none ? cipher : cipher + "/" + integ_name(integ);
}

}  // namespace

std::string EspSuite::to_string() const { return cipher_name(encr, key_bits, integ) + (esn ? "/ESN" : "/NO_ESN"); }

std::string IkeSuite::to_string() const {
  return cipher_name(encr, key_bits, integ) + "/" + prf_name(prf) + "/" + ke_name(ke);
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::timeout: return "timeout";
    case Reason::no_proposal: return "no_proposal";
    case Reason::auth_failed: return "auth_failed";
    case Reason::peer_refused: return "peer_refused";
    case Reason::bad_selectors: return "bad_selectors";
    case Reason::malformed: return "malformed";
    case Reason::kernel: return "kernel";
    case Reason::limit: return "limit";
    case Reason::deleted_by_peer: return "deleted_by_peer";
    case Reason::closed: return "closed";
    case Reason::lifetime: return "lifetime";
    case Reason::dead_peer: return "dead_peer";
    case Reason::idle: return "idle";
    case Reason::replaced: return "replaced";
  }
  return "unknown";
}

}  // namespace latchkey::api
