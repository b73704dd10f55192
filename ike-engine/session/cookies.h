#pragma once
// COOKIE as a responder gives and knows it again without keeping anything (RFC 7296 section 2.6).

#include <array>

#include "ike-engine/api/ports.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/ids.h"
#include "ike-engine/base/secret.h"
#include "ike-engine/base/time.h"

namespace latchkey::session {

/// What a COOKIE binds: who asks again must have got the answer.
struct CookieFor {
  base::Bytes nonce_i;
  base::Address address;
  base::IkeSpi spi_i;
};

/// A COOKIE is the secret's number and HMAC-SHA2-256 over CookieFor. A secret makes COOKIEs for a minute and knows them
/// for another.
class Cookies {
 public:
  /// 33 octets; empty if the library fails. 2 us.
  base::Buffer make(const CookieFor& whom, base::TimePoint now, api::Random& random);
  bool knows(base::Bytes cookie, const CookieFor& whom, base::TimePoint now) const;

 private:
  struct Secret {
    base::SecretBytes octets;
    base::TimePoint until = base::TimePoint::min();  ///< the last moment at which it makes COOKIEs
  };
  base::Buffer mac(std::uint8_t number, const CookieFor& whom) const;

  std::array<Secret, 2> secrets_;  ///< by the lowest bit of their number
  std::uint8_t newest_ = 0;
};

}  // namespace latchkey::session
