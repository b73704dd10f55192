#include "ike-engine/base/result.h"

namespace latchkey::base {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::truncated: return "truncated";
    case Errc::malformed: return "malformed";
    case Errc::unsupported: return "unsupported";
    case Errc::unknown_critical: return "unknown-critical";
    case Errc::weak: return "weak";
    case Errc::mismatch: return "mismatch";
    case Errc::bad_icv: return "bad-icv";
    case Errc::bad_signature: return "bad-signature";
    case Errc::exhausted: return "exhausted";
    case Errc::not_found: return "not-found";
    case Errc::kernel: return "kernel";
    case Errc::internal: return "internal";
  }
  return "?";
}

}  // namespace latchkey::base
