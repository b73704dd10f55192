#pragma once
// The rows of the keys that all configurations have (common_config.h), for the tables of each.

#include <array>

#include "host/config_keys.h"
#include "host/suites.h"

namespace latchkey::host {

inline constexpr std::array<std::string_view, 2> kEncapsulationWords{"udp", "native"};
inline constexpr std::array<std::string_view, 4> kLevelWords{"error", "warning", "info", "debug"};

template <class C>
ValueResult set_replay_window(const YAML::Node& node, C& config) {
  std::uint64_t value = 0;
  if (auto error = read_number(node, 32, 4096, value)) return error;
  if (value % 32 != 0) return ValueError{node.Mark(), fmt::format("expected a multiple of 32, found {}", value)};
  config.replay_window = static_cast<std::uint32_t>(value);
  return std::nullopt;
}

template <class C>
inline constexpr ConfigKey<C> kIkePortKey{"listen.ike_port", "1-65535", set_number<&C::ike_port, 1, 65535>,
                                          show_number<&C::ike_port>, "UDP port for IKE."};

template <class C>
inline constexpr ConfigKey<C> kNatPortKey{
    "listen.nat_port", "1-65535", set_number<&C::nat_port, 1, 65535>, show_number<&C::nat_port>,
    "UDP port for IKE and ESP behind NAT, and for all of ESP with encapsulation: udp."};

template <class C>
inline constexpr ConfigKey<C> kIkeProposalsKey{
    "proposals.ike", "list of CIPHER/PRF/GROUP or CIPHER/INTEGRITY/PRF/GROUP",
    set_suites<&C::ike_proposals, parse_ike_suite, ike_suite_form>, show_empty_list,
    "What to offer for IKE, in order of preference, such as AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519 or "
    "AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048, and all that is taken when a peer offers. Empty: offer "
    "AES-GCM and ChaCha20-Poly1305 with CURVE25519, ECP_256 and MODP_2048, and take whatever is strong."};

template <class C>
inline constexpr ConfigKey<C> kEspProposalsKey{
    "proposals.esp", "list of CIPHER/ESN or CIPHER/INTEGRITY/ESN",
    set_suites<&C::esp_proposals, parse_esp_suite, esp_suite_form>, show_empty_list,
    "The same for ESP, such as AES_GCM_16_256/ESN or AES_CBC_256/HMAC_SHA2_256_128/NO_ESN. Empty: offer AES-GCM and "
    "ChaCha20-Poly1305, and take whatever is strong."};

template <class C>
inline constexpr ConfigKey<C> kReplayWindowKey{"replay_window", "32-4096", set_replay_window,
                                               show_number<&C::replay_window>,
                                               "Size of the kernel's ESP replay window in packets, a multiple of 32."};

template <class C>
inline constexpr ConfigKey<C> kEncapsulationKey{
    "encapsulation", "udp|native", set_word<&C::encapsulation, kEncapsulationWords>,
    show_word<&C::encapsulation, kEncapsulationWords>,
    "udp: ESP travels inside UDP, which networks that drop ESP let through. native: ESP itself unless there is a NAT."};

template <class C>
inline constexpr ConfigKey<C> kLogLevelKey{"log_level", "error|warning|info|debug",
                                           set_word<&C::log_level, kLevelWords>, show_word<&C::log_level, kLevelWords>,
                                           "The least important lines that are logged."};

/// What two of these keys may contradict each other in.
inline ValueResult same_ports(const YAML::Node& file, const CommonConfig& config) {
  if (config.ike_port != config.nat_port) return std::nullopt;
  return ValueError{mark_of(file, "listen", "nat_port"), "listen.nat_port: must differ from listen.ike_port"};
}

}  // namespace latchkey::host
