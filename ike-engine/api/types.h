#pragma once
// Values that go into the engine and come out of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ike-engine/api/credentials.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/ids.h"
#include "ike-engine/base/secret.h"
#include "ike-engine/base/time.h"

namespace latchkey::crypto {
class Kem;
}

namespace latchkey::api {

/// One negotiation and the IKE SA it becomes. Never reused within an engine's life.
using SessionId = base::Strong<struct SessionIdTag, std::uint64_t>;

/// Where a datagram goes or came from. `nat_port`: on the UDP 4500 sockets, where the host puts the non-ESP marker in
/// front of IKE and takes it off again; the engine never sees the marker.
struct Path {
  base::Endpoint local;
  base::Endpoint remote;
  bool nat_port = false;

  friend bool operator==(const Path&, const Path&) = default;
};

struct Datagram {
  Path path;
  base::Buffer bytes;
  bool keepalive = false;  ///< as it stands, without non-ESP marker (RFC 3948 section 2.3)
};

enum class Mode : std::uint8_t { tunnel, transport };

/// The transforms of ESP with the cipher's key size.
struct EspSuite {
  base::EncrId encr = base::EncrId::aes_gcm_16;
  std::uint16_t key_bits = 256;  ///< 256 for ChaCha20-Poly1305 too, though its transform has no such attribute
  bool esn = true;
  base::IntegId integ = base::IntegId::none;  ///< none for an AEAD, and only for one

  /// "AES_GCM_16_256/ESN", "AES_CBC_256/HMAC_SHA2_256_128/ESN".
  std::string to_string() const;
  friend bool operator==(const EspSuite&, const EspSuite&) = default;
};

/// What was agreed for IKE itself.
struct IkeSuite {
  base::EncrId encr = base::EncrId::aes_gcm_16;
  std::uint16_t key_bits = 256;
  base::PrfId prf = base::PrfId::hmac_sha2_256;
  base::KeMethod ke = base::KeMethod::x25519;
  base::IntegId integ = base::IntegId::none;  ///< none for an AEAD, and only for one

  /// "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519", "AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519".
  std::string to_string() const;
  friend bool operator==(const IkeSuite&, const IkeSuite&) = default;
};

/// When the kernel is to say that an SA should be replaced; 0: never for that reason.
struct SoftLimits {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
};

/// Both SAs of a child and everything that the kernel needs of them.
struct ChildSa {
  Mode mode = Mode::tunnel;
  EspSuite suite;
  base::Address local;  ///< outer and, without a lease, inner address
  base::Address remote;
  bool encapsulated = true;  ///< in UDP between the two ports below
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  base::Spi spi_in;
  base::Spi spi_out;
  base::SecretBytes
      key_in;  ///< its share of KEYMAT: key, salt (RFC 4106, RFC 7634, ...), integrity key if there is one
  base::SecretBytes key_out;
  std::optional<base::ReqId> reqid = {};           ///< of the child that this one replaces or stands beside
  std::optional<base::Address> inner_local = {};   ///< our inner address, if it is not `local` (a lease)
  std::optional<base::Address> inner_remote = {};  ///< the peer's
  bool guard = true;                               ///< block plaintext to the peer, too (an initiator's promise)
  bool sending = true;  ///< false: packets only come in by it, until KernelTunnel::start_sending()
  SoftLimits soft = {};
};

struct ChildCounters {
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t packets_in = 0, packets_out = 0;
};

/// An SA of a child's has come to a limit that the kernel was told: named as the kernel names it.
struct Expired {
  base::Address destination;  ///< of its packets: ours for an inbound SA
  base::Spi spi;
  bool hard = false;  ///< the SA is gone; otherwise it should be replaced soon

  friend bool operator==(const Expired&, const Expired&) = default;
};

/// Why a negotiation or an SA ended.
enum class Reason : std::uint8_t {
  timeout,        ///< no answer
  no_proposal,    ///< NO_PROPOSAL_CHOSEN, or an answer that we did not offer
  auth_failed,    ///< no key of the set verifies the server's AUTH
  peer_refused,   ///< another error notify; see `notify`
  bad_selectors,  ///< not exactly the two hosts, or TS_UNACCEPTABLE
  malformed,      ///< an authenticated message that breaks the RFC
  kernel,         ///< the kernel refused
  limit,          ///< a table is at its bound
  deleted_by_peer,
  closed,     ///< by us
  lifetime,   ///< the SA's own end
  dead_peer,  ///< liveness check unanswered
  idle,       ///< no traffic for as long as it was given
  replaced,   ///< the same client has come again
};
std::string_view to_string(Reason reason);

/// The tunnel is up: both SAs and the policies are in the kernel. A responder's session begins with it.
struct Established {
  SessionId session;
  DnsKey key;               ///< raw_key: the one that matched
  std::string key_name;     ///< "RSA-3072"; empty where no key was proven
  std::string auth_scheme;  ///< "RSA-PSS-SHA256", "NULL", "PSK"
  IkeSuite ike;
  EspSuite esp;
  Mode mode = Mode::tunnel;
  bool encapsulated = true;
  base::Spi spi_in;
  base::Spi spi_out;
  base::ReqId reqid;
  std::uint16_t exchanges = 0;           ///< round trips that it took; 0 as a responder
  bool initiator = true;                 ///< whether we began
  ProofKind proof = ProofKind::raw_key;  ///< how the peer has proven who it is
  std::string peer = {};                 ///< its identity, escaped; the rule that let it in, in front, if there is one
  Path path = {};                        ///< where the peer is
  std::optional<base::Address> inner_local = {}, inner_remote = {};  ///< leased, or a host behind a gateway
  std::vector<base::KeMethod> additional = {};  ///< key exchanges beside that of `ike`, in their order
};

/// A child of an established session has taken another's place: other SPIs, the same traffic.
struct Rekeyed {
  SessionId session;
  EspSuite esp;
  base::Spi old_spi_in;
  base::Spi spi_in;
  base::Spi spi_out;
};

/// The negotiation failed; nothing of it is left in the kernel (security rule 2).
struct Failed {
  SessionId session;
  Reason reason{};
  std::uint16_t notify = 0;  ///< the peer's error notify, 0 if none
  std::string detail;        ///< for a person; holds no octet of the peer's that is not escaped
};

/// A tunnel that was up is down; its SAs are gone, guards stay as the kernel port says.
struct Down {
  SessionId session;
  Reason reason{};
};

/// A step worth telling: for `explain`, the demo and the log.
struct Progress {
  SessionId session;
  std::string_view step;  ///< static: "ike_sa_init_sent", "cookie", "invalid_ke", "ike_auth_sent", ...
  std::string detail;     ///< key=value text, escaped
};

using Event = std::variant<Established, Rekeyed, Failed, Down, Progress>;

/// All that a call of the engine brought forth, in order.
struct Output {
  std::vector<Datagram> datagrams;
  std::vector<Event> events;
};

/// "Talk to this server, which is to prove one of these keys." Move-only where `own` or `peers` hold secrets.
struct ConnectRequest {
  base::Endpoint local;  ///< our address for this peer, port of the IKE socket
  base::Address remote;
  std::vector<DnsKey> keys = {};            ///< raw keys in order of preference
  base::TimePoint deadline = base::kNever;  ///< when to give up
  OwnProof own = {};                        ///< anonymous unless configured
  std::vector<PeerProof> peers = {};        ///< other proofs that do, beside one of `keys`
  std::optional<Identity> ask_for = {};     ///< IDr: whom we want, where a server has several identities
  Mode mode = Mode::tunnel;
  bool request_address = false;  ///< ask for an inner address (CP)
  std::optional<Ppk> ppk = {};
  /// The host that `remote` is the gateway of, of the same family: the child's traffic is with it. Tunnel mode only.
  std::optional<base::Address> behind = {};
  /// A session of ours with the same peer, whose traffic this one is to carry on: packets come in by either as long as
  /// both are up. Nothing is shared with one that has ended, or whose child is for other hosts.
  std::optional<SessionId> beside = {};
};

/// A range of inner addresses that a responder leases, one a client.
struct AddressPool {
  base::Address first, last;  ///< of one family
};

/// The server's side: who we are there, who may come and how many.
struct ResponderConfig {
  std::vector<OwnProof> identities;  ///< chosen by the client's IDr; the first if it has none
  std::vector<PeerProof> peers;      ///< in order
  std::vector<AddressPool> pools;    ///< at most one a family
  std::vector<Ppk> ppks = {};        ///< a client may use one of them
  bool ppk_required = false;         ///< and has to
  std::size_t max_half_open = 1000;  ///< then further clients are turned away
  std::size_t cookies_from = 100;    ///< half-open negotiations from which on a COOKIE is demanded; 0: always
  std::size_t max_half_open_per_address = 20;
  std::size_t max_sessions_per_address = 100;
  Mode mode = Mode::tunnel;  ///< transport: tunnels are refused with NO_PROPOSAL_CHOSEN
};

struct Network {
  base::Address address;
  unsigned prefix = 0;
};

/// A key exchange beside the first one (RFC 9370), in an IKE_INTERMEDIATE of its own.
struct AdditionalExchange {
  base::KeMethod method{};
  const crypto::Kem* kem = nullptr;  ///< outlives the engine
};

/// What is offered and how patient we are. All durations in microseconds (base::Duration).
struct EngineConfig {
  std::vector<IkeSuite> ike;  ///< offered, in order of preference; empty: the defaults of policy/
  std::vector<EspSuite> esp;
  std::vector<IkeSuite> answered_ike =
      {};  ///< taken of a peer's offer; empty: `ike` or, without that, all that will do
  std::vector<EspSuite> answered_esp = {};
  bool encapsulate = true;  ///< always UDP-encapsulate (DESIGN.md "Kernel"); false: native ESP unless a NAT is there
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
  std::uint16_t peer_ike_port = 500;
  std::uint16_t peer_nat_port = 4500;
  std::size_t max_sessions = 10000;
  std::size_t max_half_open = 1000;
  base::Duration first_retransmit = std::chrono::milliseconds(500);
  unsigned max_retransmits = 6;
  base::Duration lifetime = std::chrono::hours(1);      ///< of a child: then its keys are changed
  base::Duration ike_lifetime = std::chrono::hours(4);  ///< of an IKE SA: the same
  SoftLimits child_limits = {};                         ///< of a child, by traffic
  base::Duration liveness =
      std::chrono::seconds(30);  ///< without a packet from the peer: ask whether it lives; 0: never
  base::Duration keepalive = std::chrono::seconds(20);  ///< behind a NAT, without a packet of ours (RFC 3948); 0: never
  base::Duration idle = {};                             ///< a responder's session without traffic ends; 0: never
  bool pfs = false;  ///< what we ask for has a key exchange of its own for each child; what a peer asks for is taken
  /// Where a leased inner address of ours may lie (security rule 6).
  std::vector<Network> lease_networks = {{*base::Address::parse("100.64.0.0"), 10},
                                         {*base::Address::parse("fd00::"), 8}};
  /// Offered, and taken of a peer's offer, for new IKE SAs; each once, best first, seven at most. A rekeyed IKE SA has
  /// none of its own: its keys are made of the old one's SK_d, which these have gone into.
  std::vector<AdditionalExchange> additional_exchanges = {};
  bool additional_exchanges_required = false;  ///< no IKE SA without all of them
  std::uint16_t fragment_size = 1200;          ///< octets of IKE message, header included
};

/// Counters that only grow; each datagram that is not acted upon is counted in exactly one of the drops.
struct EngineStats {
  std::uint64_t received = 0, sent = 0, retransmitted = 0;
  std::uint64_t dropped_malformed = 0, dropped_unknown_sa = 0, dropped_bad_icv = 0, dropped_no_transition = 0,
                dropped_message_id = 0, dropped_limit = 0;
  std::uint64_t established = 0, failed = 0, down = 0;
  std::uint64_t rekeyed = 0, cookies_sent = 0, half_open_refused = 0;
  std::uint64_t complaints_made = 0;   ///< INVALID_MESSAGE_ID, to an established IKE SA's peer
  std::uint64_t complaints_heard = 0;  ///< of such a peer: the same, and INVALID_SPI
};

}  // namespace latchkey::api
