#pragma once
// Reading PEM (RFC 7468). Only for this folder.

#include <string_view>
#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::crypto {

/// What the blocks labelled `label` ("CERTIFICATE") hold, in order; blocks with another label are skipped and wiped.
/// Errors: malformed (a damaged block), exhausted (more than `bound`, or a text above 4 MiB).
base::Result<std::vector<base::Buffer>> pem_blocks(std::string_view text, std::string_view label, std::size_t bound);

}  // namespace latchkey::crypto
