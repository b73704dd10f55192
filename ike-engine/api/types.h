#pragma once
// Values that go into the engine and come out of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ike-engine/base/address.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/ids.h"
#include "ike-engine/base/secret.h"
#include "ike-engine/base/time.h"

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
};

/// A public key in the form of the IPSECKEY record: what may authenticate a server.
struct DnsKey {
  std::uint8_t algorithm = 0;  ///< 2 RSA, 3 ECDSA, 4 EdDSA
  base::Buffer key;

  friend auto operator<=>(const DnsKey&, const DnsKey&) = default;
};

enum class Mode : std::uint8_t { tunnel, transport };

/// A transform of ESP with its key size.
struct EspSuite {
  base::EncrId encr = base::EncrId::aes_gcm_16;
  std::uint16_t key_bits = 256;  ///< 256 for ChaCha20-Poly1305 too, though its transform has no such attribute
  bool esn = true;

  /// "AES_GCM_16_256/ESN".
  std::string to_string() const;
  friend bool operator==(const EspSuite&, const EspSuite&) = default;
};

/// What was agreed for IKE itself.
struct IkeSuite {
  base::EncrId encr = base::EncrId::aes_gcm_16;
  std::uint16_t key_bits = 256;
  base::PrfId prf = base::PrfId::hmac_sha2_256;
  base::KeMethod ke = base::KeMethod::x25519;

  /// "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519".
  std::string to_string() const;
  friend bool operator==(const IkeSuite&, const IkeSuite&) = default;
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
  base::SecretBytes key_in;  ///< key and salt as RFC 4106 and RFC 7634 put them together
  base::SecretBytes key_out;
};

struct ChildCounters {
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t packets_in = 0, packets_out = 0;
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
};
std::string_view to_string(Reason reason);

/// The tunnel is up: both SAs and the policies are in the kernel.
struct Established {
  SessionId session;
  DnsKey key;               ///< the one that matched
  std::string key_name;     ///< "RSA-3072"
  std::string auth_scheme;  ///< "RSA-PSS-SHA256"
  IkeSuite ike;
  EspSuite esp;
  Mode mode = Mode::tunnel;
  bool encapsulated = true;
  base::Spi spi_in;
  base::Spi spi_out;
  base::ReqId reqid;
  std::uint16_t exchanges = 0;  ///< round trips that it took
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

using Event = std::variant<Established, Failed, Down, Progress>;

/// All that a call of the engine brought forth, in order.
struct Output {
  std::vector<Datagram> datagrams;
  std::vector<Event> events;
};

/// "Talk to this server, which is to prove one of these keys."
struct ConnectRequest {
  base::Endpoint local;  ///< our address for this peer, port of the IKE socket
  base::Address remote;
  std::vector<DnsKey> keys;                 ///< usable keys in order of preference, at least one
  base::TimePoint deadline = base::kNever;  ///< when to give up
};

/// What is offered and how patient we are. All durations in microseconds (base::Duration).
struct EngineConfig {
  std::vector<IkeSuite> ike;  ///< in order of preference; empty: the defaults of policy/
  std::vector<EspSuite> esp;
  bool encapsulate = true;  ///< always UDP-encapsulate (DESIGN.md "Kernel"); false: native ESP unless a NAT is there
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
  std::uint16_t peer_ike_port = 500;
  std::uint16_t peer_nat_port = 4500;
  std::size_t max_sessions = 10000;
  std::size_t max_half_open = 1000;
  base::Duration first_retransmit = std::chrono::milliseconds(500);
  unsigned max_retransmits = 6;
  base::Duration lifetime = std::chrono::hours(1);  ///< of an IKE SA and its child: then a new one is made
  std::uint16_t fragment_size = 1200;               ///< octets of IKE message, header included
};

/// Counters that only grow; each datagram that is not acted upon is counted in exactly one of the drops.
struct EngineStats {
  std::uint64_t received = 0, sent = 0, retransmitted = 0;
  std::uint64_t dropped_malformed = 0, dropped_unknown_sa = 0, dropped_bad_icv = 0, dropped_no_transition = 0,
                dropped_message_id = 0, dropped_limit = 0;
  std::uint64_t established = 0, failed = 0, down = 0;
};

}  // namespace latchkey::api
