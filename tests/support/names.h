#pragma once
// Identities and secrets from text that a person typed.

#include <string_view>

#include "ike-engine/api/credentials.h"

namespace latchkey::support {

inline api::Identity fqdn(std::string_view name) { return {base::IdType::fqdn, base::to_buffer(base::as_bytes(name))}; }

inline base::SecretBytes secret(std::string_view text) { return base::SecretBytes(base::as_bytes(text)); }

}  // namespace latchkey::support
