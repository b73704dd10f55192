#pragma once
// What a refused question's client is told beside SERVFAIL.

#include <cstdint>

namespace latchkey::unbound {

/// RFC 8914. The text is one of ours.
struct ExtendedError {
  std::uint16_t code;
  const char* text;
};

inline constexpr ExtendedError kNoTunnel{0, "no IPsec tunnel to this name could be set up"};
inline constexpr ExtendedError kTooLate{0, "no IPsec tunnel to this name in time"};
inline constexpr ExtendedError kLimit{0, "too many IPsec negotiations in a short time"};
inline constexpr ExtendedError kCrowded{0, "too many questions wait for keys and tunnels"};
inline constexpr ExtendedError kUnusable{0, "the name's IPSECKEY records cannot be used"};
inline constexpr ExtendedError kNotTranslated{0, "this name is private: no IPv6 address is made of its IPv4 one"};
inline constexpr ExtendedError kOutOfMemory{0, "out of memory"};
inline constexpr ExtendedError kBogus{6, "DNSSEC: address, alias or IPSECKEY is bogus"};
inline constexpr ExtendedError kBlocked{15, "blocked by the operator of this resolver"};
inline constexpr ExtendedError kNoKey{0, "this name is to be private and publishes no key"};
inline constexpr ExtendedError kFiltered{17, "IPsec is not allowed to any address of this name"};
inline constexpr ExtendedError kLookup{22, "the name's IPSECKEY lookup failed"};
inline constexpr ExtendedError kMemory{22, "the name had a key and nothing secure says that it has none now"};

}  // namespace latchkey::unbound
