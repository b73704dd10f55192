#pragma once
// The operating system's randomness, through OpenSSL.

#include "ike-engine/base/bytes.h"

namespace latchkey::crypto {

/// Fills `out`; aborts the process if the generator fails, since nothing safe could follow.
void random_fill(base::MutableBytes out);

}  // namespace latchkey::crypto
