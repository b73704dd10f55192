#include "ike-engine/crypto/hmac.h"

#include <algorithm>

namespace latchkey::crypto {

using base::Bytes;

MacContext hmac_context(const char* digest) {
  static const Mac hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  MacContext context(EVP_MAC_CTX_new(hmac.get()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
      OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters) != 1) return nullptr;
  return context;
}

bool hmac_key(EVP_MAC_CTX* context, Bytes key) {
  // To OpenSSL a null key means the key of before.
  static constexpr std::uint8_t kEmpty = 0;
  return EVP_MAC_init(context, key.empty() ? &kEmpty : key.data(), key.size(), nullptr) == 1;
}

bool hmac_again(EVP_MAC_CTX* context) { return EVP_MAC_init(context, nullptr, 0, nullptr) == 1; }

bool hmac_update(EVP_MAC_CTX* context, Bytes data) { return EVP_MAC_update(context, data.data(), data.size()) == 1; }

bool hmac_update(EVP_MAC_CTX* context, std::initializer_list<Bytes> data) {
  return std::ranges::all_of(data, [context](Bytes part) { return hmac_update(context, part); });
}

bool hmac_finish(EVP_MAC_CTX* context, base::MutableBytes out) {
  std::size_t size = 0;
  return EVP_MAC_final(context, out.data(), &size, out.size()) == 1 && size == out.size();
}

}  // namespace latchkey::crypto
