#include "control/daemon/reload.h"

#include <fcntl.h>
#include <unistd.h>

#include <tuple>

namespace latchkey::control {
namespace {

void append(std::vector<std::string>& files, std::initializer_list<const host::PlacedText*> more) {
  for (const host::PlacedText* file : more) {
    if (!file->empty()) files.push_back(file->text);
  }
}

void append(std::vector<std::string>& files, const host::OwnEntry& own) {
  append(files, {&own.key, &own.certificates, &own.secret_file});
}

void append(std::vector<std::string>& files, const host::PeerEntry& peer) {
  append(files, {&peer.secret_file, &peer.authorities});
  for (const host::PlacedText& file : peer.key_files) append(files, {&file});
}

std::vector<std::string> named_files(const host::DaemonConfig& config) {
  std::vector<std::string> files;
  for (const host::OwnEntry& own : config.identities) append(files, own);
  for (const host::PeerEntry& peer : config.peers) append(files, peer);
  for (const host::PpkEntry& ppk : config.ppks) append(files, {&ppk.secret_file});
  for (const host::ConnectionEntry& connection : config.connections) {
    append(files, connection.own);
    append(files, connection.peer);
    append(files, {&connection.ppk.secret_file});
  }
  return files;
}

}  // namespace

std::expected<LoadedConfig, std::string> load(const std::string& path) {
  auto config = host::read_daemon_config(path);
  if (!config) return std::unexpected(config.error());
  auto setup = load_setup(*config, path);
  if (!setup) return std::unexpected(setup.error());
  return LoadedConfig{std::move(*config), std::move(*setup)};
}

bool needs_restart(const host::DaemonConfig& old, const host::DaemonConfig& now) {
  const auto fixed = [](const host::DaemonConfig& c) {
    return std::tie(c.ike_port, c.nat_port, c.ike_proposals, c.esp_proposals, c.replay_window, c.encapsulation,
                    c.limits.sessions, c.limits.half_open, c.ike_lifetime, c.child_lifetime, c.child_bytes,
                    c.child_packets, c.pfs, c.liveness, c.keepalive, c.idle, c.lease_networks, c.user);
  };
  return fixed(old) != fixed(now) || (now.identities.empty() && !old.identities.empty());
}

void reload(const std::string& path, const host::DaemonConfig& first, host::Log& log, Daemon& daemon) {
  auto loaded = load(path);
  if (!loaded) {
    log.error("reload_refused", {{"reason", loaded.error()}});
    return;
  }
  log.set_level(loaded->config.log_level);
  if (needs_restart(first, loaded->config)) {
    log.warning("reload",
                {{"reason",
                  "ports, proposals, encapsulation, replay_window, lifetimes, limits of sessions and half_open, "
                  "user, and whether there are identities at all change only at a restart"}});
  }
  daemon.reconfigure(std::move(loaded->setup));
  log.info("reloaded", {{"file", path}});
}

void warn_of_unreadable(const host::DaemonConfig& config, const host::Log& log) {
  for (const std::string& file : named_files(config)) {
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0) continue;
    log.warning("unreadable", {{"file", file}, {"reason", "not the user's own: SIGHUP will be refused"}});
  }
}

}  // namespace latchkey::control
