#pragma once
// The least that either side has to compute for one negotiation: its cryptography alone, over OpenSSL, with every
// object fetched, every context reused and the server's key at hand.

#include <memory>

namespace latchkey::bench {

enum class ServerKeyType { rsa2048, ecdsa_p256, ed25519 };

/// One IKE_SA_INIT and IKE_AUTH: X25519, HMAC-SHA2-256, AES-256-GCM, AUTH_NULL of the initiator and the server's
/// signature. Aborts if OpenSSL fails.
class CryptoFloor {
 public:
  explicit CryptoFloor(ServerKeyType type);
  ~CryptoFloor();
  CryptoFloor(const CryptoFloor&) = delete;
  CryptoFloor& operator=(const CryptoFloor&) = delete;

  /// As the initiator, who verifies the server's signature.
  void negotiate() { work(false); }
  /// As the responder, who makes it.
  void respond() { work(true); }

 private:
  void work(bool sign);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::bench
