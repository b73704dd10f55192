#pragma once
// What the operator of latchkeyd may say, from a YAML file. The table of keys is in daemon_config_table.cc; the manual
// is printed from it. Nothing here reads the files that the configuration names.

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/cidr.h"
#include "host/common_config.h"
#include "host/placed.h"
#include "ike-engine/api/types.h"

namespace latchkey::host {

/// How we prove who we are: an entry of `identities`, and `own` of a connection. What is not there is empty.
struct OwnEntry {
  Place place;
  std::optional<api::Identity> id;
  PlacedText key;           ///< a private key in PEM
  PlacedText certificates;  ///< PEM, ours first
  PlacedText secret_file;

  api::ProofKind kind() const;
};

/// How a peer may prove who it is: an entry of `peers`, and `peer` of a connection.
struct PeerEntry {
  Place place;
  std::string name;
  api::ProofKind auth = api::ProofKind::anonymous;
  std::optional<api::Identity> id;
  std::vector<PlacedText> keys;       ///< IPSECKEY records as text
  std::vector<PlacedText> key_files;  ///< public keys in PEM
  PlacedText secret_file;
  PlacedText authorities;  ///< PEM
};

/// A secret that is mixed into the keys (RFC 8784): an entry of `ppks`, and `ppk` of a connection.
struct PpkEntry {
  Place place;
  std::string id;  ///< by which both ends know it
  PlacedText secret_file;
  bool required = false;  ///< of a connection

  bool empty() const { return id.empty() && secret_file.empty(); }
};

/// A tunnel that we begin.
struct ConnectionEntry {
  Place place;
  std::string name;
  std::optional<base::Address> remote;
  OwnEntry own;
  PeerEntry peer;
  api::Mode mode = api::Mode::tunnel;
  bool request_address = false;
  PpkEntry ppk;
};

/// Bounds of the tables (security rule 9).
struct DaemonLimits {
  std::size_t sessions = 10000;
  std::size_t sessions_per_address = 100;
  std::size_t half_open = 1000;
  std::size_t half_open_per_address = 20;
  std::size_t cookies_from = 100;

  friend bool operator==(const DaemonLimits&, const DaemonLimits&) = default;
};

/// Every key of latchkeyd.yaml; what is initialised here are the documented defaults.
struct DaemonConfig : CommonConfig {
  std::vector<OwnEntry> identities;
  std::vector<PeerEntry> peers;
  std::vector<api::AddressPool> pools;  ///< at most one a family
  api::Mode mode = api::Mode::tunnel;
  std::vector<PpkEntry> ppks;
  bool ppk_required = false;
  DaemonLimits limits;
  std::chrono::seconds ike_lifetime{14400};
  std::chrono::seconds child_lifetime{3600};
  std::uint64_t child_bytes = 0;
  std::uint64_t child_packets = 0;
  bool pfs = false;
  std::chrono::seconds liveness{30};
  std::chrono::seconds keepalive{20};
  std::chrono::seconds idle{0};
  std::vector<ConnectionEntry> connections;
  /// RFC 6598 and RFC 4193.
  std::vector<Cidr> lease_networks = {{*base::Address::parse("100.64.0.0"), 10}, {*base::Address::parse("fd00::"), 8}};
  std::string user;  ///< empty: kDefaultUser
};

inline constexpr std::string_view kDefaultDaemonConfigPath = "/etc/latchkey/latchkeyd.yaml";
/// Whom the daemon becomes when it is started as root and no user is configured.
inline constexpr std::string_view kDefaultUser = "nobody";

/// Reads a configuration from text. `name` is the file's: it stands in front of errors, which are as of parse_config(),
/// and names of files count from its folder. Also refused: entries that lack what their kind of proof needs, have what
/// it has no use for, or share a name; a configuration that neither serves (identities) nor connects.
std::expected<DaemonConfig, std::string> parse_daemon_config(std::string_view text, const std::string& name);

/// Reads a file of at most 1 MiB.
std::expected<DaemonConfig, std::string> read_daemon_config(const std::string& path);

/// The rows in the order of the manual; "peers[].auth" is a key of each entry of the list `peers`.
std::vector<KeyHelp> daemon_config_keys();
/// The table for a terminal.
std::string daemon_config_help();
/// The page latchkeyd.yaml(5) in mdoc(7).
std::string daemon_config_manual();

}  // namespace latchkey::host
