#include "host/config_table.h"

#include <array>

#include "host/common_keys.h"
#include "host/entry_keys.h"

namespace latchkey::host {
namespace {

constexpr std::array<std::string_view, 3> kUnsignedWords{"ignore", "opportunistic", "require"};

constexpr std::array<std::string_view, 2> kKeyRemovedWords{"keep", "drop"};  // as KeyRemoved

constexpr std::array<std::string_view, 5> kGroupWords{"clear", "clear-or-private", "private-or-clear", "private",
                                                      "block"};  // as GroupKind

ValueResult set_kind(const YAML::Node& node, GroupEntry& group) {
  std::size_t index = 0;
  auto error = read_word(node, kGroupWords, index);
  if (!error) group.kind = static_cast<GroupKind>(index);
  return error;
}

ValueResult set_group_unsigned(const YAML::Node& node, GroupEntry& group) {
  std::size_t index = 0;
  auto error = read_word(node, kUnsignedWords, index);
  if (!error) group.unsigned_policy = static_cast<UnsignedPolicy>(index);
  return error;
}

ValueResult set_domains(const YAML::Node& node, GroupEntry& group) {
  group.domains.clear();
  return read_list(node, kMostNetworks, [&](const std::string& text) -> std::optional<std::string> {
    auto domain = parse_domain(text);
    if (!domain) return fmt::format("expected a domain such as example.org, found {}", escape(text));
    group.domains.push_back(std::move(*domain));
    return std::nullopt;
  });
}

std::string show_general(const GroupEntry&) { return "as everywhere"; }
std::string show_used(const GroupEntry&) { return "it is used"; }

constexpr std::array kGroupTable{
    ConfigKey<GroupEntry>{
        "name", "block|private|private-or-clear|clear-or-private|clear", set_kind, show_nothing,
        "Which group. block: REFUSED. private: a tunnel, or SERVFAIL, also if the name publishes no key. "
        "private-or-clear: a tunnel if there is one in unsigned_deadline_ms, otherwise in clear. clear-or-private and "
        "clear: in clear, without IKE. Required; a group may have several entries."},
    ConfigKey<GroupEntry>{
        "domains", "list of domains", set_domains, show_empty_list,
        "Names that are in it: example.org, and all that end in it; \".\" is every name. The longest that "
        "fits the name or one that it is an alias of counts."},
    ConfigKey<GroupEntry>{"cidrs", "list of networks", set_networks<&GroupEntry::cidrs>, show_empty_list,
                          "Addresses that are in it; for each address the longest network that fits it counts, and "
                          "of a name's addresses the strictest."},
    ConfigKey<GroupEntry>{"files", "list of files", set_texts<&GroupEntry::files>, show_empty_list,
                          "Files with more domains and networks, a line each; # begins a comment. Names of files count "
                          "from the configuration's folder."},
    ConfigKey<GroupEntry>{
        "override", "no|yes", set_flag<&GroupEntry::overrides>, show_flag<&GroupEntry::overrides>,
        "If a name's domain and its addresses are in different groups, the stricter one decides "
        "(block, private, private-or-clear, clear-or-private, clear), unless the other says yes here."},
    ConfigKey<GroupEntry>{"deadline_ms", "100-60000", set_number<&GroupEntry::deadline, 100, 60000>, show_general,
                          "How long a question in this group may wait for its tunnel, in milliseconds."},
    ConfigKey<GroupEntry>{"unsigned", "ignore|opportunistic|require", set_group_unsigned, show_used,
                          "What a key is good for that DNSSEC does not sign. ignore: it is none. The others: it is "
                          "used as the group says."},
};

constexpr std::array kGatewayTable{
    ConfigKey<GatewayEntry>{"address", "IP address", set_address<&GatewayEntry::address>, show_nothing,
                            "The gateway's, as it stands in the record. Required."},
    ConfigKey<GatewayEntry>{"networks", "list of networks", set_networks<&GatewayEntry::networks>, show_empty_list,
                            "Where the addresses lie whose gateway it may be. Required."},
};

using Key = ConfigKey<Config>;

constexpr std::array kTable{
    kIkePortKey<Config>,
    kNatPortKey<Config>,
    Key{"deadline_ms", "100-60000", set_number<&Config::deadline, 100, 60000>, show_number<&Config::deadline>,
        "How long a question may wait for its tunnel, in milliseconds. Unbound's discard-timeout must be larger by "
        "300; if it is not, 1500 is used, or what a shorter one leaves."},
    Key{"unsigned", "ignore|opportunistic|require", set_word<&Config::unsigned_policy, kUnsignedWords>,
        show_word<&Config::unsigned_policy, kUnsignedWords>,
        "What to do about a key that DNSSEC does not sign: ignore it; try it for a short time and "
        "release the address "
        "anyway; or insist on the tunnel."},
    Key{"unsigned_deadline_ms", "10-60000", set_number<&Config::unsigned_deadline, 10, 60000>,
        show_number<&Config::unsigned_deadline>,
        "With unsigned: opportunistic, how long to try before the address is released in clear, in "
        "milliseconds."},
    Key{"failed_peer.first_s", "1-86400", set_number<&Config::failed_first, 1, 86400>,
        show_number<&Config::failed_first>,
        "For how long a peer that failed is not tried again, in seconds; doubles with each further failure."},
    Key{"failed_peer.max_s", "1-86400", set_number<&Config::failed_max, 1, 86400>, show_number<&Config::failed_max>,
        "Up to which time that doubles, in seconds."},
    Key{"limits.peers", "1-1000000", set_limit<&Limits::peers, 1, 1000000>, show_limit<&Limits::peers>,
        "How many peers may have a tunnel or a negotiation. Beyond, questions for further peers fail."},
    Key{"limits.half_open", "1-100000", set_limit<&Limits::half_open, 1, 100000>, show_limit<&Limits::half_open>,
        "How many negotiations may go on at once. Beyond, questions that need another one fail."},
    Key{"limits.waiting", "1-1000000", set_limit<&Limits::waiting, 1, 1000000>, show_limit<&Limits::waiting>,
        "How many questions may wait for their key or for tunnels at once, half of them of one client. Beyond, further "
        "ones fail at once."},
    Key{"limits.per_client", "1-1000000", set_limit<&Limits::per_client, 1, 1000000>, show_limit<&Limits::per_client>,
        "How many negotiations one client's questions may begin in a burst; a tenth of that comes back each "
        "second, and what succeeds costs nothing. Beyond, its questions that need another one fail. An IPv6 "
        "client is its /64."},
    Key{"limits.per_zone", "1-1000000", set_limit<&Limits::per_zone, 1, 1000000>, show_limit<&Limits::per_zone>,
        "The same for all names that end in the same two labels, such as a.example.org and b.example.org. Names "
        "that end in the same three have half of it, those of a top-level domain sixteen times as much."},
    kIkeProposalsKey<Config>,
    kEspProposalsKey<Config>,
    Key{"groups", "list of entries", set_entries<&Config::groups, group_entry_table, kMostGroups>, show_empty_list,
        "Names and addresses for which something else holds than what DNSSEC and the name's key say by themselves."},
    Key{"on_key_removed", "keep|drop", set_word<&Config::on_key_removed, kKeyRemovedWords>,
        show_word<&Config::on_key_removed, kKeyRemovedWords>,
        "What becomes of a name's tunnel when DNSSEC proves that its key is gone and the name is given out in clear "
        "again. keep: traffic with its address stays in the tunnel until nothing uses it. drop: the tunnel ends at "
        "once, and with it what keeps plaintext from that address, unless another name, whose key is not gone, has "
        "been given out for it."},
    Key{"gateways", "list of entries", set_entries<&Config::gateways, gateway_entry_table, kMostGateways>,
        show_empty_list,
        "Gateways that a signed IPSECKEY record may name (types 1 and 2) for addresses of others. Any other is refused "
        "unless the reverse zone of the address, signed, names it with the same key. The gateway has to let us speak "
        "with the address alone."},
    Key{"observe", "no|yes", set_flag<&Config::observe>, show_flag<&Config::observe>,
        "yes: nothing is refused or negotiated, and an answer waits at most unsigned_deadline_ms for its key. Each "
        "answer that would have been is counted and logged with a "
        "verdict that begins with would-."},
    Key{"allow_private", "list of networks", set_networks<&Config::allow_private>, show_empty_list,
        "Networks among the private and other special-purpose ones to whose addresses DNS may make us "
        "speak IKE, such "
        "as [10.0.0.0/8]. Loopback and our own addresses stay excluded unless they are listed too."},
    Key{"gateway_for", "list of networks", set_networks<&Config::gateway_for>, show_empty_list,
        "Networks of clients whose traffic crosses this host, such as [192.168.7.0/24] on a site's gateway. Latchkey "
        "refuses to start if an access-control line of Unbound's allows anybody but these and this host's own "
        "addresses, or an interface-action line any interface but loopback: the traffic of such clients would not be "
        "in the tunnels. [0.0.0.0/0, ::/0] allows every access-control line."},
    kReplayWindowKey<Config>,
    kEncapsulationKey<Config>,
    kLogLevelKey<Config>,
};

}  // namespace

ConfigTable<Config> config_table() { return kTable; }
ConfigTable<GroupEntry> group_entry_table() { return kGroupTable; }
ConfigTable<GatewayEntry> gateway_entry_table() { return kGatewayTable; }

}  // namespace latchkey::host
