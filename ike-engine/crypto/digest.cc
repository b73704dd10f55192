#include "ike-engine/crypto/digest.h"

#include <cstdlib>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(base::HashAlgorithm hash, std::initializer_list<base::Bytes> parts) {
  // One context per digest, so that OpenSSL need not change the algorithm between uses.
  thread_local const DigestContext context(EVP_MD_CTX_new());
  bool ok = EVP_DigestInit_ex2(context.get(), digest_of(hash), nullptr) == 1;
  for (const base::Bytes part : parts) ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  std::array<std::uint8_t, Size> out{};
  unsigned size = 0;
  ok = ok && EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1 && size == Size;
  // An OpenSSL without SHA: nothing that we do could be right.
  if (!ok) std::abort();
  return out;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::initializer_list<base::Bytes> parts) {
  return digest<20>(base::HashAlgorithm::sha1, parts);
}

std::array<std::uint8_t, 32> sha256(std::initializer_list<base::Bytes> parts) {
  return digest<32>(base::HashAlgorithm::sha2_256, parts);
}

}  // namespace latchkey::crypto
