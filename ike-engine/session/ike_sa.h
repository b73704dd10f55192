#pragma once
// What is known of one IKE SA, from the first IKE_SA_INIT request to the answer to its DELETE.

#include <memory>
#include <optional>
#include <vector>

#include "ike-engine/api/ports.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/public_key.h"
#include "ike-engine/session/fragments.h"
#include "ike-engine/session/protect.h"
#include "ike-engine/session/window.h"
#include "ike-engine/wire/sa.h"

namespace latchkey::session {

/// Security rule 5: differing replies to one IKE_SA_INIT that are followed up, and restarts that they may cause.
inline constexpr std::size_t kMaxCandidates = 3;
inline constexpr unsigned kMaxCookies = 3;
inline constexpr unsigned kMaxInvalidKe = 2;
/// Replies that looked acceptable and were not (another suite than offered, a bad public value); then we stop looking.
inline constexpr unsigned kMaxUnacceptable = 16;
/// Keys of one server that are tried on its AUTH; a larger set is refused by the engine.
inline constexpr std::size_t kMaxKeys = 16;
/// Octets of our nonces: half the key size of the largest PRF, as RFC 7296 section 2.10 demands.
inline constexpr std::size_t kNonceSize = 32;
/// RFC 7296 section 2.6: 1 to 64 octets.
inline constexpr std::size_t kMaxCookieSize = 64;

enum class State : std::uint8_t {
  init_sent,    ///< IKE_SA_INIT is out, no candidate is alive
  auth_sent,    ///< at least one candidate was sent its IKE_AUTH
  established,  ///< the server has proven a key and the child is in the kernel
  abandoned,    ///< we gave up with IKE_AUTH out: a server that answers late gets a DELETE
  deleting,     ///< our DELETE is out
  lingering,    ///< over; only the last answer is kept for copies of the request
  dead,         ///< to be removed
};

/// A key of the server's set, ready to verify with.
struct ServerKey {
  api::DnsKey dns;
  crypto::PublicKey key;
};

/// What a caller of the engine sees as one: the tunnel to one server, through one IKE SA after the other.
struct Session {
  api::SessionId id;
  api::ConnectRequest request;
  std::vector<ServerKey> keys;
  base::IkeSpi current;         ///< the IKE SA whose child is in use; 0 before Established
  base::IkeSpi pending;         ///< the one that is being negotiated; 0 if none
  std::uint16_t exchanges = 0;  ///< round trips of the negotiation so far, over all its IKE SAs
  bool over = false;            ///< Failed or Down was said
};

/// Why a negotiation will have failed if nothing better comes.
struct Failure {
  api::Reason reason = api::Reason::timeout;
  std::uint16_t notify = 0;
  std::string_view detail;  ///< static text
  bool bad_answer = false;  ///< an IKE_SA_INIT reply with proposal and key that we could not take
};

/// What a negotiation is to try.
struct Plan {
  bool transport = false;        ///< ask for USE_TRANSPORT_MODE, native ESP
  bool wary_of_cookies = false;  ///< don't restart at once, a true reply may be under way
};

/// One version of the IKE_SA_INIT request that went out: AUTH covers its octets.
struct Attempt {
  base::KeMethod method{};
  base::Buffer request;
};

/// A reply to IKE_SA_INIT that looks acceptable. It may be anybody's until its AUTH is verified.
struct Candidate {
  base::IkeSpi spi_r;
  std::size_t reply = 0;  ///< index into Negotiation::replies
  api::IkeSuite suite;
  base::Buffer nonce_r;
  crypto::IkeKeys keys;  ///< without sk_ei and sk_er, which protection has
  Protection protection;
  api::Path path;
  bool fragmentation = false;
  bool encapsulated = false;
  std::size_t attempt = 0;  ///< index of the request that it is taken to answer
  bool ambiguous = false;   ///< other attempts fit as well
  PendingRequest auth;
  Reassembly responses;
};

/// All that is only needed until the IKE SA is established.
struct Negotiation {
  Plan plan;
  base::TimePoint deadline = base::kNever;
  base::TimePoint grace = base::kNever;  ///< when to give up since nothing but refusals came
  Failure failure;
  wire::Sa ike_offer;
  wire::Sa esp_offer;
  base::Buffer nonce_i;
  base::Buffer nat_source;  ///< NAT_DETECTION_SOURCE_IP's data, kept over restarts
  bool false_nat_source = false;
  std::vector<crypto::KeyExchange> key_exchanges;  ///< one for each method used
  std::vector<Attempt> attempts;
  base::Buffer cookie;
  base::Buffer held_cookie;  ///< of a wary plan: goes out with the next retransmission
  unsigned cookies = 0;
  unsigned invalid_kes = 0;
  unsigned unacceptable = 0;
  PendingRequest init;
  std::vector<Candidate> candidates;
  std::vector<base::Buffer>
      replies;             ///< of all candidates so far, dead ones too: AUTH covers them, and a copy says nothing new
  bool ambiguous = false;  ///< a candidate that failed may have answered another request than we took it to
  std::unique_ptr<api::ReservedSpi> reserved;
};

/// The child SA in the kernel; it goes with the IKE SA.
struct Child {
  std::unique_ptr<api::KernelTunnel> tunnel;
  base::Spi spi_in;
  base::Spi spi_out;
};

struct IkeSa {
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  State state = State::init_sent;
  Session* session = nullptr;  ///< nobody's: only its DELETE is left to do
  api::Path path;
  std::unique_ptr<Negotiation> negotiation;

  // From here on: once it is established.
  std::optional<Protection> protection;
  base::PrfId prf{};
  base::SecretBytes sk_d;
  bool fragmentation = false;
  base::MessageId next_request{2};  ///< 0 was IKE_SA_INIT, 1 IKE_AUTH
  PendingRequest request;
  Reassembly responses;
  PeerWindow peer;
  Reassembly requests;
  std::optional<Child> child;
  base::TimePoint renew_at = base::kNever;
  base::TimePoint ends_at = base::kNever;
};

}  // namespace latchkey::session
