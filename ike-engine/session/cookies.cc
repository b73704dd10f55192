#include "ike-engine/session/cookies.h"

#include "ike-engine/crypto/prf.h"

namespace latchkey::session {

namespace {

constexpr base::Duration kSecretLife = std::chrono::seconds(60);
constexpr std::size_t kSecretSize = 32;

std::array<std::uint8_t, 8> octets_of(base::IkeSpi spi) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(spi.value >> (56 - 8 * i));
  return octets;
}

}  // namespace

base::Buffer Cookies::mac(std::uint8_t number, const CookieFor& whom) const {
  const Secret& secret = secrets_[number & 1];
  const auto value = crypto::prf(base::PrfId::hmac_sha2_256, secret.octets.view(),
                                 {whom.nonce_i, whom.address.bytes(), octets_of(whom.spi_i)});
  if (!value) return {};
  base::Buffer cookie{number};
  cookie.insert(cookie.end(), value->view().begin(), value->view().end());
  return cookie;
}

base::Buffer Cookies::make(const CookieFor& whom, base::TimePoint now, api::Random& random) {
  // RFC 7296 section 2.6
  //= The responder should change the value of <secret> frequently, especially if under attack.
  if (secrets_[newest_ & 1].until <= now) {
    ++newest_;
    Secret& fresh = secrets_[newest_ & 1];
    fresh.octets = base::SecretBytes(kSecretSize);
    random.fill(fresh.octets.mutable_view());
    fresh.until = now + kSecretLife;
  }
  return mac(newest_, whom);
}

bool Cookies::knows(base::Bytes cookie, const CookieFor& whom, base::TimePoint now) const {
  if (cookie.empty()) return false;
  const std::uint8_t number = cookie.front();
  const bool current = number == newest_ || number == static_cast<std::uint8_t>(newest_ - 1);
  const Secret& secret = secrets_[number & 1];
  if (!current || secret.octets.empty() || secret.until + kSecretLife <= now) return false;
  return base::same_secret(cookie, mac(number, whom));
}

}  // namespace latchkey::session
