#include "host/daemon_config_table.h"

#include <array>

#include "host/common_keys.h"
#include "host/entry_keys.h"

namespace latchkey::host {
namespace {

constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kMostPools = 2;
constexpr std::uint64_t kDay = 86400;

constexpr std::array<std::string_view, 4> kProofWords{"anonymous", "key", "psk", "certificate"};  // as api::ProofKind
constexpr std::array<std::string_view, 2> kModeWords{"tunnel", "transport"};

ValueResult set_pools(const YAML::Node& node, DaemonConfig& config) {
  config.pools.clear();
  return read_list(node, kMostPools, [&](const std::string& text) -> std::optional<std::string> {
    const auto pool = parse_pool(text);
    if (!pool) return pool.error();
    for (const api::AddressPool& other : config.pools) {
      if (other.first.family() == pool->first.family()) return "expected at most one pool a family";
    }
    config.pools.push_back(*pool);
    return std::nullopt;
  });
}

std::string show_default_peers(const DaemonConfig&) { return "[{auth: anonymous}]"; }
std::string show_default_user(const DaemonConfig&) { return std::string(kDefaultUser); }

constexpr std::array kOwnTable{
    ConfigKey<OwnEntry>{"id", "identity", set_identity<&OwnEntry::id>, show_nothing,
                        "Who we say we are: a name (server.example), a mailbox (user@site.example), an address, or "
                        "keyid:HEX; fqdn:, email: and ip: in front say the type. With certificates it may be left out: "
                        "it is the certificate's subject then."},
    ConfigKey<OwnEntry>{"key", "file", set_text<&OwnEntry::key>, show_nothing,
                        "The private key in PEM, not encrypted: RSA of 2048 to 4096 bits, ECDSA on P-256, P-384 or "
                        "P-521, or Ed25519 (`latchkeyctl keygen` makes one). Only root or latchkeyd's user may have "
                        "any right to the file."},
    ConfigKey<OwnEntry>{"certificates", "file", set_text<&OwnEntry::certificates>, show_nothing,
                        "The key's certificate in PEM, and behind it those of the CAs between it and one that peers "
                        "know."},
    ConfigKey<OwnEntry>{"secret_file", "file", set_text<&OwnEntry::secret_file>, show_nothing,
                        "Instead of a key: a shared secret of at least 16 characters (or 0x and hex, or 0s and "
                        "base64). Kept like a key."},
};

constexpr std::array kPeerTable{
    ConfigKey<PeerEntry>{"name", "word", set_name<&PeerEntry::name>, show_nothing,
                         "What logs and status call it. Without a name: the value of auth."},
    ConfigKey<PeerEntry>{
        "auth", "anonymous|key|psk|certificate", set_word<&PeerEntry::auth, kProofWords>,
        show_word<&PeerEntry::auth, kProofWords>,
        "How it proves who it is: not at all (AUTH_NULL), by one of the public keys below, by a shared "
        "secret, or by a certificate."},
    ConfigKey<PeerEntry>{"id", "identity", set_identity<&PeerEntry::id>, show_nothing,
                         "Whom it has to say it is, as in identities. Without it: anybody who has the proof."},
    ConfigKey<PeerEntry>{"keys", "list of records", set_texts<&PeerEntry::keys>, show_empty_list,
                         "auth: key. Its public keys as IPSECKEY records: the record's data (\"10 0 4 . AQNR...\") or "
                         "the whole line of a zone file."},
    ConfigKey<PeerEntry>{"key_files", "list of files", set_texts<&PeerEntry::key_files>, show_empty_list,
                         "auth: key. The same as files: a public key in PEM, each."},
    ConfigKey<PeerEntry>{"secret_file", "file", set_text<&PeerEntry::secret_file>, show_nothing,
                         "auth: psk. The shared secret, as in identities."},
    ConfigKey<PeerEntry>{"authorities", "file", set_text<&PeerEntry::authorities>, show_nothing,
                         "auth: certificate. The CAs, in PEM, of which one has to vouch for it. Revocation is not "
                         "checked."},
};

constexpr std::array kPpkTable{
    ConfigKey<PpkEntry>{"id", "word", set_name<&PpkEntry::id>, show_nothing,
                        "By which both ends know it; it goes over the wire protected. Required."},
    ConfigKey<PpkEntry>{
        "secret_file", "file", set_text<&PpkEntry::secret_file>, show_nothing,
        "The secret: at least 32 characters, or octets as 0x and hex or 0s and base64. Kept like a key. "
        "Required."},
    ConfigKey<PpkEntry>{"required", "yes|no", set_flag<&PpkEntry::required>, show_flag<&PpkEntry::required>,
                        "Of a connection: whether there is rather no tunnel than one without it."},
};

constexpr std::array kConnectionTable{
    ConfigKey<ConnectionEntry>{"name", "word", set_name<&ConnectionEntry::name>, show_nothing,
                               "What logs and status call it. Required."},
    ConfigKey<ConnectionEntry>{"remote", "address", set_address<&ConnectionEntry::remote>, show_nothing,
                               "The peer's address. Required. From the first success on, nothing goes there in clear "
                               "while latchkeyd runs."},
    ConfigKey<ConnectionEntry>{"own", "section", set_entry<&ConnectionEntry::own, own_entry_table>, show_nothing,
                               "Who we are there, with the keys of an entry of identities. Without it: nobody."},
    ConfigKey<ConnectionEntry>{"peer", "section", set_entry<&ConnectionEntry::peer, peer_entry_table>, show_nothing,
                               "Whom we believe, with the keys of an entry of peers. Required, and not anonymous."},
    ConfigKey<ConnectionEntry>{"mode", "tunnel|transport", set_word<&ConnectionEntry::mode, kModeWords>,
                               show_word<&ConnectionEntry::mode, kModeWords>, "What to ask for."},
    ConfigKey<ConnectionEntry>{"request_address", "yes|no", set_flag<&ConnectionEntry::request_address>,
                               show_flag<&ConnectionEntry::request_address>, "Whether to ask for an inner address."},
    ConfigKey<ConnectionEntry>{
        "ppk", "section", set_entry<&ConnectionEntry::ppk, ppk_entry_table>, show_nothing,
        "A secret that keeps what is recorded today safe from a quantum computer (RFC 8784), with "
        "the keys of an entry of ppks."},
};

using Key = ConfigKey<DaemonConfig>;

constexpr std::array kTable{
    kIkePortKey<DaemonConfig>,
    kNatPortKey<DaemonConfig>,
    Key{"identities", "list of sections", set_entries<&DaemonConfig::identities, own_entry_table, kMostEntries>,
        show_empty_list,
        "Who we are to those who come. A client may name the one that it wants; the first is for all others. Without "
        "any, nobody may come and latchkeyd only makes the connections below."},
    Key{"peers", "list of sections", set_entries<&DaemonConfig::peers, peer_entry_table, kMostEntries>,
        show_default_peers, "Who may come. They are tried in order."},
    Key{"pools", "list of FIRST-LAST or networks", set_pools, show_empty_list,
        "Inner addresses that clients get who ask for one, at most one pool for each family, such as [100.64.0.0/16]. "
        "Clients behind a NAT need one."},
    Key{"mode", "tunnel|transport", set_word<&DaemonConfig::mode, kModeWords>,
        show_word<&DaemonConfig::mode, kModeWords>, "transport: those who come and want a tunnel are refused."},
    Key{"ppks", "list of sections", set_entries<&DaemonConfig::ppks, ppk_entry_table, kMostEntries>, show_empty_list,
        "Secrets beside the proofs (RFC 8784): a client that has one of them names it, and keys are mixed with it, so "
        "that what is recorded today stays safe from a quantum computer."},
    Key{"ppk_required", "yes|no", set_flag<&DaemonConfig::ppk_required>, show_flag<&DaemonConfig::ppk_required>,
        "Whether only those may come who have one of ppks."},
    Key{"limits.sessions", "1-1000000", set_limit<&DaemonLimits::sessions, 1, 1000000>,
        show_limit<&DaemonLimits::sessions>, "How many peers may have a session. Beyond, further ones are refused."},
    Key{"limits.sessions_per_address", "1-1000000", set_limit<&DaemonLimits::sessions_per_address, 1, 1000000>,
        show_limit<&DaemonLimits::sessions_per_address>,
        "The same for those who come from one address: those behind a NAT, for instance."},
    Key{"limits.half_open", "1-100000", set_limit<&DaemonLimits::half_open, 1, 100000>,
        show_limit<&DaemonLimits::half_open>,
        "How many negotiations may be unfinished. Beyond, who begins another one gets no answer."},
    Key{"limits.half_open_per_address", "1-100000", set_limit<&DaemonLimits::half_open_per_address, 1, 100000>,
        show_limit<&DaemonLimits::half_open_per_address>, "The same for those of one address."},
    Key{"limits.cookies_from", "0-100000", set_limit<&DaemonLimits::cookies_from, 0, 100000>,
        show_limit<&DaemonLimits::cookies_from>,
        "From how many unfinished negotiations on a client first has to show, by a COOKIE, that it gets what is sent "
        "to its address. 0: always."},
    Key{"lifetime.ike_s", "60-604800", set_number<&DaemonConfig::ike_lifetime, 60, 7 * kDay>,
        show_number<&DaemonConfig::ike_lifetime>, "For how long the keys of an IKE SA are used, in seconds."},
    Key{"lifetime.child_s", "60-86400", set_number<&DaemonConfig::child_lifetime, 60, kDay>,
        show_number<&DaemonConfig::child_lifetime>, "The same for the keys of ESP."},
    Key{"lifetime.child_bytes", "0-1152921504606846976",
        set_number<&DaemonConfig::child_bytes, 0, std::uint64_t{1} << 60>, show_number<&DaemonConfig::child_bytes>,
        "After how many bytes they are changed earlier. 0: never for that reason."},
    Key{"lifetime.child_packets", "0-1152921504606846976",
        set_number<&DaemonConfig::child_packets, 0, std::uint64_t{1} << 60>, show_number<&DaemonConfig::child_packets>,
        "The same in packets."},
    Key{"pfs", "yes|no", set_flag<&DaemonConfig::pfs>, show_flag<&DaemonConfig::pfs>,
        "Whether new keys of ESP get a key exchange of their own, beside that of their IKE SA."},
    Key{"liveness_s", "0-86400", set_number<&DaemonConfig::liveness, 0, kDay>, show_number<&DaemonConfig::liveness>,
        "After how many seconds without a packet from a peer it is asked whether it still lives. 0: never."},
    Key{"keepalive_s", "0-3600", set_number<&DaemonConfig::keepalive, 0, 3600>, show_number<&DaemonConfig::keepalive>,
        "How often the NAT in front of us is reminded of a tunnel without traffic, in seconds. 0: never."},
    Key{"idle_s", "0-604800", set_number<&DaemonConfig::idle, 0, 7 * kDay>, show_number<&DaemonConfig::idle>,
        "After how many seconds without traffic the session of one who has come ends. 0: never."},
    kIkeProposalsKey<DaemonConfig>,
    kEspProposalsKey<DaemonConfig>,
    kReplayWindowKey<DaemonConfig>,
    kEncapsulationKey<DaemonConfig>,
    Key{"connections", "list of sections",
        set_entries<&DaemonConfig::connections, connection_entry_table, kMostEntries>, show_empty_list,
        "Tunnels that we begin, and begin again when they end."},
    Key{"lease_networks", "list of networks", set_networks<&DaemonConfig::lease_networks>,
        show_networks<&DaemonConfig::lease_networks>,
        "Where an inner address that we have asked for (request_address) may lie. A peer that gives us another gets no "
        "tunnel, or it could draw any traffic of ours to itself."},
    Key{"user", "user's name", set_name<&DaemonConfig::user>, show_default_user,
        "Whom latchkeyd becomes when it is started as root. It keeps CAP_NET_ADMIN and CAP_NET_BIND_SERVICE and "
        "nothing "
        "else. The files above must be his if they are to be read again at a reload."},
    kLogLevelKey<DaemonConfig>,
};

}  // namespace

ConfigTable<DaemonConfig> daemon_config_table() { return kTable; }
ConfigTable<OwnEntry> own_entry_table() { return kOwnTable; }
ConfigTable<PeerEntry> peer_entry_table() { return kPeerTable; }
ConfigTable<PpkEntry> ppk_entry_table() { return kPpkTable; }
ConfigTable<ConnectionEntry> connection_entry_table() { return kConnectionTable; }
std::string_view auth_word(api::ProofKind kind) { return kProofWords[static_cast<std::size_t>(kind)]; }

}  // namespace latchkey::host
