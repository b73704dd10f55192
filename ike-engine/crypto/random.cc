#include "ike-engine/crypto/random.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace latchkey::crypto {

void random_fill(base::MutableBytes out) {
  if (out.empty()) return;
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::abort();
}

}  // namespace latchkey::crypto
