#include "host/daemon_config.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "host/common_keys.h"
#include "host/daemon_config_table.h"
#include "host/entry_keys.h"
#include "host/text_file.h"

namespace latchkey::host {
namespace {

using api::ProofKind;

/// An error at `place`; texts begin with the list's name.
ValueError at(const Place& place, std::string what) { return {mark_of(place), std::move(what)}; }

ValueResult check_own(const OwnEntry& own, std::string_view where) {
  const auto wrong = [&](std::string_view what) { return at(own.place, fmt::format("{}: {}", where, what)); };
  if (!own.key.empty() && !own.secret_file.empty()) return wrong("key and secret_file exclude each other");
  if (!own.certificates.empty() && own.key.empty()) return wrong("certificates without their key");
  if (!own.id && own.kind() != ProofKind::certificate && own.kind() != ProofKind::anonymous) {
    return wrong("id is missing");
  }
  return std::nullopt;
}

ValueResult check_identity_entry(const OwnEntry& own) {
  if (own.kind() == ProofKind::anonymous) return at(own.place, "identities: key or secret_file is missing");
  return check_own(own, "identities");
}

/// What the proof needs, and that nothing is there which it has no use for.
ValueResult check_peer(const PeerEntry& peer, std::string_view where) {
  const bool has_keys = !peer.keys.empty() || !peer.key_files.empty();
  struct Need {
    bool there;
    ProofKind by;
    std::string_view key;
  };
  for (const Need& need : {Need{has_keys, ProofKind::raw_key, "keys"},
                           Need{!peer.secret_file.empty(), ProofKind::shared_secret, "secret_file"},
                           Need{!peer.authorities.empty(), ProofKind::certificate, "authorities"}}) {
    if (need.there == (peer.auth == need.by)) continue;
    const auto* what = need.there ? "is of no use with this auth" : "is missing";
    return at(peer.place, fmt::format("{}: {} {}", where, need.key, what));
  }
  if (peer.id && peer.auth == ProofKind::anonymous) {
    return at(peer.place, fmt::format("{}: id is of no use with auth: anonymous, since nothing proves it", where));
  }
  return std::nullopt;
}

ValueResult check_ppk(const PpkEntry& ppk, std::string_view where) {
  const auto wrong = [&](std::string_view what) { return at(ppk.place, fmt::format("{}: {}", where, what)); };
  if (ppk.id.empty()) return wrong("id is missing");
  if (ppk.secret_file.empty()) return wrong("secret_file is missing");
  return std::nullopt;
}

ValueResult check_ppks(const DaemonConfig& config) {
  std::set<std::string> ids;
  for (const PpkEntry& ppk : config.ppks) {
    if (auto error = check_ppk(ppk, "ppks")) return error;
    if (ppk.required) return at(ppk.place, "ppks: required is for connections; ppk_required is for those who come");
    if (!ids.insert(ppk.id).second) return at(ppk.place, "ppks: another one is called " + ppk.id);
  }
  if (config.ppk_required && config.ppks.empty()) return at({1, 1}, "ppk_required without ppks lets nobody in");
  return std::nullopt;
}

/// What no two connections may share. An address has one tunnel (security rule 3).
struct Taken {
  std::set<std::string> names;
  std::set<base::Address> remotes;
};

ValueResult check_connection(const ConnectionEntry& connection, Taken& taken) {
  const auto wrong = [&](std::string what) { return at(connection.place, "connections: " + std::move(what)); };
  if (connection.name.empty()) return wrong("name is missing");
  if (!taken.names.insert(connection.name).second) return wrong("another one is called " + connection.name);
  if (!connection.remote) return wrong("remote is missing");
  if (!taken.remotes.insert(*connection.remote).second) return wrong("another one goes to the same address");
  if (connection.peer.auth == ProofKind::anonymous) return wrong("peer: auth is missing, or believes anybody");
  if (connection.own.kind() == ProofKind::anonymous && connection.own.id) {
    return wrong("own: id without key or secret_file");
  }
  if (auto error = check_own(connection.own, "connections: own")) return error;
  if (!connection.ppk.empty() || connection.ppk.required) {
    if (auto error = check_ppk(connection.ppk, "connections: ppk")) return error;
  }
  return check_peer(connection.peer, "connections: peer");
}

ValueResult check(const YAML::Node& file, const DaemonConfig& config) {
  for (const OwnEntry& own : config.identities) {
    if (auto error = check_identity_entry(own)) return error;
  }
  for (const PeerEntry& peer : config.peers) {
    if (auto error = check_peer(peer, "peers")) return error;
  }
  if (auto error = check_ppks(config)) return error;
  Taken taken;
  for (const ConnectionEntry& connection : config.connections) {
    if (auto error = check_connection(connection, taken)) return error;
  }
  if (config.identities.empty() && config.connections.empty()) {
    return at({1, 1}, "there is nothing to do: neither identities (to serve) nor connections (to begin)");
  }
  return same_ports(file, config);
}

/// File names count from the configuration's own folder.
class Resolver {
 public:
  explicit Resolver(const std::string& config) : folder_(std::filesystem::path(config).parent_path()) {}

  void resolve(PlacedText& file) const {
    if (!file.empty()) file.text = (folder_ / file.text).string();
  }
  void resolve(OwnEntry& own) const {
    for (PlacedText* file : {&own.key, &own.certificates, &own.secret_file}) resolve(*file);
  }
  void resolve(PeerEntry& peer) const {
    for (PlacedText* file : {&peer.secret_file, &peer.authorities}) resolve(*file);
    for (PlacedText& file : peer.key_files) resolve(file);
  }

 private:
  std::filesystem::path folder_;
};

void resolve_files(DaemonConfig& config, const std::string& name) {
  const Resolver resolver(name);
  for (OwnEntry& own : config.identities) resolver.resolve(own);
  for (PeerEntry& peer : config.peers) resolver.resolve(peer);
  for (PpkEntry& ppk : config.ppks) resolver.resolve(ppk.secret_file);
  for (ConnectionEntry& connection : config.connections) {
    resolver.resolve(connection.own);
    resolver.resolve(connection.peer);
    resolver.resolve(connection.ppk.secret_file);
  }
}

}  // namespace

ProofKind OwnEntry::kind() const {
  if (!secret_file.empty()) return ProofKind::shared_secret;
  if (!certificates.empty()) return ProofKind::certificate;
  return key.empty() ? ProofKind::anonymous : ProofKind::raw_key;
}

std::expected<DaemonConfig, std::string> parse_daemon_config(std::string_view text, const std::string& name) {
  DaemonConfig config;
  KeyReader reader("the file", " (`latchkeyd --config-help` lists all)");
  add_keys(reader, daemon_config_table(), config);
  const auto cross = [&](const YAML::Node& file) { return check(file, config); };
  if (auto read = read_yaml(text, name, reader, cross); !read) return std::unexpected(read.error());
  if (config.peers.empty()) config.peers.emplace_back();
  for (PeerEntry& peer : config.peers) {
    if (peer.name.empty()) peer.name = auth_word(peer.auth);
  }
  resolve_files(config, name);
  return config;
}

std::expected<DaemonConfig, std::string> read_daemon_config(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  return parse_daemon_config(*text, path);
}

}  // namespace latchkey::host
