#include "ike-engine/base/secret.h"

#include <cstring>

namespace latchkey::base {

void wipe(MutableBytes data) {
  if (!data.empty()) explicit_bzero(data.data(), data.size());
}

bool same_secret(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    wipe(data_);
    data_ = std::exchange(other.data_, {});
  }
  return *this;
}

}  // namespace latchkey::base
