#include "tests/sim/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/sim/addresses.h"
#include "tests/sim/credentials.h"
#include "tests/support/seeded_random.h"
#include "tests/support/toy_kem.h"

namespace latchkey::sim {

namespace {

using api::EspSuite;
using api::IkeSuite;
using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::SeededRandom;

constexpr std::array kDeedNames{"connect", "close",       "turn_out", "crash",    "restart",  "rebind",
                                "move",    "serve_again", "replay",   "forge",    "meddle",   "flood",
                                "hijack",  "free",        "outage",   "recovery", "wear_out", "collide",
                                "talk",    "swap",        "fail",     "relent"};
static_assert(kDeedNames.size() == kDeeds);

// Longer than the last scenes, in which everybody is to have a tunnel.
constexpr base::Duration kLeastIdle = seconds(60);

// AEADs and others; X25519 first, since a story has many key exchanges.
const std::array kIkeSuites{
    IkeSuite{EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
    IkeSuite{EncrId::chacha20_poly1305, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
    IkeSuite{EncrId::aes_gcm_16, 128, PrfId::hmac_sha2_512, KeMethod::x25519},
    IkeSuite{EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128},
    IkeSuite{EncrId::aes_ctr, 128, PrfId::hmac_sha2_384, KeMethod::x25519, IntegId::hmac_sha2_512_256},
};
const std::array kEspSuites{
    EspSuite{EncrId::aes_gcm_16, 256, true},
    EspSuite{EncrId::chacha20_poly1305, 256, true},
    EspSuite{EncrId::aes_gcm_16, 128, false},
    EspSuite{EncrId::aes_cbc, 256, true, IntegId::hmac_sha2_256_128},
};

template <class List>
const auto& one_of(const List& list, SeededRandom& dice) {
  return list[dice.below(list.size())];
}

base::Duration between(base::Duration least, base::Duration most, SeededRandom& dice) {
  return least +
         base::Duration(static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>((most - least).count()))));
}

Weather draw_weather(SeededRandom& dice) {
  Weather weather{.latency = milliseconds(1 + dice.below(80))};
  if (dice.chance(25)) return weather;
  weather.jitter = milliseconds(dice.below(200));
  weather.loss = static_cast<unsigned>(dice.below(25));
  weather.duplication = static_cast<unsigned>(dice.below(25));
  weather.corruption = dice.chance(50) ? static_cast<unsigned>(dice.below(10)) : 0;
  weather.truncation = dice.chance(50) ? static_cast<unsigned>(dice.below(5)) : 0;
  return weather;
}

// What both sides of the story have in common, so that they can agree.
struct Common {
  IkeSuite ike;
  EspSuite esp;
  bool other_group = false;  ///< the server wants another key exchange than the clients try first
  bool encapsulate = true;
  bool pfs = false;  ///< a server that wants it refuses to rekey for a client that does not
};

api::EngineConfig draw_config(const Common& common, bool server, SeededRandom& dice) {
  api::EngineConfig config;
  config.ike = {common.ike};
  config.esp = {common.esp};
  if (dice.chance(50)) config.esp.push_back(one_of(kEspSuites, dice));
  if (common.other_group) {
    IkeSuite other = common.ike;
    other.ke = KeMethod::ecp256;
    if (server) config.ike.clear();
    config.ike.push_back(other);
  }
  config.encapsulate = common.encapsulate;
  config.fragment_size = std::array<std::uint16_t, 4>{1200, 576, 300, 160}[dice.below(4)];
  config.max_retransmits = 3 + static_cast<unsigned>(dice.below(3));
  config.lifetime = between(seconds(40), seconds(200), dice);
  config.ike_lifetime = config.lifetime * static_cast<std::int64_t>(1 + dice.below(3));
  config.liveness = between(seconds(5), seconds(40), dice);
  config.keepalive = dice.chance(80) ? seconds(20) : seconds(0);
  config.pfs = common.pfs;
  if (dice.chance(50)) config.child_limits.packets = 20 + dice.below(200);
  if (dice.chance(20)) config.child_limits.bytes = 2000 + dice.below(20000);
  if (server && dice.chance(30)) config.idle = between(kLeastIdle, seconds(120), dice);
  config.lease_networks = {{address_in(Net::leases, false, 1), 16}, {address_in(Net::leases, true, 1), 16}};
  // One session more than there are clients: a new one comes before the old one goes.
  config.max_sessions = 8 + dice.below(3);
  config.max_half_open = 4 + dice.below(3);
  return config;
}

constexpr std::array kProofs{api::ProofKind::anonymous, api::ProofKind::shared_secret, api::ProofKind::raw_key,
                             api::ProofKind::certificate};

void draw_ppk(Role& role, SeededRandom& dice) {
  const std::uint64_t drawn = dice.below(100);
  role.ppk = drawn < 50 ? PpkOwned::shared : drawn < 65 ? PpkOwned::foreign : PpkOwned::none;
  role.ppk_required = dice.chance(30);
}

Role draw_role(const Plot& plot, const Common& common, SeededRandom& dice) {
  Role role{.config = draw_config(common, false, dice)};
  role.proof = one_of(kProofs, dice);
  role.nat = plot.pool > 0 && dice.chance(50);
  role.lease = role.nat || (plot.pool > 0 && dice.chance(50));
  // Who asks a server that wants transport mode for a tunnel asks again.
  if (plot.mode == api::Mode::transport && dice.chance(50)) role.mode = api::Mode::transport;
  if (plot.ppk || dice.chance(10)) draw_ppk(role, dice);
  return role;
}

Role draw_impostor(const Common& common, SeededRandom& dice) {
  Role impostor{.config = draw_config(common, false, dice), .impostor = true};
  impostor.proof = kProofs[1 + dice.below(kProofs.size() - 1)];
  return impostor;
}

void draw_server(Plot& plot, const Common& common, std::uint64_t clients, SeededRandom& dice) {
  plot.server = draw_config(common, true, dice);
  plot.ipv6 = dice.chance(25);
  plot.max_half_open = 4 + dice.below(6);
  plot.cookies_from = dice.below(6);
  plot.max_half_open_per_address = 3 + dice.below(3);
  // Several for each: whoever negotiates anew gets another one before the first is free, and acts that come fast one
  // after the other give a client more than one session. Or too few.
  if (dice.chance(50)) plot.pool = dice.chance(20) ? 1 + dice.below(clients) : 6 * (clients + 1);
  if (plot.pool == 0 && dice.chance(30)) plot.mode = api::Mode::transport;
  plot.ppk = dice.chance(25);
  plot.ppk_required = plot.ppk && dice.chance(20);
}

// In some stories there are additional key exchanges: with a server that wants one or two, and clients that want the
// same, or only the first, or none.
void draw_additional(Plot& plot) {
  static const support::ToyKem kLarge, kSmall(64, 48);
  static const std::vector<api::AdditionalExchange> kExchanges{{support::kToyMethod, &kLarge},
                                                               {support::kOtherToyMethod, &kSmall}};
  SeededRandom dice(plot.seed ^ 0x9242);
  if (!dice.chance(30)) return;
  const auto draw = [&] {
    auto exchanges = kExchanges;
    exchanges.resize(1 + dice.below(2));
    return exchanges;
  };
  plot.server.additional_exchanges = draw();
  const bool required = dice.chance(20);
  for (Role& role : plot.clients) {
    if (required || dice.chance(80)) role.config.additional_exchanges = draw();
    if (!required) continue;
    role.config.additional_exchanges = plot.server.additional_exchanges;
    role.config.additional_exchanges_required = plot.server.additional_exchanges_required = true;
  }
}

// In some stories an address may have few sessions: all who come by the NAT have one address together, and who begins
// anew has two for a while. Not in those that story_test names by their seeds.
void draw_crowd(Plot& plot) {
  SeededRandom dice(plot.seed ^ 0xc206);
  if (dice.chance(30)) plot.max_sessions_per_address = 1 + dice.below(4);
}

// What may happen, and how often beside the other things; connecting begins most stories anew.
constexpr std::array kChances{
    std::pair{Deed::connect, 30},    std::pair{Deed::close, 8},     std::pair{Deed::turn_out, 4},
    std::pair{Deed::crash, 6},       std::pair{Deed::rebind, 5},    std::pair{Deed::move, 3},
    std::pair{Deed::serve_again, 6}, std::pair{Deed::replay, 20},   std::pair{Deed::forge, 10},
    std::pair{Deed::meddle, 8},      std::pair{Deed::flood, 3},     std::pair{Deed::hijack, 4},
    std::pair{Deed::outage, 3},      std::pair{Deed::wear_out, 10}, std::pair{Deed::collide, 8},
    std::pair{Deed::talk, 25},       std::pair{Deed::fail, 8},      std::pair{Deed::swap, 4}};

Deed draw_deed(SeededRandom& dice) {
  std::uint64_t total = 0;
  for (const auto& [deed, chance] : kChances) total += static_cast<std::uint64_t>(chance);
  std::uint64_t drawn = dice.below(total);
  for (const auto& [deed, chance] : kChances) {
    if (drawn < static_cast<std::uint64_t>(chance)) return deed;
    drawn -= static_cast<std::uint64_t>(chance);
  }
  return Deed::connect;
}

std::size_t draw_who(Deed deed, std::size_t clients, SeededRandom& dice) {
  if (deed == Deed::turn_out || deed == Deed::serve_again) return 0;
  const bool anybodys = deed == Deed::crash || deed == Deed::wear_out || deed == Deed::talk || deed == Deed::fail;
  if (anybodys && dice.chance(30)) return 0;
  return 1 + dice.below(clients);
}

std::optional<Deed> end_of(Deed deed) {
  if (deed == Deed::crash) return Deed::restart;
  if (deed == Deed::hijack) return Deed::free;
  if (deed == Deed::outage) return Deed::recovery;
  if (deed == Deed::fail) return Deed::relent;
  return std::nullopt;
}

void draw_acts(Plot& plot, SeededRandom& dice) {
  const std::size_t clients = plot.clients.size();
  for (std::size_t who = 1; who <= clients; ++who) {
    plot.acts.push_back({between(seconds(0), seconds(5), dice), Deed::connect, who, dice.next()});
  }
  const std::uint64_t count = 4 + dice.below(30);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Deed deed = draw_deed(dice);
    // Most of what matters happens while a negotiation or an exchange is under way, so acts come in bursts.
    const base::Duration at = dice.chance(50) ? between(milliseconds(0), milliseconds(7000), dice)
                                              : between(milliseconds(0), plot.length, dice);
    const Act act{at, deed, draw_who(deed, clients, dice), dice.next()};
    plot.acts.push_back(act);
    const auto end = end_of(deed);
    if (end) plot.acts.push_back({at + between(milliseconds(50), seconds(20), dice), *end, act.who, dice.next()});
  }
  std::ranges::sort(plot.acts, {}, [](const Act& act) { return std::pair(act.at, act.dice); });
}

base::Duration patience_of(const api::EngineConfig& config) {
  // Each wait is the double of the one before, and up to a quarter more (session/window.h).
  const base::Duration silence =
      config.first_retransmit * 5 / 4 * ((std::int64_t{1} << (config.max_retransmits + 1)) - 1);
  return std::max(config.lifetime, config.ike_lifetime) + 2 * silence;
}

}  // namespace

std::string_view to_string(Deed deed) { return kDeedNames[static_cast<std::size_t>(deed)]; }

base::Duration Plot::patience() const {
  base::Duration longest = patience_of(server);
  for (const Role& role : clients) longest = std::max(longest, patience_of(role.config));
  return longest;
}

bool Plot::lets_in(const Role& role) const {
  const bool common_ppk = ppk && role.ppk == PpkOwned::shared;
  const bool wanted = ppk_required || (role.ppk != PpkOwned::none && role.ppk_required);
  return !role.impostor && (common_ppk || !wanted);
}

Plot plot_of(std::uint64_t seed) {
  SeededRandom dice(seed ^ 0x9107);
  Plot plot;
  plot.seed = seed;
  plot.weather = draw_weather(dice);
  const Common common{one_of(kIkeSuites, dice), one_of(kEspSuites, dice), dice.chance(10), dice.chance(70),
                      dice.chance(30)};
  const std::uint64_t clients = 1 + dice.below(3);
  draw_server(plot, common, clients, dice);
  for (std::uint64_t i = 0; i < clients; ++i) plot.clients.push_back(draw_role(plot, common, dice));
  if (dice.chance(25)) plot.clients.push_back(draw_impostor(common, dice));
  draw_additional(plot);
  draw_crowd(plot);
  plot.length = between(seconds(20), seconds(240), dice);
  draw_acts(plot, dice);
  return plot;
}

namespace {

std::string to_string(const Role& role) {
  const auto& config = role.config;
  const std::string_view ppk = role.ppk == PpkOwned::none ? "" : role.ppk == PpkOwned::shared ? ", PPK" : ", other PPK";
  return fmt::format(
      "{}{}{}{}{}{}{}, {} {}, {} key exchanges more{}, fragments of {}, lifetime {} s, IKE {} s, {} retransmissions",
      api::to_string(role.proof), role.nat ? ", NAT" : "", role.lease ? ", lease" : "",
      role.mode == api::Mode::transport ? ", transport mode" : "", ppk,
      !ppk.empty() && role.ppk_required ? " required" : "", role.impostor ? ", impostor" : "",
      config.ike.front().to_string(), config.esp.front().to_string(), config.additional_exchanges.size(),
      config.additional_exchanges_required ? " at least" : "", config.fragment_size, config.lifetime.count() / 1000000,
      config.ike_lifetime.count() / 1000000, config.max_retransmits);
}

}  // namespace

std::string to_string(const Plot& plot) {
  const auto& w = plot.weather;
  std::string text = fmt::format(
      "seed {}: latency {} ms, jitter {} ms, loss {} %, duplication {} %, corruption {} %, truncation {} %\n",
      plot.seed, w.latency.count() / 1000, w.jitter.count() / 1000, w.loss, w.duplication, w.corruption, w.truncation);
  text += fmt::format(
      "server:{}{} cookies from {}, {} half-open at most, {} sessions an address, {} leases, lifetime {} s, IKE {} "
      "s{}{}\n",
      plot.ipv6 ? " IPv6," : "", plot.mode == api::Mode::transport ? " transport mode," : "", plot.cookies_from,
      plot.max_half_open, plot.max_sessions_per_address, plot.pool, plot.server.lifetime.count() / 1000000,
      plot.server.ike_lifetime.count() / 1000000, plot.ppk ? ", PPK" : "", plot.ppk_required ? " required" : "");
  for (std::size_t i = 0; i < plot.clients.size(); ++i)
    text += fmt::format("client {}: {}\n", i + 1, to_string(plot.clients[i]));
  return text;
}

}  // namespace latchkey::sim
