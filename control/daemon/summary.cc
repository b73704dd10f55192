#include "control/daemon/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/daemon/words.h"
#include "control/keygen.h"

namespace latchkey::control {
namespace {

std::string_view view_of(const base::SecretBytes& secret) {
  return {reinterpret_cast<const char*>(secret.view().data()), secret.size()};
}

std::string own_text(const api::OwnProof& own) {
  if (own.kind == api::ProofKind::anonymous) return "nobody";
  const auto key = crypto::PrivateKey::from_pem(view_of(own.private_key));
  const std::string proof = key ? std::string(key->public_key().name()) : std::string(to_string(own.kind));
  return fmt::format("{} ({}{})", own.id.to_string(), proof, own.certificates.empty() ? "" : ", certificate");
}

/// What lets clients find the key: the record in its own form.
std::string record_text(const api::OwnProof& own) {
  const auto key = crypto::PrivateKey::from_pem(view_of(own.private_key));
  if (!key || own.kind != api::ProofKind::raw_key || own.id.type != base::IdType::fqdn) return {};
  const std::string name(own.id.data.begin(), own.id.data.end());
  const auto lines = record_lines(name, key->public_key());
  return lines ? fmt::format("  to be published: {}\n", lines->substr(0, lines->find('\n'))) : "";
}

std::string peer_text(const api::PeerProof& peer) {
  if (peer.kind == api::ProofKind::anonymous) return "anybody";
  const std::string who = peer.id ? peer.id->to_string() : "anybody";
  return fmt::format("{} by {}", who, to_string(peer.kind));
}

std::string text_of(const base::Buffer& ppk_id) { return {ppk_id.begin(), ppk_id.end()}; }

std::string ppks_text(const api::ResponderConfig& responder) {
  if (responder.ppks.empty()) return {};
  std::vector<std::string> ids;
  for (const api::Ppk& ppk : responder.ppks) ids.push_back(text_of(ppk.id));
  return fmt::format("has postquantum preshared keys: {}; a client needs {}\n", fmt::join(ids, ", "),
                     responder.ppk_required ? "one" : "none");
}

std::string limits_text(const host::DaemonLimits& limits) {
  return fmt::format(
      "lets in {} sessions, {} from one address; {} half open, {} from one address; demands cookies {}\n",
      limits.sessions, limits.sessions_per_address, limits.half_open, limits.half_open_per_address,
      limits.cookies_from == 0 ? "always" : fmt::format("from {} half open on", limits.cookies_from));
}

std::string responder_text(const api::ResponderConfig& responder, const host::DaemonLimits& limits) {
  std::string text;
  for (const api::OwnProof& own : responder.identities)
    text += fmt::format("is {}\n{}", own_text(own), record_text(own));
  for (const api::PeerProof& peer : responder.peers)
    text += fmt::format("lets in {}: {}\n", peer.name, peer_text(peer));
  text += ppks_text(responder) + limits_text(limits);
  for (const api::AddressPool& pool : responder.pools) {
    text += fmt::format("leases {} to {}\n", pool.first.to_string(), pool.last.to_string());
  }
  if (responder.pools.empty()) text += "leases no addresses: clients behind a NAT are refused\n";
  return text + fmt::format("makes children in {} mode\n", mode_word(responder.mode));
}

template <class Each>
std::string joined(const std::vector<Each>& values, std::string_view between) {
  std::vector<std::string> texts;
  for (const Each& value : values) texts.push_back(value.to_string());
  return fmt::format("{}", fmt::join(texts, between));
}

std::string ppk_text(const api::Ppk& ppk) {
  return fmt::format("; with postquantum preshared key {} {}", text_of(ppk.id),
                     ppk.required ? "or not at all" : "if the peer has it");
}

std::string lease_text(const std::vector<host::Cidr>& networks) {
  if (networks.empty()) return "; asks for an inner address, and takes none: lease_networks is empty";
  return fmt::format("; asks for an inner address in {}", joined(networks, " or "));
}

std::string connection_text(const Connection& connection, const host::DaemonConfig& config) {
  std::string text =
      fmt::format("begins {}: to {} as {}, {} mode; believes {}", connection.name, connection.remote.to_string(),
                  own_text(connection.own), mode_word(connection.mode), peer_text(connection.peer));
  if (connection.request_address) text += lease_text(config.lease_networks);
  if (connection.ppk) text += ppk_text(*connection.ppk);
  return text + '\n';
}

template <class Suite>
std::string suites_text(const std::vector<Suite>& suites) {
  return suites.empty() ? "the defaults" : joined(suites, ", ");
}

std::string lifetimes_text(const host::DaemonConfig& config) {
  std::vector<std::string> ends{fmt::format("{} s", config.child_lifetime.count())};
  if (config.child_bytes != 0) ends.push_back(fmt::format("{} bytes", config.child_bytes));
  if (config.child_packets != 0) ends.push_back(fmt::format("{} packets", config.child_packets));
  return fmt::format("new keys of IKE after {} s, of ESP after {}{}\n", config.ike_lifetime.count(),
                     fmt::join(ends, " or "), config.pfs ? ", each with a key exchange of its own" : "");
}

/// What is done to peers that say nothing.
std::string silence_text(const host::DaemonConfig& config) {
  std::vector<std::string> deeds;
  const auto add = [&deeds](std::string_view deed, std::string_view when, std::chrono::seconds time) {
    if (time.count() != 0) deeds.push_back(fmt::format("{} {} {} s", deed, when, time.count()));
  };
  add("asks a silent peer", "after", config.liveness);
  add("keeps a NAT awake", "every", config.keepalive);
  add("ends a session without traffic", "after", config.idle);
  return deeds.empty() ? "" : fmt::format("{}\n", fmt::join(deeds, ", "));
}

/// What holds for all sessions, whoever began them.
std::string common_text(const host::DaemonConfig& config) {
  const bool native = config.encapsulation == host::Encapsulation::native;
  return fmt::format("IKE suites: {}\nESP suites: {}; {}, replay window {}\n", suites_text(config.ike_proposals),
                     suites_text(config.esp_proposals), native ? "native" : "in UDP", config.replay_window) +
         lifetimes_text(config) + silence_text(config) +
         fmt::format("logs from {} on\n", host::to_string(config.log_level));
}

}  // namespace

std::string summary(const host::DaemonConfig& config, const Setup& setup) {
  const std::string_view user = config.user.empty() ? host::kDefaultUser : config.user;
  std::string text =
      fmt::format("listens on UDP ports {} and {}, as user {}\n", config.ike_port, config.nat_port, user);
  text += setup.responder ? responder_text(*setup.responder, config.limits) : "lets nobody in\n";
  for (const Connection& connection : setup.connections) text += connection_text(connection, config);
  return text + common_text(config);
}

}  // namespace latchkey::control
