#pragma once
// What is known of one IKE SA, from the first IKE_SA_INIT request to the answer to its DELETE.

#include <memory>
#include <optional>
#include <vector>

#include "ike-engine/api/ports.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/session/fragments.h"
#include "ike-engine/session/half_open.h"
#include "ike-engine/session/intermediate.h"
#include "ike-engine/session/ppk.h"
#include "ike-engine/session/proof.h"
#include "ike-engine/session/protect.h"
#include "ike-engine/session/trust.h"
#include "ike-engine/session/window.h"
#include "ike-engine/wire/sa.h"

namespace latchkey::session {

/// Security rule 5: differing replies to one IKE_SA_INIT that are followed up, and restarts that they may cause.
inline constexpr std::size_t kMaxCandidates = 3;
inline constexpr unsigned kMaxCookies = 3;
inline constexpr unsigned kMaxInvalidKe = 2;
/// Replies that looked acceptable and were not (another suite than offered, a bad public value); then we stop looking.
inline constexpr unsigned kMaxUnacceptable = 16;
/// Octets of our nonces: half the key size of the largest PRF, as RFC 7296 section 2.10 demands.
inline constexpr std::size_t kNonceSize = 32;
/// RFC 7296 section 2.6: 1 to 64 octets.
inline constexpr std::size_t kMaxCookieSize = 64;

/// Children of one IKE SA, those that are being replaced included; a new one is taken while half of them are in use, so
/// that each can be rekeyed.
inline constexpr std::size_t kMaxChildren = 16;

/// Who began the IKE SA. Rekeyed by the other side, a new IKE SA's roles are swapped.
enum class Role : std::uint8_t { initiator, responder };

enum class State : std::uint8_t {
  init_sent,    ///< IKE_SA_INIT is out, no candidate is alive
  auth_sent,    ///< at least one candidate was sent its IKE_INTERMEDIATE or IKE_AUTH
  half_open,    ///< as responder: IKE_SA_INIT is answered, nothing is proven yet
  established,  ///< the peer has proven who it is
  bystander,    ///< carries nothing: the peer has rekeyed it, or has made it while our own rekeying was under way
  abandoned,    ///< we gave up with IKE_AUTH out: a server that answers late gets a DELETE
  deleting,     ///< our DELETE is out
  lingering,    ///< over; only the last answer is kept for copies of the request
  dead,         ///< to be removed
};

/// What a caller of the engine sees as one: the tunnel to one server, through one IKE SA after the other.
struct Session {
  api::SessionId id;
  bool initiator = true;  ///< whether we began; a rekeyed IKE SA's role may differ
  base::Endpoint local;
  base::Address remote;
  std::optional<api::Identity> ask_for;
  Proof proof;                    ///< ours, as initiator
  std::unique_ptr<api::Ppk> ppk;  ///< as initiator
  std::vector<Trust> trusted;     ///< how the peer may prove who it is; once it has, only that
  api::Mode mode = api::Mode::tunnel;
  bool request_address = false;
  bool known = true;                        ///< the peer has proven something: it is not anonymous
  api::Identity peer;                       ///< whom that makes it, if it can be nobody else
  bool may_be_behind_nat = false;           ///< as responder: what the client says of its address is not what we see
  std::optional<base::Address> lease;       ///< as responder: what the client got from a pool
  std::optional<base::Address> holds;       ///< the inner address that its child is for
  std::unique_ptr<api::Established> story;  ///< as responder: what is to be told when there is a child
  base::IkeSpi current;                     ///< the IKE SA whose child is in use; 0 before Established
  base::IkeSpi pending;                     ///< the one that is being negotiated; 0 if none
  std::uint16_t exchanges = 0;              ///< round trips of the negotiation so far, over all its IKE SAs
  bool told = false;                        ///< Established was said
  api::ChildCounters carried;               ///< by children that have gone
  bool over = false;                        ///< Failed or Down was said
  std::optional<base::Address> behind;      ///< as initiator: whose gateway `remote` is
  std::optional<api::SessionId> beside;     ///< as initiator: whose traffic it is to carry on
  std::vector<api::SessionId> replaces;     ///< as responder: that give way as soon as the client is heard by this one

  /// Whether the peer can be told from others when it comes again.
  bool has_name() const { return known && peer.type != base::IdType::null; }
  /// As initiator: the host that the child's traffic is with.
  const base::Address& far_end() const { return behind ? *behind : remote; }
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
  crypto::IkeKeys keys;  ///< without SK_e and SK_a, which protection has
  Protection protection;
  api::Path path;
  bool fragmentation = false;
  bool encapsulated = false;
  bool behind_nat = false;                       ///< we are
  bool uses_ppk = false;                         ///< the server knows some
  std::optional<AuthKeySet> without_ppk = {};    ///< for a server that does not know ours
  std::vector<base::HashAlgorithm> hashes = {};  ///< that the server verifies signatures with; empty: it did not say
  std::size_t attempt = 0;                       ///< index of the request that it is taken to answer
  bool ambiguous = false;                        ///< other attempts fit as well
  Intermediate intermediate = {};
  PendingRequest request;  ///< IKE_INTERMEDIATE while one is due, then IKE_AUTH
  Reassembly responses;
};

/// Our half of an additional key exchange, the same for all candidates.
struct EncapsulationKey {
  base::KeMethod method{};
  crypto::Kem::KeyPair key;
};

/// What we want of a peer once the IKE SA is established. One after the other: our window is one request.
enum class Errand : std::uint8_t {
  liveness,
  delete_child,
  disown_child,  ///< the peer has made a child of our request that we can't take
  delete_ike,
  complain,  ///< of the message ID in IkeSa::complaints
  new_child,
  rekey_child,
  rekey_ike,
};
struct Wish {
  Errand errand{};
  base::Spi child = {};  ///< spi_in of the child that it is about; of new_child: that it stands in for, if any

  friend bool operator==(const Wish&, const Wish&) = default;
};

/// What a child hands on to the one that takes its place.
struct ChildTraits {
  api::EspSuite suite;
  api::Mode mode = api::Mode::tunnel;
  std::optional<base::ReqId> reqid = {};
  std::optional<base::Address> inner_local = {}, inner_remote = {};  ///< leased, or a host behind a gateway
};

/// What the peer has made by rekeying the same as we do, at the same time (RFC 7296 section 2.8).
struct Rival {
  base::IkeSpi ike_sa = {};  ///< our SPI, of an IKE SA
  base::Spi child = {};      ///< spi_in, of a child
  base::Buffer nonce = {};   ///< the lower one of its exchange
};

/// A CREATE_CHILD_SA of ours, from request to answer.
struct Creation {
  base::Buffer nonce;
  wire::Sa offer;
  std::optional<crypto::KeyExchange> key_exchange;
  ChildTraits traits;                          ///< of a child
  bool old_unconfirmed = false;                ///< the peer may not have our answer yet that has made the old child
  std::unique_ptr<api::ReservedSpi> reserved;  ///< of a child
  base::IkeSpi new_spi;                        ///< of an IKE SA
  unsigned invalid_kes = 0;
  std::optional<Rival> rival;
};

/// The exchange of ours that is under way.
struct OwnExchange {
  Wish wish;
  std::unique_ptr<Creation> creation;  ///< CREATE_CHILD_SA only
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
  std::vector<crypto::KeyExchange> key_exchanges;    ///< one for each method used
  std::vector<EncapsulationKey> encapsulation_keys;  ///< the same
  std::vector<Attempt> attempts;
  base::Buffer cookie;
  base::Buffer held_cookie;  ///< of a wary plan: goes out with the next retransmission
  unsigned cookies = 0;
  unsigned invalid_kes = 0;
  unsigned unacceptable = 0;
  PendingRequest init;
  std::vector<Candidate> candidates;
  std::vector<Candidate> spurned;  ///< that proved nothing: told so when the negotiation is over
  std::vector<base::Buffer>
      replies;             ///< of all candidates so far, dead ones too: AUTH covers them, and a copy says nothing new
  bool ambiguous = false;  ///< a candidate that failed may have answered another request than we took it to
  std::unique_ptr<api::ReservedSpi> reserved;
};

/// What a child is to its IKE SA.
enum class Standing : std::uint8_t {
  in_use,
  rival,     ///< made by the peer while our own rekeying is under way: which of the two stays is not known yet
  replaced,  ///< another one carries its traffic: only its DELETE is to come
};

/// A child SA pair in the kernel; it goes with the IKE SA.
struct Child {
  std::unique_ptr<api::KernelTunnel> tunnel;
  base::Spi spi_in;
  base::Spi spi_out;
  api::EspSuite suite;
  api::Mode mode = api::Mode::tunnel;
  std::optional<base::Address> inner_local = {}, inner_remote = {};  ///< leased, or a host behind a gateway
  Standing standing = Standing::in_use;
  bool sending = true;  ///< packets go out by it; if not, they do when the one goes that it replaces
  base::TimePoint rekey_at = base::kNever;
  base::TimePoint ends_at = base::kNever;

  ChildTraits traits() const { return {suite, mode, tunnel->reqid(), inner_local, inner_remote}; }
};

/// What the kernel's counters have told of an IKE SA's children so far.
struct Pulse {
  base::TimePoint look_at = base::kNever;  ///< when they are read next
  base::TimePoint looked_at{};             ///< and were read last
  std::uint64_t packets_in = 0;            ///< as read
  std::uint64_t packets_out = 0;
  std::uint64_t out_when_heard = 0;  ///< packets_out when the peer was last known to live
  base::TimePoint esp_out{};         ///< when packets_out was last seen to have grown
  base::TimePoint traffic{};         ///< when either was
};

/// What led nowhere, as peers tell each other (complaints.h), and when it may be told, written down or acted upon
/// again.
struct Complaints {
  base::MessageId id;  ///< of the request that we complain of
  base::TimePoint made_again{}, noted_again{}, mended_again{};
};

struct IkeSa {
  Role role = Role::initiator;
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  State state = State::init_sent;
  Session* session = nullptr;  ///< nobody's: only its DELETE is left to do
  api::Path path;
  std::unique_ptr<Negotiation> negotiation;  ///< as initiator, until it is established
  std::unique_ptr<HalfOpen> half_open;       ///< as responder, until it is established

  // From here on: once it is established.
  std::optional<Protection> protection;
  api::IkeSuite suite;
  base::SecretBytes sk_d;
  bool fragmentation = false;
  bool encapsulated = false;  ///< ESP goes in UDP
  bool behind_nat = false;    ///< we are: the NAT has to be kept open
  base::MessageId next_request;
  PendingRequest request;
  Reassembly responses;
  PeerWindow peer;
  Reassembly requests;
  std::vector<Wish> wishes;               ///< what is to be asked of the peer, in order
  std::unique_ptr<OwnExchange> exchange;  ///< what `request` is about
  std::vector<Child> children;
  base::TimePoint last_heard{};  ///< a message of the peer whose ICV was right
  base::TimePoint last_sent{};
  Pulse pulse;
  Complaints complaints;
  base::TimePoint renew_at = base::kNever;  ///< the IKE SA's own keys are to be changed
  base::TimePoint ends_at = base::kNever;
  bool rekeying_refused = false;                   ///< the peer takes no CREATE_CHILD_SA
  base::TimePoint unwilling_since = base::kNever;  ///< it has answered TEMPORARY_FAILURE ever since

  bool is_initiator() const { return role == Role::initiator; }
  base::IkeSpi own_spi() const { return is_initiator() ? spi_i : spi_r; }
  base::IkeSpi peer_spi() const { return is_initiator() ? spi_r : spi_i; }
  /// Whether the peer's address is fixed: it is the one that the caller named (security rule 6), or the only one that
  /// has heard us (security rule 12).
  bool pinned() const;
  /// By the SPI of the packets that we receive (`spi_in`) or send; nullptr if there is none.
  Child* child_in(base::Spi spi_in);
  Child* child_out(base::Spi spi_out);
  /// The one that carries the session's traffic; nullptr if there is none.
  Child* current_child();
  /// Whether an exchange of ours about it is under way.
  bool is_under_way(Errand errand) const { return exchange && exchange->wish.errand == errand; }
  /// Whether that is under way or waits for its turn.
  bool wants(const Wish& wish) const;
};

/// The header of a message of ours within an IKE SA (RFC 7296 section 3.1).
wire::Header header_of(const IkeSa& sa, base::ExchangeType exchange, bool response, base::MessageId id);

}  // namespace latchkey::session
