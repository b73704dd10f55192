#include "host/config_table.h"

#include <array>

#include "host/common_keys.h"

namespace latchkey::host {
namespace {

constexpr std::array<std::string_view, 3> kUnsignedWords{"ignore", "opportunistic", "require"};

using Key = ConfigKey<Config>;

constexpr std::array kTable{
    kIkePortKey<Config>,
    kNatPortKey<Config>,
    Key{"deadline_ms", "100-60000", set_number<&Config::deadline, 100, 60000>, show_number<&Config::deadline>,
        "How long a question may wait for its tunnel, in milliseconds. Unbound's discard-timeout must "
        "be larger, or "
        "1500 is used."},
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
        "How many questions may wait for tunnels at once. Beyond, further ones fail at once."},
    Key{"limits.per_client", "1-1000000", set_limit<&Limits::per_client, 1, 1000000>, show_limit<&Limits::per_client>,
        "How many negotiations one client's questions may begin in a burst; a tenth of that comes back each "
        "second, and what succeeds costs nothing. Beyond, its questions that need another one fail. An IPv6 "
        "client is its /64."},
    Key{"limits.per_zone", "1-1000000", set_limit<&Limits::per_zone, 1, 1000000>, show_limit<&Limits::per_zone>,
        "The same for all names that end in the same two labels, such as a.example.org and b.example.org. Names "
        "that end in the same three have half of it, those of a top-level domain sixteen times as much."},
    kIkeProposalsKey<Config>,
    kEspProposalsKey<Config>,
    Key{"allow_private", "list of networks", set_networks<&Config::allow_private>, show_empty_list,
        "Networks among the private and other special-purpose ones to whose addresses DNS may make us "
        "speak IKE, such "
        "as [10.0.0.0/8]. Loopback and our own addresses stay excluded unless they are listed too."},
    Key{"gateway_for", "list of networks", set_networks<&Config::gateway_for>, show_empty_list,
        "Networks of clients whose traffic crosses this host, such as [192.168.7.0/24] on a site's gateway. Latchkey "
        "refuses to start if Unbound's access-control allows any other network than this host's own addresses: its "
        "traffic would not be in the tunnels. [0.0.0.0/0, ::/0] switches that off."},
    kReplayWindowKey<Config>,
    kEncapsulationKey<Config>,
    kLogLevelKey<Config>,
};

}  // namespace

ConfigTable<Config> config_table() { return kTable; }

}  // namespace latchkey::host
