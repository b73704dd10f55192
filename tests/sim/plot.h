#pragma once
// What a seed says: who is there and how they are configured, what the network does, and what happens when.

#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/api/types.h"
#include "tests/sim/weather.h"

namespace latchkey::sim {

enum class Deed : std::uint8_t {
  connect,      ///< a client wants a tunnel, if it has none
  close,        ///< a client wants no more of its tunnel
  turn_out,     ///< the server ends a session
  crash,        ///< an engine is gone with all that it knew
  restart,      ///< a new one starts in its place
  rebind,       ///< a client's NAT gives it other ports
  move,         ///< a client's NAT, or the client itself, gets another address
  serve_again,  ///< the server's configuration is read again, and may have changed
  replay,       ///< somebody sends a datagram again that once went by
  forge,        ///< somebody answers a client's IKE_SA_INIT in the server's name, or copies its IKE_AUTH
  meddle,       ///< somebody sends into an IKE SA that he has no keys of
  flood,        ///< strangers begin negotiations that they don't mean to finish
  hijack,       ///< from now on somebody else answers at the server's address
  free,         ///< and no longer
  outage,       ///< nothing gets through
  recovery,     ///< it does again
  wear_out,     ///< a kernel says that a child has carried enough
  collide,      ///< two kernels say so of the same child, one soon after the other
  talk,         ///< packets go to the other end, and answers may come
  swap,         ///< two clients have each other's address from now on
  fail,         ///< a kernel refuses what it is asked for
  relent,       ///< and no longer
};
inline constexpr std::size_t kDeeds = static_cast<std::size_t>(Deed::relent) + 1;
std::string_view to_string(Deed deed);

struct Act {
  base::Duration at{};  ///< from the beginning
  Deed deed{};
  std::size_t who = 0;     ///< a client's number from 1; 0 is the server
  std::uint64_t dice = 0;  ///< for what else has to be chosen
};

/// What the server's configuration says: what the plot has, or that with one thing changed.
enum class Reading : std::uint8_t { as_ever, other_pool, no_secrets, no_room, other_mode };
inline constexpr std::size_t kReadings = static_cast<std::size_t>(Reading::other_mode) + 1;

/// A postquantum preshared key of a client's: none, the server's, or one that it does not know.
enum class PpkOwned : std::uint8_t { none, shared, foreign };

/// A client as it is cast.
struct Role {
  api::EngineConfig config;
  api::ProofKind proof = api::ProofKind::anonymous;
  api::Mode mode = api::Mode::tunnel;  ///< what it asks for first
  PpkOwned ppk = PpkOwned::none;
  bool ppk_required = false;
  bool nat = false;
  bool lease = false;     ///< asks for an inner address
  bool impostor = false;  ///< says it is somebody else, and can't prove it
};

struct Plot {
  std::uint64_t seed = 0;
  Weather weather;
  api::EngineConfig server;
  std::vector<Role> clients;
  bool ipv6 = false;
  api::Mode mode = api::Mode::tunnel;  ///< the server's
  bool ppk = false;                    ///< the server has one
  bool ppk_required = false;
  std::size_t pool = 0;  ///< inner addresses that the server leases
  std::size_t max_half_open = 1000;
  std::size_t cookies_from = 100;
  std::size_t max_half_open_per_address = 20;
  std::size_t max_sessions_per_address = 100;
  std::vector<Act> acts;  ///< in the order of time
  base::Duration length{};

  /// The longest that any engine of it goes on with what its peer has forgotten.
  base::Duration patience() const;
  /// Whether the server and this client take each other for what they say they are.
  bool lets_in(const Role& role) const;
};

/// The same for the same seed, everywhere.
Plot plot_of(std::uint64_t seed);
/// Who is there, a line each.
std::string to_string(const Plot& plot);

}  // namespace latchkey::sim
