#include "ike-engine/crypto/shared_secret.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::SecretBytes;

constexpr std::string_view kBlanks = "\r\n";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
constexpr bool is_base64(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '+' || c == '/'; }

constexpr unsigned value_of(char digit) {
  return static_cast<unsigned>(is_digit(digit) ? digit - '0' : lower(digit) - 'a' + 10);
}

base::Result<SecretBytes> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0 || !std::ranges::all_of(digits, is_hex)) {
    return fail(Errc::malformed, "shared secret: 0x without an even number of hex digits");
  }
  SecretBytes secret(digits.size() / 2);
  for (std::size_t i = 0; i < secret.size(); ++i) {
    secret.mutable_view()[i] = static_cast<std::uint8_t>(value_of(digits[2 * i]) << 4 | value_of(digits[2 * i + 1]));
  }
  return secret;
}

base::Result<SecretBytes> from_base64(std::string_view digits) {
  const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with("=") ? 1 : 0;
  if (digits.size() % 4 != 0 || !std::ranges::all_of(digits.substr(0, digits.size() - padding), is_base64)) {
    return fail(Errc::malformed, "shared secret: 0s without base64 behind it");
  }
  if (digits.empty()) return SecretBytes();
  SecretBytes whole(digits.size() / 4 * 3);
  const Bytes text = base::as_bytes(digits);
  const int size = EVP_DecodeBlock(whole.mutable_view().data(), text.data(), static_cast<int>(text.size()));
  if (size != static_cast<int>(whole.size())) return fail(Errc::malformed, "shared secret: base64");
  return SecretBytes(whole.view().first(whole.size() - padding));
}

base::Result<SecretBytes> from_characters(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) return fail(Errc::malformed, "shared secret with control characters");
  return SecretBytes(base::as_bytes(text));
}

base::Result<SecretBytes> decoded(std::string_view text) {
  if (text.starts_with("0x")) return from_hex(text.substr(2));
  if (text.starts_with("0s")) return from_base64(text.substr(2));
  return from_characters(text);
}

}  // namespace

base::Result<SecretBytes> shared_secret_from_text(std::string_view text, std::size_t least) {
  while (!text.empty() && kBlanks.contains(text.back())) text.remove_suffix(1);
  if (text.size() > 2 + 2 * kMaxSharedSecret) return fail(Errc::exhausted, "shared secret beyond 1024 octets");
  auto secret = decoded(text);
  if (!secret) return secret;
  if (secret->size() > kMaxSharedSecret) return fail(Errc::exhausted, "shared secret beyond 1024 octets");
  if (secret->size() < least)
    return fail(Errc::weak, "shared secret too short: a preshared key has 16 octets or more, a PPK 32");
  return secret;
}

}  // namespace latchkey::crypto
