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

std::string responder_text(const api::ResponderConfig& responder) {
  std::string text;
  for (const api::OwnProof& own : responder.identities)
    text += fmt::format("is {}\n{}", own_text(own), record_text(own));
  for (const api::PeerProof& peer : responder.peers)
    text += fmt::format("lets in {}: {}\n", peer.name, peer_text(peer));
  if (!responder.ppks.empty()) {
    text += fmt::format("has postquantum preshared keys: {}{}\n", responder.ppks.size(),
                        responder.ppk_required ? ", and a client needs one" : "");
  }
  for (const api::AddressPool& pool : responder.pools) {
    text += fmt::format("leases {} to {}\n", pool.first.to_string(), pool.last.to_string());
  }
  if (responder.pools.empty()) text += "leases no addresses: clients behind a NAT are refused\n";
  return text + fmt::format("makes children in {} mode\n", mode_word(responder.mode));
}

}  // namespace

std::string summary(const host::DaemonConfig& config, const Setup& setup) {
  const std::string_view user = config.user.empty() ? host::kDefaultUser : config.user;
  std::string text =
      fmt::format("listens on UDP ports {} and {}, as user {}\n", config.ike_port, config.nat_port, user);
  text += setup.responder ? responder_text(*setup.responder) : "lets nobody in\n";
  for (const Connection& connection : setup.connections) {
    text +=
        fmt::format("begins {}: to {} as {}, {} mode; believes {}\n", connection.name, connection.remote.to_string(),
                    own_text(connection.own), mode_word(connection.mode), peer_text(connection.peer));
  }
  return text;
}

}  // namespace latchkey::control
