#include "host/config_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "host/suites.h"

namespace latchkey::host {
namespace {

constexpr std::array<std::string_view, 3> kUnsigned{"ignore", "opportunistic", "require"};
constexpr std::array<std::string_view, 2> kEncapsulation{"udp", "native"};
constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
constexpr std::size_t kMostSuites = 16;
constexpr std::size_t kMostNetworks = 1024;

/// A setter for a number member, which also may be a duration of that many units.
template <auto Member, std::uint64_t Least, std::uint64_t Most>
ValueResult set_number(const YAML::Node& node, Config& config) {
  std::uint64_t value = 0;
  auto error = read_number(node, Least, Most, value);
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  if (!error) config.*Member = static_cast<Type>(value);
  return error;
}

template <auto Member>
std::string show_number(const Config& config) {
  if constexpr (requires { (config.*Member).count(); }) {
    return std::to_string((config.*Member).count());
  } else {
    return std::to_string(config.*Member);
  }
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
ValueResult set_limit(const YAML::Node& node, Config& config) {
  std::uint64_t value = 0;
  auto error = read_number(node, Least, Most, value);
  using Type = std::remove_reference_t<decltype(config.limits.*Member)>;
  if (!error) config.limits.*Member = static_cast<Type>(value);
  return error;
}

template <auto Member>
std::string show_limit(const Config& config) {
  return std::to_string(config.limits.*Member);
}

template <auto Member, const auto& Words>
ValueResult set_word(const YAML::Node& node, Config& config) {
  std::size_t index = 0;
  auto error = read_word(node, Words, index);
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  if (!error) config.*Member = static_cast<Type>(index);
  return error;
}

template <auto Member, const auto& Words>
std::string show_word(const Config& config) {
  return std::string(Words[static_cast<std::size_t>(config.*Member)]);
}

template <auto Member, auto Parse, auto Form>
ValueResult set_suites(const YAML::Node& node, Config& config) {
  (config.*Member).clear();
  return read_list(node, kMostSuites, [&](const std::string& text) -> std::optional<std::string> {
    const auto suite = Parse(text);
    if (!suite) {
      return fmt::format("expected {}, found {}", Form(), escape(text));
    }
    (config.*Member).push_back(*suite);
    return std::nullopt;
  });
}

std::string show_empty_list(const Config&) { return "[]"; }

ValueResult set_replay_window(const YAML::Node& node, Config& config) {
  std::uint64_t value = 0;
  if (auto error = read_number(node, 32, 4096, value)) return error;
  if (value % 32 != 0) return ValueError{node.Mark(), fmt::format("expected a multiple of 32, found {}", value)};
  config.replay_window = static_cast<std::uint32_t>(value);
  return std::nullopt;
}

template <auto Member>
ValueResult set_networks(const YAML::Node& node, Config& config) {
  (config.*Member).clear();
  return read_list(node, kMostNetworks, [&](const std::string& text) -> std::optional<std::string> {
    const auto cidr = Cidr::parse(text);
    if (!cidr) return fmt::format("expected a network such as 10.0.0.0/8 or fd00::/8, found {}", escape(text));
    (config.*Member).push_back(*cidr);
    return std::nullopt;
  });
}

constexpr std::array kTable{
    ConfigKey{"listen.ike_port", "1-65535", set_number<&Config::ike_port, 1, 65535>, show_number<&Config::ike_port>,
              "UDP port for IKE."},
    ConfigKey{"listen.nat_port", "1-65535", set_number<&Config::nat_port, 1, 65535>, show_number<&Config::nat_port>,
              "UDP port for IKE and ESP behind NAT, and for all of ESP with encapsulation: udp."},
    ConfigKey{"deadline_ms", "100-60000", set_number<&Config::deadline, 100, 60000>, show_number<&Config::deadline>,
              "How long a question may wait for its tunnel, in milliseconds. Unbound's discard-timeout must "
              "be larger, or "
              "1500 is used."},
    ConfigKey{"unsigned", "ignore|opportunistic|require", set_word<&Config::unsigned_policy, kUnsigned>,
              show_word<&Config::unsigned_policy, kUnsigned>,
              "What to do about a key that DNSSEC does not sign: ignore it; try it for a short time and "
              "release the address "
              "anyway; or insist on the tunnel."},
    ConfigKey{"unsigned_deadline_ms", "10-60000", set_number<&Config::unsigned_deadline, 10, 60000>,
              show_number<&Config::unsigned_deadline>,
              "With unsigned: opportunistic, how long to try before the address is released in clear, in "
              "milliseconds."},
    ConfigKey{"failed_peer.first_s", "1-86400", set_number<&Config::failed_first, 1, 86400>,
              show_number<&Config::failed_first>,
              "For how long a peer that failed is not tried again, in seconds; doubles with each further failure."},
    ConfigKey{"failed_peer.max_s", "1-86400", set_number<&Config::failed_max, 1, 86400>,
              show_number<&Config::failed_max>, "Up to which time that doubles, in seconds."},
    ConfigKey{"limits.peers", "1-1000000", set_limit<&Limits::peers, 1, 1000000>, show_limit<&Limits::peers>,
              "How many peers may have a tunnel or a negotiation. Beyond, questions for further peers fail."},
    ConfigKey{"limits.half_open", "1-100000", set_limit<&Limits::half_open, 1, 100000>, show_limit<&Limits::half_open>,
              "How many negotiations may go on at once. Beyond, questions that need another one fail."},
    ConfigKey{"limits.waiting", "1-1000000", set_limit<&Limits::waiting, 1, 1000000>, show_limit<&Limits::waiting>,
              "How many questions may wait for tunnels at once. Beyond, further ones fail at once."},
    ConfigKey{"limits.per_client", "1-1000000", set_limit<&Limits::per_client, 1, 1000000>,
              show_limit<&Limits::per_client>,
              "How many negotiations one client's questions may begin in a burst; a tenth of that comes back each "
              "second, and what succeeds costs nothing. Beyond, its questions that need another one fail. An IPv6 "
              "client is its /64."},
    ConfigKey{"limits.per_zone", "1-1000000", set_limit<&Limits::per_zone, 1, 1000000>, show_limit<&Limits::per_zone>,
              "The same for all names that end in the same two labels, such as a.example.org and b.example.org. Names "
              "that end in the same three have half of it, those of a top-level domain sixteen times as much."},
    ConfigKey{"proposals.ike", "list of CIPHER/PRF/GROUP",
              set_suites<&Config::ike_proposals, parse_ike_suite, ike_suite_form>, show_empty_list,
              "What to offer for IKE, in order of preference, such as "
              "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519. Empty: "
              "all that Latchkey has."},
    ConfigKey{"proposals.esp", "list of CIPHER/ESN",
              set_suites<&Config::esp_proposals, parse_esp_suite, esp_suite_form>, show_empty_list,
              "What to offer for ESP, in order of preference, such as AES_GCM_16_256/ESN. Empty: all that "
              "Latchkey has."},
    ConfigKey{"allow_private", "list of networks", set_networks<&Config::allow_private>, show_empty_list,
              "Networks among the private and other special-purpose ones to whose addresses DNS may make us "
              "speak IKE, such "
              "as [10.0.0.0/8]. Loopback and our own addresses stay excluded unless they are listed too."},
    ConfigKey{
        "gateway_for", "list of networks", set_networks<&Config::gateway_for>, show_empty_list,
        "Networks of clients whose traffic crosses this host, such as [192.168.7.0/24] on a site's gateway. Latchkey "
        "refuses to start if Unbound's access-control allows any other network than this host's own addresses: its "
        "traffic would not be in the tunnels. [0.0.0.0/0, ::/0] switches that off."},
    ConfigKey{"replay_window", "32-4096", set_replay_window, show_number<&Config::replay_window>,
              "Size of the kernel's ESP replay window in packets, a multiple of 32."},
    ConfigKey{"encapsulation", "udp|native", set_word<&Config::encapsulation, kEncapsulation>,
              show_word<&Config::encapsulation, kEncapsulation>,
              "udp: ESP travels inside UDP, which networks that drop ESP let through. native: ESP itself "
              "unless there is a "
              "NAT."},
    ConfigKey{"log_level", "error|warning|info|debug", set_word<&Config::log_level, kLevels>,
              show_word<&Config::log_level, kLevels>, "The least important lines that are logged."},
};

}  // namespace

std::span<const ConfigKey> config_table() { return kTable; }

}  // namespace latchkey::host
