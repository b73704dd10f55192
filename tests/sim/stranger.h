#pragma once
// An initiator of the tests' own, over wire/ and crypto/ without session/ and policy/: it says to an engine whatever a
// test wants, right or wrong, and shows what comes back.

#include <optional>
#include <span>
#include <vector>

#include "ike-engine/api/engine.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/kem.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/signature.h"
#include "ike-engine/wire/auth.h"
#include "tests/support/behaviour.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/sealing.h"
#include "tests/support/seeded_random.h"

namespace latchkey::sim {

/// Who takes anybody, and proves itself by ed25519_key().
api::ResponderConfig open_to_all();

/// A datagram for a server, and all that came back for it.
struct Trade {
  base::Buffer question;
  std::vector<base::Buffer> answers;
};

/// An engine that serves, and its kernel.
struct Server {
  explicit Server(const api::ResponderConfig& responder, api::EngineConfig config = {});

  support::SeededRandom random{7};
  support::FakeKernel kernel;
  api::Engine engine;
  base::TimePoint now{std::chrono::hours(1)};
  std::vector<api::Event> events;
  std::vector<api::Datagram> sent;  ///< to anybody, in order
  std::vector<Trade> trades;        ///< of all strangers, in order
};

/// How many of its sessions have given way to another of their client's.
std::size_t replaced(const Server& server);

/// Takes AES-256-GCM with PRF-SHA2-256 and X25519, comes from 192.0.2.1:500, and is nobody.
class Stranger {
 public:
  explicit Stranger(Server& server, std::uint64_t seed = 1);

  /// SAi1, KEi, Ni and the hashes that we verify with (RFC 7427): what an honest IKE_SA_INIT request holds at least,
  /// and so much more that the answer is not longer, or it would cost a COOKIE.
  support::Payloads init_payloads() const;
  /// The same with additional key exchanges in the offer, each under a type of its own, and with what goes with them.
  support::Payloads init_payloads(std::span<const base::KeMethod> additional) const;
  /// The request's octets; also those that AUTH will cover.
  base::Buffer init_request(const support::Payloads& payloads);
  /// What the server sends back to these octets, one after the other.
  std::vector<base::Buffer> send(base::Bytes datagram);
  /// IKE_SA_INIT with these payloads. Whether the server agreed, so that ask() can be used.
  bool agree(const support::Payloads& payloads);
  bool agree() { return agree(init_payloads()); }

  /// IDi, AUTH, SAi2, TSi, TSr of somebody anonymous. `id` is IDi's whole body.
  support::Payloads claim(base::Bytes id) const;
  support::Payloads claim() const;
  /// The same of somebody who signs with `key`.
  support::Payloads claim(base::Bytes id, const crypto::PrivateKey& key) const;
  /// The same with any AUTH, which is over octets_of(id).
  support::Payloads claim(base::Bytes id, const wire::Auth& auth) const;
  base::Buffer octets_of(base::Bytes id) const;
  /// What the server's AUTH is over, without IKE_INTERMEDIATE; `id` is IDr's whole body.
  base::Buffer octets_of_server(base::Bytes id) const;
  /// A request in SK. Its answer, opened; nothing if none came, or none that is right.
  std::optional<support::Plain> ask(base::ExchangeType exchange, const support::Payloads& payloads);
  std::optional<support::Plain> ask_sealed(base::ExchangeType exchange, base::PayloadType first, base::Bytes content);
  /// The header of the next request, which `next_request` is counted on by ask() alone.
  wire::Header header(base::ExchangeType exchange) const;
  /// SK under any header, or one SKF. What the server sends back.
  std::vector<base::Buffer> send_sealed(const wire::Header& header, base::PayloadType first, base::Bytes content,
                                        std::size_t fragment = 0, std::size_t total = 0);
  /// What a datagram of the server's held in SK; nothing if it has none that is right.
  std::optional<support::Plain> open(base::Bytes datagram) const;

  /// Of a child that a CREATE_CHILD_SA has made; `g_ir` is empty without PFS.
  crypto::ChildKeys child_keys(base::Bytes nonce_i, base::Bytes nonce_r, base::Bytes g_ir = {}) const;
  /// After agree(); a test may put in keys that it has made itself.
  crypto::IkeKeys& keys() { return keys_; }
  base::Bytes nonce_i() const { return nonce_i_; }
  base::Bytes nonce_r() const { return nonce_r_; }
  /// IKE_INTERMEDIATE with these payloads: its answer, and AUTH covers both from then on.
  std::optional<support::Plain> ask_intermediate(const support::Payloads& payloads);
  /// Goes on with the keys that follow from one more shared secret.
  void mix(base::Bytes shared_secret);
  /// Both: an additional key exchange. Whether it was answered by one.
  bool exchange(base::KeMethod method, const crypto::Kem& kem);

  /// Answers a request of the server's with these payloads. Whether it was one that opens.
  bool answer(base::Bytes request, const support::Payloads& payloads);

  base::IkeSpi spi_i, spi_r;
  api::Path path;  ///< the server's
  std::uint32_t next_request = 1;
  std::size_t fragment_size = 0;  ///< of requests; 0: whole
  base::Buffer auth_i, auth_r;    ///< IntAuth of both sides so far

 private:
  bool take_answer(base::Bytes answer);
  void derive(base::Bytes skeyseed);

  Server& server_;
  support::SeededRandom random_;
  crypto::KeyExchange key_exchange_;
  base::Buffer nonce_i_, nonce_r_;
  base::Buffer request_, response_;  ///< of IKE_SA_INIT
  crypto::IkeKeys keys_;
  support::Sealing sealing_;
};

/// The next request as an IKE_AUTH whose ICV is nobody's.
base::Buffer noise_for(const Stranger& stranger);

/// The first notify's type among the payloads of a message; 0 if there is none.
base::NotifyType first_notify(const std::vector<wire::RawPayload>& payloads);
/// The same of a message that is not protected.
base::NotifyType first_notify(base::Bytes datagram);

}  // namespace latchkey::sim
